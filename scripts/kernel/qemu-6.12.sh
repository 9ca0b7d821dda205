# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=scripts/kernel/machine-qemu
. "$kinds/machine-qemu"
kernel_version=6.12
kernel_configs+=(6.12.config)
kernel_kcsan_patches=(kcsan-6.12.patch)

# How many steps a cold build prints, for the progress line only.
kernel_steps=2100
