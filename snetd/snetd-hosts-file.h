/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-address.h"

/*
 * /etc/hosts: which name an address has there. That is the first one of the first line that
 * it begins, as for gethostbyaddr(). A line of 0.0.0.0 or :: says that a name is to be found
 * nowhere, so it names nothing.
 *
 * The file is believed if only root can have written it (snetd-file.h).
 */
typedef struct SnetdHostsFile SnetdHostsFile;

typedef void (*SnetdHostsFileFunc) (gpointer user_data);

/* It may be missing. @changed: it has been read again. */
SnetdHostsFile *
snetd_hosts_file_new (const char *path, SnetdHostsFileFunc changed, gpointer user_data);
void snetd_hosts_file_free (SnetdHostsFile *file);

/* Borrowed, NULL: the file does not say. */
const char *snetd_hosts_file_get (SnetdHostsFile *file, const SnetdAddress *address);

/* What a text says: address -> name. Free with g_hash_table_unref(). */
GHashTable *snetd_hosts_file_parse (const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdHostsFile, snetd_hosts_file_free)
