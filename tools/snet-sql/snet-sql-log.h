/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * What an administrator wants to be told of, each by an id that stays when its words change:
 * journalctl MESSAGE_ID=... finds it. They are listed in snet-sql(8).
 */
#define SNET_SQL_MESSAGE_SOURCE   "6f0ab8ac22f04d2f9bb7d8a0ad2dcb5e"
#define SNET_SQL_MESSAGE_SERVER   "f3f0d7b1a6cf4b0a8ed6b66d9f3b3a41"
#define SNET_SQL_MESSAGE_FULL     "0c6d1cb64c4f4c1f8a1c1f8b6c3b9d27"
#define SNET_SQL_MESSAGE_GAP      "b7d9e1b8a0e64b59b7f1a7d2a6fb4c90"
#define SNET_SQL_MESSAGE_REJECTED "27a8e0f95c6b4a55a5b1d5c0e8b9a3f4"
#define SNET_SQL_MESSAGE_DAMAGED  "d2c7f9a35b7e4d389b0e2f6c1a4e8b75"
#define SNET_SQL_MESSAGE_SCHEMA   "91e4c5d60f3a4c8cb2a7e9d1f5b6803d"

#define snet_sql_log(level, id, ...)                                                               \
  g_log_structured (G_LOG_DOMAIN, (level), "MESSAGE_ID", (id), "MESSAGE", __VA_ARGS__)
