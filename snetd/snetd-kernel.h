/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-request.h"

/*
 * The connection to the security module, the only user of libsnet. Without a
 * module, or when another program controls it, snetd runs on and says so.
 *
 * Signals:
 * requested (SnetdRequest): a call is held.
 * cancelled (t id, u enum snet_cancel_reason, u enum snet_verdict): one that
 *   was held is not any more.
 * overrun (): messages were lost; what waits has to be read again.
 * state-changed ()
 */
typedef enum
{
  SNETD_KERNEL_ABSENT,
  SNETD_KERNEL_BUSY,
  SNETD_KERNEL_LSM,
} SnetdKernelState;

#define SNETD_TYPE_KERNEL (snetd_kernel_get_type ())
G_DECLARE_FINAL_TYPE (SnetdKernel, snetd_kernel, SNETD, KERNEL, GObject)

SnetdKernel *snetd_kernel_new (void);

/*
 * Becomes the controller if it can. Requests come from the main loop. One that is so already
 * says its state again, for those who have come since.
 */
void snetd_kernel_start (SnetdKernel *self);

SnetdKernelState snetd_kernel_get_state (SnetdKernel *self);

/* lsm, busy or absent */
const char *snetd_kernel_get_state_name (SnetdKernel *self);

/* What there is to read is read now instead of from the main loop. */
void snetd_kernel_dispatch (SnetdKernel *self);

/*
 * error: errno of a denied call, or 0. terms: of a ticket for calls that are alike, or
 * NULL. The GError is (G_IO_ERROR, G_IO_ERROR_NOT_FOUND) if the request does not
 * wait any more.
 */
gboolean snetd_kernel_verdict (SnetdKernel *self,
                               guint64 id,
                               enum snet_verdict verdict,
                               int errno_value,
                               const struct snet_ticket_terms *terms,
                               GError **error);

/* No call is decided by any ticket that was given before. */
void snetd_kernel_flush_tickets (SnetdKernel *self);

/* Of SnetdRequest, oldest first; NULL on error. */
GPtrArray *snetd_kernel_list_pending (SnetdKernel *self, GError **error);

gboolean
snetd_kernel_get_config (SnetdKernel *self, struct snet_config *ret_config, GError **error);
gboolean
snetd_kernel_set_config (SnetdKernel *self, const struct snet_config *config, GError **error);
gboolean snetd_kernel_get_stats (SnetdKernel *self, struct snet_stats *ret_stats, GError **error);
