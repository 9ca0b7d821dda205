/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-database.h"

/* The layout of the rules on disk, and how older ones become it. */
extern const SnetdSchema snetd_store_schema;
