// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: devices by which packets go past all sockets
 *
 * TUN and TAP devices are made by an ioctl() on /dev/net/tun, and their own
 * hooks are called under the lock of all network devices, where nobody can
 * wait. So it is the opening that is asked about.
 */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/socket.h>
#include <linux/stat.h>

#include "device.h"
#include "socket.h"

static bool is_tun(const struct inode *inode)
{
	return S_ISCHR(inode->i_mode) &&
	       inode->i_rdev == MKDEV(MISC_MAJOR, TUN_MINOR);
}

/**
 * snet_device_open - The hook of open()
 * @file: about to be opened; no lock is held
 *
 * Where packets can be written to is reported as a socket without a family.
 *
 * Return: 0 or a negative errno.
 */
int snet_device_open(struct file *file)
{
	if (!is_tun(file_inode(file)))
		return 0;
	return snet_socket_create(AF_UNSPEC, 0, 0, 0);
}
