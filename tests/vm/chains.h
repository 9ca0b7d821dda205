/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains of the packet filter, to be in the way.
 */
#pragma once

/*
 * Takes all places that Netfilter has for IPv4 packets on their way out of the
 * current network namespace. Return: how many were free.
 */
unsigned int chains_take_all (void);
