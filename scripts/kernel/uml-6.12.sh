# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154

# shellcheck source=scripts/kernel/machine-uml
. "$kinds/machine-uml"
kernel_version=6.12
kernel_configs+=(6.12.config)
kernel_debug_configs+=(ubsan.config)

# How many steps a cold build prints, for the progress line only.
kernel_steps=2100
kernel_debug_patches=()
