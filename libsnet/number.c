// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Numbers: from attributes into structs, and back.
 */
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "snet-private.h"

static size_t number_size(enum snet_number_kind kind)
{
	return kind == SNET_NUMBER_U64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

static bool is_good(const struct snet_number *number, const struct nlattr *nla)
{
	static const unsigned char zero[sizeof(uint64_t)];
	size_t size = number_size(number->kind);
	uint32_t value;

	if (nla_len(nla) != (int)size)
		return false;
	if (number->nonzero && !memcmp(nla_data(nla), zero, size))
		return false;
	if (number->kind != SNET_NUMBER_INT)
		return true;
	memcpy(&value, nla_data(nla), sizeof(value));
	return value <= INT32_MAX;
}

/**
 * snet_number_read() - read an attribute, if it is a number of a table
 * @table: the numbers
 * @nla: any attribute
 * @ret_values: the struct that the table is about
 * @fields: the field of the number is set in it
 *
 * Return: false if it is one but cannot be right; nothing was changed then
 */
bool snet_number_read(const struct snet_number_table *table, const struct nlattr *nla,
		      void *ret_values, uint32_t *fields)
{
	const struct snet_number *number;

	if ((size_t)nla_type(nla) >= table->count)
		return true;
	number = &table->numbers[nla_type(nla)];
	if (number->kind == SNET_NUMBER_NONE)
		return true;
	if (!is_good(number, nla))
		return false;
	memcpy((char *)ret_values + number->offset, nla_data(nla), number_size(number->kind));
	*fields |= number->field;
	return true;
}

/**
 * snet_number_read_all() - read a message that has but numbers
 * @table: the numbers
 * @hdr: the message
 * @ret_values: the struct that the table is about
 * @fields: the fields of the numbers are set in it
 *
 * Return: false if the message or one of the numbers is malformed
 */
bool snet_number_read_all(const struct snet_number_table *table, const struct nlmsghdr *hdr,
			  void *ret_values, uint32_t *fields)
{
	struct genlmsghdr *genl;
	struct nlattr *nla;
	int rest;

	if (!genlmsg_valid_hdr((struct nlmsghdr *)hdr, 0))
		return false;
	genl = nlmsg_data(hdr);
	nla_for_each_attr(nla, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), rest)
	{
		if (!snet_number_read(table, nla, ret_values, fields))
			return false;
	}
	return rest <= 0;
}

static bool put_one(struct nl_msg *msg, int attr, const struct snet_number *number,
		    const void *values)
{
	return !nla_put(msg, attr, (int)number_size(number->kind),
			(const char *)values + number->offset);
}

/**
 * snet_number_put() - write numbers into a command
 * @table: the numbers
 * @msg: the command, or NULL
 * @values: the struct that the table is about
 * @fields: those that have one of these fields
 *
 * Return: false: no room, or no command
 */
bool snet_number_put(const struct snet_number_table *table, struct nl_msg *msg, const void *values,
		     uint32_t fields)
{
	size_t i;

	if (!msg)
		return false;
	for (i = 0; i < table->count; i++)
		if ((table->numbers[i].field & fields) &&
		    !put_one(msg, (int)i, &table->numbers[i], values))
			return false;
	return true;
}
