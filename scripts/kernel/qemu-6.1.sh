# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=scripts/kernel/machine-qemu
. "$kinds/machine-qemu"
kernel_version=6.1
kernel_configs+=(6.1.config)
kernel_kcsan_patches=(kcsan-6.1.patch)
kernel_debug_configs+=(ubsan-6.1.config)

# How many steps a cold build prints, for the progress line only.
kernel_steps=1500
