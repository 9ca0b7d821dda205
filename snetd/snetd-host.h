/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Names of hosts and domains, as rules and lists write them. Kept in one form,
 * so that they can be compared byte by byte: small letters, names that are not
 * ASCII as DNS has them (xn--…), and no dot at the end.
 */

/*
 * NULL, with words for who wrote it, if it is no name. Any bytes may be asked about, also such
 * as are no UTF-8; the words are UTF-8 in any case.
 */
char *snetd_host_normalize (const char *name, GError **error);

/* Both normalized. The domain itself is within it. */
gboolean snetd_host_is_within (const char *host, const char *domain);

/* The domain that a host or domain is in, within the same text; NULL: it is at the top. */
const char *snetd_host_parent (const char *host);

/* example.org has two. */
guint snetd_host_count_labels (const char *host);

/* The domain of @n labels, at least one, that it is or is in, within the same text; NULL: it has
 * not as many. */
const char *snetd_host_last_labels (const char *host, guint n);
