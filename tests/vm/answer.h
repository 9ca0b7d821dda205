/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answering a child's calls until it has returned, and keeping what it asked.
 */
#pragma once

#include "child.h"
#include "controller.h"

/*
 * Of Event, in their order. Each is denied with @error, or allowed if that is
 * 0. @ret_result: what the child has returned.
 */
GPtrArray *answer_all (Controller *controller, Child *child, int error, int *ret_result);

/* The mediated set, to be changed by a test: empty, until it is restored. */
typedef struct
{
  struct snet *snet;
  GArray *before; /* of struct snet_mediated */
} Mediation;

Mediation *mediation_begin (struct snet *snet);
void mediation_end (Mediation *mediation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mediation, mediation_end)

/* Of struct snet_mediated. */
GArray *mediation_list (struct snet *snet);

/* Has calls asked about, of any type and protocol. */
void mediate (Mediation *mediation, enum snet_operation operation, int family);
