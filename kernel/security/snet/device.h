/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: devices by which packets go past all sockets
 */
#ifndef _SECURITY_SNET_DEVICE_H
#define _SECURITY_SNET_DEVICE_H

struct file;

int snet_device_open(struct file *file);

#endif /* _SECURITY_SNET_DEVICE_H */
