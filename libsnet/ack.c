// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading what the kernel says about a command: done, or why not.
 *
 * A bad answer quotes the command behind its own header, and the words of the
 * extended ack follow. Nothing of it is believed to be as long as it says.
 */
#include <string.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "snet-private.h"

/* The extended ack that begins at @offset. */
static void read_words(const struct nlmsghdr *hdr, size_t offset, struct snet_ack *ack)
{
	size_t datalen = nlmsg_datalen(hdr);
	struct nlattr *head, *nla;
	int rest;

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS) || offset >= datalen)
		return;
	head = (struct nlattr *)((char *)nlmsg_data(hdr) + offset);
	nla_for_each_attr(nla, head, (int)(datalen - offset), rest)
	{
		if (nla_type(nla) != NLMSGERR_ATTR_MSG)
			continue;
		ack->words = nla_data(nla);
		ack->words_len = nla_len(nla);
	}
}

/**
 * snet_ack_read() - read an NLMSG_ERROR
 * @hdr: complete as far as nlmsg_len goes
 * @ret_ack: what it says, with pointers into @hdr
 *
 * Return: false: it is too short to say anything
 */
bool snet_ack_read(const struct nlmsghdr *hdr, struct snet_ack *ret_ack)
{
	const struct nlmsgerr *err = nlmsg_data(hdr);
	size_t datalen = nlmsg_datalen(hdr);
	size_t quoted = 0;

	*ret_ack = (struct snet_ack){0};
	if (nlmsg_datalen(hdr) < (int)sizeof(*err))
		return false;
	ret_ack->error = err->error;
	ret_ack->command = &err->msg;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > sizeof(err->msg))
		quoted = (size_t)err->msg.nlmsg_len - sizeof(err->msg);
	ret_ack->is_whole = quoted && quoted <= datalen - sizeof(*err);
	read_words(hdr, sizeof(*err) + NLMSG_ALIGN(quoted), ret_ack);
	return true;
}

/**
 * snet_ack_read_done() - read an NLMSG_DONE, the end of a dump
 * @hdr: complete as far as nlmsg_len goes
 * @ret_ack: what it says, with pointers into @hdr
 */
void snet_ack_read_done(const struct nlmsghdr *hdr, struct snet_ack *ret_ack)
{
	*ret_ack = (struct snet_ack){0};
	if (nlmsg_datalen(hdr) >= (int)sizeof(ret_ack->error))
		memcpy(&ret_ack->error, nlmsg_data(hdr), sizeof(ret_ack->error));
	read_words(hdr, sizeof(ret_ack->error), ret_ack);
}
