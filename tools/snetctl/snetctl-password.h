/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * polkit's own program that asks for a password at the terminal, for this process, where no
 * desktop does. It is there when this returns. NULL: there is no terminal, or no such program,
 * and polkit does without.
 */
GSubprocess *snetctl_password_begin (void);
void snetctl_password_end (GSubprocess *agent);

G_END_DECLS
