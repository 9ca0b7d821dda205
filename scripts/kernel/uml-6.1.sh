# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# The kernel 'uml-6.1': User-Mode Linux from Debian 12's own source package.

kernel_machine=uml
kernel_version=6.1
kernel_source=/usr/src/linux-source-6.1.tar.xz
kernel_package=linux-source-6.1
kernel_arch=um
kernel_target=linux
kernel_image=linux

# How many steps a cold build prints, for the progress line only.
kernel_steps=1160

# What no User-Mode Linux build reads: two thirds of the source, and of the time to unpack it.
kernel_unneeded=(
	drivers/gpu/drm drivers/media drivers/net/ethernet drivers/net/wireless
	drivers/staging drivers/scsi drivers/infiniband sound
)

# Patches that only the rig needs, for --debug only.
kernel_debug_patches=(um-preempt-count.patch um-fork-lock.patch)
