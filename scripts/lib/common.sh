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

# Takes the files that match PATTERN... out of the kernel's source ARCHIVE, without the first DEPTH
# folders of their paths, and sets 'unpacked' to the folder of the cache that has them. Reading the
# whole archive takes half a minute: once is enough, for all build folders. Another archive of that
# name is known by its inode and times, and others' patterns make another folder.
unpack_once()
{
	local archive=$1 depth=$3 key new
	local group=$cache/$2
	shift 3

	[ -e "$archive" ] || die "$archive is missing: run scripts/setup"
	key=$({ stat -Lc '%n %i %s %Y' "$archive"; echo "$depth" "$@"; } | sha256sum | cut -c1-16)
	unpacked=$group/$key
	[ ! -e "$unpacked" ] || return 0
	mkdir -p "$group"
	new=$(mktemp -d "$group/.new.XXXXXX")
	tar -C "$new" -m --strip-components="$depth" -xf "$archive" --wildcards "$@"
	# Somebody else may have been faster.
	mv -T "$new" "$unpacked" 2> /dev/null || rm -rf "$new"
}
