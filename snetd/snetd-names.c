/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-names.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "snet-names.h"

/* Too young for the headers that this may be compiled with. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef AF_MCTP
#define AF_MCTP 45
#endif

static const SnetdWord operation_words[] = {
  { SNET_OP_BIND, "bind" },     { SNET_OP_CONNECT, "connect" }, { SNET_OP_LISTEN, "listen" },
  { SNET_OP_ACCEPT, "accept" }, { SNET_OP_SEND, "send" },       { SNET_OP_RECEIVE, "receive" },
  { SNET_OP_CREATE, "create" }, { SNET_OP_CLOSE, "close" },     { 0, NULL },
};

/* Those of the internet first, which is what an error message has room for. */
static const SnetdWord family_words[] = {
  { AF_INET, "inet" },
  { AF_INET6, "inet6" },
  { AF_UNIX, "unix" },
  { AF_PACKET, "packet" },
  { AF_NETLINK, "netlink" },
  { AF_VSOCK, "vsock" },
  { AF_BLUETOOTH, "bluetooth" },
  { AF_CAN, "can" },
  { AF_SMC, "smc" },
  { AF_XDP, "xdp" },
  { AF_KEY, "key" },
  { AF_ALG, "alg" },
  { AF_TIPC, "tipc" },
  { AF_RDS, "rds" },
  { AF_KCM, "kcm" },
  { AF_QIPCRTR, "qrtr" },
  { AF_MCTP, "mctp" },
  { AF_NFC, "nfc" },
  { AF_PHONET, "phonet" },
  { AF_IEEE802154, "ieee802154" },
  { AF_IUCV, "iucv" },
  { AF_LLC, "llc" },
  { AF_PPPOX, "pppox" },
  { AF_ATMPVC, "atmpvc" },
  { AF_ATMSVC, "atmsvc" },
  { AF_AX25, "ax25" },
  { AF_X25, "x25" },
  { AF_NETROM, "netrom" },
  { AF_ROSE, "rose" },
  { AF_CAIF, "caif" },
  { AF_ISDN, "isdn" },
  { AF_IPX, "ipx" },
  { AF_APPLETALK, "appletalk" },
  { 0, NULL },
};

static const SnetdWord type_words[] = {
  { SOCK_STREAM, "stream" }, { SOCK_DGRAM, "dgram" },
  { SOCK_RAW, "raw" },       { SOCK_SEQPACKET, "seqpacket" },
  { SOCK_DCCP, "dccp" },     { SOCK_RDM, "rdm" },
  { SOCK_PACKET, "packet" }, { 0, NULL },
};

static const SnetdWord protocol_words[] = {
  { IPPROTO_TCP, "tcp" },         { IPPROTO_UDP, "udp" },     { IPPROTO_SCTP, "sctp" },
  { IPPROTO_DCCP, "dccp" },       { IPPROTO_ICMP, "icmp" },   { IPPROTO_ICMPV6, "ipv6-icmp" },
  { IPPROTO_UDPLITE, "udplite" }, { IPPROTO_MPTCP, "mptcp" }, { 0, NULL },
};

static const SnetdWord hold_words[] = {
  { SNET_HOLD_THREAD, "thread" },
  { SNET_HOLD_FLOW, "flow" },
  { 0, NULL },
};

static const SnetdWord verdict_words[] = {
  { SNET_VERDICT_ALLOW, SNET_VERDICT_WORD_ALLOW },
  { SNET_VERDICT_DENY, SNET_VERDICT_WORD_DENY },
  { 0, NULL },
};

static const SnetdWord action_words[] = {
  { SNETD_ACTION_ALLOW, SNET_VERDICT_WORD_ALLOW },
  { SNETD_ACTION_DENY, SNET_VERDICT_WORD_DENY },
  { SNETD_ACTION_ASK, "ask" },
  { 0, NULL },
};

static const SnetdWord lifetime_words[] = {
  { SNETD_LIFETIME_ONCE, SNET_LIFETIME_WORD_ONCE },
  { SNETD_LIFETIME_PROCESS, SNET_LIFETIME_WORD_PROCESS },
  { SNETD_LIFETIME_SESSION, SNET_LIFETIME_WORD_SESSION },
  { SNETD_LIFETIME_REBOOT, SNET_LIFETIME_WORD_REBOOT },
  { SNETD_LIFETIME_UNTIL, SNET_LIFETIME_WORD_UNTIL },
  { SNETD_LIFETIME_FOREVER, SNET_LIFETIME_WORD_FOREVER },
  { 0, NULL },
};

static const SnetdWord mode_words[] = {
  { SNETD_MODE_ASK, SNET_MODE_WORD_ASK },
  { SNETD_MODE_MONITOR, SNET_MODE_WORD_MONITOR },
  { SNETD_MODE_LOCKDOWN, SNET_MODE_WORD_LOCKDOWN },
  { SNETD_MODE_OFF, SNET_MODE_WORD_OFF },
  { 0, NULL },
};

