# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of snetctl for fish: snetctl itself knows what can follow.

function __snetctl_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
    if contains -- :files $found
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end

complete -c snetctl -f -a '(__snetctl_complete)'
