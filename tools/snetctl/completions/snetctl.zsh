#compdef snetctl
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of snetctl for zsh: snetctl itself knows what can follow.

local line
local -a found
while IFS= read -r line; do
	if [[ $line == :files ]]; then
		_files
		return
	fi
	line=${line//:/\\:}
	found+=("${line/$'\t'/:}")
done < <(${words[1]} __complete "${(@)words[2,CURRENT]}" 2> /dev/null)
_describe snetctl found
