/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * What the log says of things that an administrator wants to be told of, each by an id
 * that stays when its words change: journalctl MESSAGE_ID=... finds it. They are listed in
 * snetd(8).
 */
#define SNETD_MESSAGE_MODE         "d754a6bdeecc4bae92ad1730b87b97a6"
#define SNETD_MESSAGE_MODE_LOST    "c297c2ac031c48b8ac1c6c158a06d0e1"
#define SNETD_MESSAGE_SETTING      "1cb4adafb9fd47a082a04a43e153c793"
#define SNETD_MESSAGE_RULE         "c87d16d341474b36ab75c7d993b00a7d"
#define SNETD_MESSAGE_CONFIG       "5c95e2b3d4ee4b46a2448a8a1d7f8850"
#define SNETD_MESSAGE_CONFIG_WRONG "e9418a56a65a4278b46fb3f3d45b9e92"
#define SNETD_MESSAGE_KERNEL       "41a5de2660cb453db86f370fe3f305c4"
#define SNETD_MESSAGE_RULES_WRONG  "facc68ed9486434fb9b76f5558876f6b"
#define SNETD_MESSAGE_NO_RULES     "67b3e8b1e6f742f58afdfa48a007d9e8"
#define SNETD_MESSAGE_NO_JOURNAL   "05090f7be8734e5abb01fe2c72dfdeeb"
#define SNETD_MESSAGE_EVENTS_LOST  "3bc8afa85f2648f5b7bf320ce2cbc47a"
#define SNETD_MESSAGE_PROMPTS_FULL "779f1b4aaa684e33891a8ffb3cf8b035"
#define SNETD_MESSAGE_DISK         "7f69b13804254162ab5dde8caa7d1fb5"
#define SNETD_MESSAGE_POLKIT       "3651b71be7734818a718b55ea9086029"
#define SNETD_MESSAGE_AGENT        "98c09fdaacf44b74a7819360457d5271"
#define SNETD_MESSAGE_BUS          "c5a4454bd7ca479b90506f9c9f7a7de0"

/* As g_log_structured(): a level, an id, then more fields, or at once the text and its arguments.
 */
#define snetd_log_fields(level, id, ...)                                                           \
  g_log_structured (G_LOG_DOMAIN, (level), "MESSAGE_ID", (id), __VA_ARGS__)
#define snetd_log(level, id, ...) snetd_log_fields (level, id, "MESSAGE", __VA_ARGS__)

/* What a user has done, who is named in a field, too. */
void snetd_log_user (const char *id, guint32 uid, const char *format, ...) G_GNUC_PRINTF (3, 4);
