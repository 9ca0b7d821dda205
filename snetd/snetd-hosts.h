/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"

/*
 * Which names the addresses have that programs want to reach; from whom that is known is
 * SnetdHostSource. The last name that somebody on this machine has asked for and found an
 * address by is what the address is called: that is most likely, and not certain.
 *
 * Two kinds are kept apart. Rules may decide by a name of /etc/hosts or one that
 * systemd-resolved has found: remote_host of a request. What a name server says of an
 * address is chosen by whose address it is: reverse_host, which is only shown.
 *
 * Signals:
 * named (): there are names that were not there before.
 * outdated (): a name has changed that snetd_hosts_rely() has been asked about.
 */
#define SNETD_TYPE_HOSTS (snetd_hosts_get_type ())
G_DECLARE_FINAL_TYPE (SnetdHosts, snetd_hosts, SNETD, HOSTS, GObject)

/*
 * @hosts_file: as /etc/hosts. @resolved, @monitor: see snetd_resolved_new(). Any of the
 * three may be NULL: not from there.
 */
SnetdHosts *snetd_hosts_new (const char *hosts_file, const char *resolved, const char *monitor);

/* Whether name servers are asked, too. */
void snetd_hosts_set_reverse (SnetdHosts *self, gboolean reverse);

/*
 * Gives a request the name that its remote address has, unless it has one. A name that
 * somebody decides by does not change under the hand. TRUE: it has one now, and had none.
 */
gboolean snetd_hosts_name (SnetdHosts *self, SnetdRequest *request);

/* Likewise what is only shown; name servers are asked if need be, and then it is named. */
gboolean snetd_hosts_name_to_show (SnetdHosts *self, SnetdRequest *request);

/*
 * Whether its name may be on its way: resolved answers a program and tells snetd at the same
 * time.
 */
gboolean snetd_hosts_expects (SnetdHosts *self, const SnetdRequest *request);

/*
 * Something is going to decide by what this request's address is called, without asking
 * again: for so many seconds it may. G_MAXUINT32: without end. If the name changes
 * before, it is said that it is outdated.
 */
guint32 snetd_hosts_rely (SnetdHosts *self, const SnetdRequest *request);
