# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=scripts/kernel/machine-uml
. "$kinds/machine-uml"
kernel_version=6.1
kernel_configs+=(6.1.config)

# How many steps a cold build prints, for the progress line only.
kernel_steps=1500

# Patches that only the rig needs, for --debug only.
kernel_debug_patches=(um-preempt-count.patch um-fork-lock.patch)