static const SnetdWord reason_words[] = {
  { SNETD_REASON_RULE, "rule" },
  { SNETD_REASON_USER, "user" },
  { SNETD_REASON_TICKET, "ticket" },
  { SNETD_REASON_TIMEOUT, "timeout" },
  { SNETD_REASON_POLICY, "policy" },
  { SNETD_REASON_MONITOR, SNET_MODE_WORD_MONITOR },
  { SNETD_REASON_LOCKDOWN, SNET_MODE_WORD_LOCKDOWN },
  { SNETD_REASON_OFF, SNET_MODE_WORD_OFF },
  { 0, NULL },
};

static const SnetdWord host_source_words[] = {
  { SNETD_HOST_SOURCE_HOSTS, "hosts" },
  { SNETD_HOST_SOURCE_RESOLVED, "resolved" },
  { SNETD_HOST_SOURCE_REVERSE, "reverse" },
  { 0, NULL },
};

/* The Linux errno values, without the aliases EWOULDBLOCK, EDEADLOCK and ENOTSUP. */
#define ERRNO(name)                                                                                \
  {                                                                                                \
    name, #name                                                                                    \
  }
static const SnetdWord errno_words[] = {
  ERRNO (EPERM),
  ERRNO (ENOENT),
  ERRNO (ESRCH),
  ERRNO (EINTR),
  ERRNO (EIO),
  ERRNO (ENXIO),
  ERRNO (E2BIG),
  ERRNO (ENOEXEC),
  ERRNO (EBADF),
  ERRNO (ECHILD),
  ERRNO (EAGAIN),
  ERRNO (ENOMEM),
  ERRNO (EACCES),
  ERRNO (EFAULT),
  ERRNO (ENOTBLK),
  ERRNO (EBUSY),
  ERRNO (EEXIST),
  ERRNO (EXDEV),
  ERRNO (ENODEV),
  ERRNO (ENOTDIR),
  ERRNO (EISDIR),
  ERRNO (EINVAL),
  ERRNO (ENFILE),
  ERRNO (EMFILE),
  ERRNO (ENOTTY),
  ERRNO (ETXTBSY),
  ERRNO (EFBIG),
  ERRNO (ENOSPC),
  ERRNO (ESPIPE),
  ERRNO (EROFS),
  ERRNO (EMLINK),
  ERRNO (EPIPE),
  ERRNO (EDOM),
  ERRNO (ERANGE),
  ERRNO (EDEADLK),
  ERRNO (ENAMETOOLONG),
  ERRNO (ENOLCK),
  ERRNO (ENOSYS),
  ERRNO (ENOTEMPTY),
  ERRNO (ELOOP),
  ERRNO (ENOMSG),
  ERRNO (EIDRM),
  ERRNO (ECHRNG),
  ERRNO (EL2NSYNC),
  ERRNO (EL3HLT),
  ERRNO (EL3RST),
  ERRNO (ELNRNG),
  ERRNO (EUNATCH),
  ERRNO (ENOCSI),
  ERRNO (EL2HLT),
  ERRNO (EBADE),
  ERRNO (EBADR),
  ERRNO (EXFULL),
  ERRNO (ENOANO),
  ERRNO (EBADRQC),
  ERRNO (EBADSLT),
  ERRNO (EBFONT),
  ERRNO (ENOSTR),
  ERRNO (ENODATA),
  ERRNO (ETIME),
  ERRNO (ENOSR),
  ERRNO (ENONET),
  ERRNO (ENOPKG),
  ERRNO (EREMOTE),
  ERRNO (ENOLINK),
  ERRNO (EADV),
  ERRNO (ESRMNT),
  ERRNO (ECOMM),
  ERRNO (EPROTO),
  ERRNO (EMULTIHOP),
  ERRNO (EDOTDOT),
  ERRNO (EBADMSG),
  ERRNO (EOVERFLOW),
  ERRNO (ENOTUNIQ),
  ERRNO (EBADFD),
  ERRNO (EREMCHG),
  ERRNO (ELIBACC),
  ERRNO (ELIBBAD),
  ERRNO (ELIBSCN),
  ERRNO (ELIBMAX),
  ERRNO (ELIBEXEC),
  ERRNO (EILSEQ),
  ERRNO (ERESTART),
  ERRNO (ESTRPIPE),
  ERRNO (EUSERS),
  ERRNO (ENOTSOCK),
  ERRNO (EDESTADDRREQ),
  ERRNO (EMSGSIZE),
  ERRNO (EPROTOTYPE),
  ERRNO (ENOPROTOOPT),
  ERRNO (EPROTONOSUPPORT),
  ERRNO (ESOCKTNOSUPPORT),
  ERRNO (EOPNOTSUPP),
  ERRNO (EPFNOSUPPORT),
  ERRNO (EAFNOSUPPORT),
  ERRNO (EADDRINUSE),
  ERRNO (EADDRNOTAVAIL),
  ERRNO (ENETDOWN),
  ERRNO (ENETUNREACH),
  ERRNO (ENETRESET),
  ERRNO (ECONNABORTED),
  ERRNO (ECONNRESET),
  ERRNO (ENOBUFS),
  ERRNO (EISCONN),
  ERRNO (ENOTCONN),
  ERRNO (ESHUTDOWN),
  ERRNO (ETOOMANYREFS),
  ERRNO (ETIMEDOUT),
  ERRNO (ECONNREFUSED),
  ERRNO (EHOSTDOWN),
  ERRNO (EHOSTUNREACH),
  ERRNO (EALREADY),
  ERRNO (EINPROGRESS),
  ERRNO (ESTALE),
  ERRNO (EUCLEAN),
  ERRNO (ENOTNAM),
  ERRNO (ENAVAIL),
  ERRNO (EISNAM),
  ERRNO (EREMOTEIO),
  ERRNO (EDQUOT),
  ERRNO (ENOMEDIUM),
  ERRNO (EMEDIUMTYPE),
  ERRNO (ECANCELED),
  ERRNO (ENOKEY),
  ERRNO (EKEYEXPIRED),
  ERRNO (EKEYREVOKED),
  ERRNO (EKEYREJECTED),
  ERRNO (EOWNERDEAD),
  ERRNO (ENOTRECOVERABLE),
  ERRNO (ERFKILL),
  ERRNO (EHWPOISON),
  { 0, NULL },
};
#undef ERRNO

