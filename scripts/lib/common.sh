# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # for those who source this
# What the scripts of the rig share. Sourced, not run.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cache=${SNET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/snet}
me=${0##*/}

say()
{
	printf '%s: %s\n' "$me" "$*" >&2
}

# The rig failed, not the command in it: always the same status, so that nobody takes it for the
# command's own.
die()
{
	say "$@"
	exit 125
}

# Takes the lock FILE on descriptor FD, and says so if that means waiting.
lock()
{
	local fd=$1 file=$2 what=$3

	flock -n "$fd" && return
	say "another run is building $what; waiting for it"
	flock "$fd" || die "cannot lock $file"
}
