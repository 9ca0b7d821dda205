# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of snetctl for bash: snetctl itself knows what can follow.

_snetctl()
{
	local line
	local -a words=("${COMP_WORDS[@]:1:COMP_CWORD}")
	COMPREPLY=()
	while IFS=$'\n' read -r line; do
		line=${line%%$'\t'*}
		if [ "$line" = :files ]; then
			compopt -o default
		elif [[ $line == "${COMP_WORDS[COMP_CWORD]}"* ]]; then
			COMPREPLY+=("$line")
		fi
	done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2> /dev/null)
}

complete -F _snetctl snetctl
