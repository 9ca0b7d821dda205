/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <linux/snet.h>

#include "snetd-journal.h"

/* What becomes of a request whose user has nobody that asks. */
typedef enum
{
  SNETD_WITHOUT_AGENT_POLICY, /* the policy decides at once */
  SNETD_WITHOUT_AGENT_WAIT,   /* it waits for who may answer it */
} SnetdWithoutAgent;

/* What /etc/snet/snetd.conf says; see the comments in it. */
typedef struct
{
  guint delay; /* seconds; 0: not said, the kernel's stays */
  int policy;  /* enum snet_verdict; -1: not said, the kernel's stays */
  SnetdRetention retention;
  int without_agent; /* SnetdWithoutAgent */
  gboolean reverse;  /* name servers are asked for the names of addresses */
} SnetdConfig;

/* What there is without a file. */
void snetd_config_init (SnetdConfig *config);

/*
 * A missing file is no error. What is wrong in one is said in a warning with
 * the file, the key and the value, and counted; the default stays.
 */
guint snetd_config_load (SnetdConfig *config, const char *path);
