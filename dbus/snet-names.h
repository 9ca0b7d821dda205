/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of the D-Bus protocol, for snetd and its clients alike. What they
 * mean is written in the interface XML next to this file and in docs/rules.md.
 */
#pragma once

#define SNET_BUS_NAME    "org.snet"
#define SNET_OBJECT_PATH "/org/snet"

#define SNET_INTERFACE_EVENTS  "org.snet.Events"
#define SNET_INTERFACE_RULES   "org.snet.Rules"
#define SNET_INTERFACE_AGENTS  "org.snet.Agents"
#define SNET_INTERFACE_AGENT   "org.snet.Agent"
#define SNET_INTERFACE_CONTROL "org.snet.Control"

/* polkit actions, see data/org.snet.policy.in */
#define SNET_ACTION_ANSWER_OWN          "org.snet.answer-own"
#define SNET_ACTION_ANSWER_ANY          "org.snet.answer-any"
#define SNET_ACTION_MANAGE_OWN_RULES    "org.snet.manage-own-rules"
#define SNET_ACTION_MANAGE_SYSTEM_RULES "org.snet.manage-system-rules"
#define SNET_ACTION_OBSERVE             "org.snet.observe"
#define SNET_ACTION_CONFIGURE           "org.snet.configure"

/* keys of an event */
#define SNET_KEY_ID             "id"
#define SNET_KEY_TIME           "time"
#define SNET_KEY_OPERATION      "operation"
#define SNET_KEY_FAMILY         "family"
#define SNET_KEY_TYPE           "type"
#define SNET_KEY_PROTOCOL       "protocol"
#define SNET_KEY_UID            "uid"
#define SNET_KEY_PID            "pid"
#define SNET_KEY_COMM           "comm"
#define SNET_KEY_PROGRAM        "program"
#define SNET_KEY_PROGRAM_DIGEST "program-digest"
#define SNET_KEY_SCRIPT         "script"
#define SNET_KEY_COMMAND        "command"
#define SNET_KEY_DIRECTORY      "directory"
#define SNET_KEY_ANCESTORS      "ancestors"
#define SNET_KEY_PROCESS        "process"
#define SNET_KEY_SESSION        "session"
#define SNET_KEY_APP            "app"
#define SNET_KEY_UNIT           "unit"
#define SNET_KEY_CGROUP         "cgroup"
#define SNET_KEY_NETNS          "netns"
#define SNET_KEY_LOCAL_ADDRESS  "local-address"
#define SNET_KEY_LOCAL_PORT     "local-port"
#define SNET_KEY_REMOTE_ADDRESS "remote-address"
#define SNET_KEY_REMOTE_PORT    "remote-port"
#define SNET_KEY_REMOTE_HOST    "remote-host"
#define SNET_KEY_HOST_SOURCE    "remote-host-source"
#define SNET_KEY_HOLD           "hold"
#define SNET_KEY_DEADLINE       "deadline"
#define SNET_KEY_COUNT          "count"

/* and once decided */
#define SNET_KEY_VERDICT "verdict"
#define SNET_KEY_REASON  "reason"
#define SNET_KEY_RULE    "rule"
#define SNET_KEY_ERRNO   "errno"
#define SNET_KEY_WAITED  "waited"
#define SNET_KEY_SERIAL  "serial"

/* keys of a rule, beside the conditions, most of which are keys of an event */
#define SNET_KEY_ACTION   "action"
#define SNET_KEY_LIFETIME "lifetime"
#define SNET_KEY_DURATION "duration"
#define SNET_KEY_OWNER    "owner"
#define SNET_KEY_COMMENT  "comment"
#define SNET_KEY_CREATED  "created"
#define SNET_KEY_LOCKED   "locked"
#define SNET_KEY_DISABLED "disabled"
#define SNET_KEY_SOURCE   "source"

/* conditions that are not */
#define SNET_KEY_PROGRAM_PATTERN  "program-pattern"
#define SNET_KEY_SCRIPT_PATTERN   "script-pattern"
#define SNET_KEY_ANCESTOR         "ancestor"
#define SNET_KEY_ANCESTOR_PATTERN "ancestor-pattern"
#define SNET_KEY_REMOTE_DOMAIN    "remote-domain"
#define SNET_KEY_REMOTE_LIST      "remote-list"
#define SNET_KEY_REMOTE_PORTS     "remote-ports"
#define SNET_KEY_LOCAL_PORTS      "local-ports"
#define SNET_KEY_TIME_OF_WEEK     "time-of-week"

/* options of Verdict, beside lifetime, errno and comment */
#define SNET_KEY_MATCH "match"

/* options of Import and Export, beside owner */
#define SNET_KEY_DRY_RUN "dry-run"
#define SNET_KEY_PARTIAL "partial"
#define SNET_KEY_SYSTEM  "system"

/* formats of rules */
#define SNET_FORMAT_SNET       "snet"
#define SNET_FORMAT_OPENSNITCH "opensnitch"

/* keys of a filter, beside keys of an event */
#define SNET_KEY_BEFORE "before"
#define SNET_KEY_AFTER  "after"
#define SNET_KEY_SINCE  "since"
#define SNET_KEY_UNTIL  "until"
#define SNET_KEY_TEXT   "text"

/* words */
#define SNET_VERDICT_WORD_ALLOW    "allow"
#define SNET_VERDICT_WORD_DENY     "deny"
#define SNET_LIFETIME_WORD_ONCE    "once"
#define SNET_LIFETIME_WORD_PROCESS "process"
#define SNET_LIFETIME_WORD_SESSION "session"
#define SNET_LIFETIME_WORD_REBOOT  "reboot"
#define SNET_LIFETIME_WORD_UNTIL   "until"
#define SNET_LIFETIME_WORD_FOREVER "forever"
#define SNET_MODE_WORD_ASK         "ask"
#define SNET_MODE_WORD_MONITOR     "monitor"
#define SNET_MODE_WORD_LOCKDOWN    "lockdown"
#define SNET_MODE_WORD_OFF         "off"

/* errors */
#define SNET_ERROR_PREFIX               "org.snet.Error."
#define SNET_ERROR_NAME_UNKNOWN_REQUEST SNET_ERROR_PREFIX "UnknownRequest"
#define SNET_ERROR_NAME_ALREADY_DECIDED SNET_ERROR_PREFIX "AlreadyDecided"
#define SNET_ERROR_NAME_INVALID_VERDICT SNET_ERROR_PREFIX "InvalidVerdict"
#define SNET_ERROR_NAME_INVALID_OPTION  SNET_ERROR_PREFIX "InvalidOption"
#define SNET_ERROR_NAME_INVALID_FILTER  SNET_ERROR_PREFIX "InvalidFilter"
#define SNET_ERROR_NAME_INVALID_RULE    SNET_ERROR_PREFIX "InvalidRule"
#define SNET_ERROR_NAME_INVALID_EVENT   SNET_ERROR_PREFIX "InvalidEvent"
#define SNET_ERROR_NAME_UNKNOWN_RULE    SNET_ERROR_PREFIX "UnknownRule"
#define SNET_ERROR_NAME_READ_ONLY_RULE  SNET_ERROR_PREFIX "ReadOnlyRule"
#define SNET_ERROR_NAME_UNKNOWN_AGENT   SNET_ERROR_PREFIX "UnknownAgent"
#define SNET_ERROR_NAME_STORE_FAILED    SNET_ERROR_PREFIX "StoreFailed"
#define SNET_ERROR_NAME_INVALID_CONFIG  SNET_ERROR_PREFIX "InvalidConfiguration"