const SnetdVocabulary snetd_operations = { "operation", operation_words, -1 };
const SnetdVocabulary snetd_families = { "family", family_words, 255 };
const SnetdVocabulary snetd_types = { "type", type_words, 255 };
const SnetdVocabulary snetd_protocols = { "protocol", protocol_words, 65535 };
const SnetdVocabulary snetd_errnos = { "errno", errno_words, -1 };
const SnetdVocabulary snetd_holds = { "hold", hold_words, -1 };
const SnetdVocabulary snetd_verdicts = { "verdict", verdict_words, -1 };
const SnetdVocabulary snetd_actions = { "action", action_words, -1 };
const SnetdVocabulary snetd_lifetimes = { "lifetime", lifetime_words, -1 };
const SnetdVocabulary snetd_modes = { "mode", mode_words, -1 };
const SnetdVocabulary snetd_reasons = { "reason", reason_words, -1 };
const SnetdVocabulary snetd_host_sources = { "remote-host-source", host_source_words, -1 };

char *
snetd_vocabulary_word (const SnetdVocabulary *vocabulary, int value)
{
  for (const SnetdWord *w = vocabulary->words; w->word != NULL; w++)
    {
      if (w->value == value)
        return g_strdup (w->word);
    }

  if (value >= 0 && value <= vocabulary->numbers_max)
    return g_strdup_printf ("%d", value);

  return NULL;
}

gboolean
snetd_family_is_internet (int family)
{
  return family == AF_INET || family == AF_INET6;
}

char *
snetd_protocol_word (int family, int protocol)
{
  if (snetd_family_is_internet (family))
    return snetd_vocabulary_word (&snetd_protocols, protocol);

  return g_strdup_printf ("%d", protocol);
}

gboolean
snetd_vocabulary_value (const SnetdVocabulary *vocabulary, const char *word, int *ret_value)
{
  guint64 number;

  for (const SnetdWord *w = vocabulary->words; w->word != NULL; w++)
    {
      if (g_str_equal (w->word, word))
        {
          *ret_value = w->value;
          return TRUE;
        }
    }

  if (vocabulary->numbers_max >= 0 &&
      g_ascii_string_to_unsigned (word, 10, 0, vocabulary->numbers_max, &number, NULL))
    {
      *ret_value = (int)number;
      return TRUE;
    }

  return FALSE;
}

char *
snetd_vocabulary_choices (const SnetdVocabulary *vocabulary)
{
  GString *choices = g_string_new (NULL);
  const SnetdWord *w = vocabulary->words;

  for (; w->word != NULL; w++)
    {
      gboolean last = w[1].word == NULL && vocabulary->numbers_max < 0;

      /* Nobody reads a hundred names. */
      if (w - vocabulary->words == 10)
        {
          g_string_append (choices, ", …");
          break;
        }
      if (w != vocabulary->words)
        g_string_append (choices, last ? " or " : ", ");
      g_string_append (choices, w->word);
    }
  if (vocabulary->numbers_max >= 0)
    g_string_append (choices, " or a number");

  return g_string_free (choices, FALSE);
}
