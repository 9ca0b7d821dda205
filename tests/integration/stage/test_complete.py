#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion of snetctl, by the shells themselves."""

import os
import pathlib
import re
import subprocess

from stage import main

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "tools/snetctl/completions"

# What the shell would offer for the words of "$@", of which the last one is at the cursor.
BASH = """
source "$FOLDER/snetctl.bash"
compopt() { COMPREPLY+=(":files"); }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_snetctl
printf '%s\\n' "${COMPREPLY[@]}"
"""
# Within the line editor zsh sets these, and shows what it is told.
ZSH = """
_describe() { print -rl -- ${found%%:*}; }
_files() { print -r :files; }
words=("$@"); CURRENT=$#
source $FOLDER/snetctl.zsh
"""
FISH = """
source $FOLDER/snetctl.fish
complete -C (string join ' ' -- $argv)
"""


def offers(stage, shell, *words):
    """What it offers, without the descriptions."""
    call = {"bash": ["bash", "--norc", "-c", BASH, "bash"],
            "zsh": ["zsh", "-f", "-c", ZSH, "zsh"],
            "fish": ["fish", "--no-config", "-c", FISH]}[shell]
    environment = stage.environment(
        PATH=f"{stage.folder}:/usr/bin:/bin", FOLDER=str(FOLDER), HOME=stage.folder)
    done = subprocess.run([*call, "snetctl", *words], env=environment, capture_output=True,
                          text=True, cwd=stage.folder, timeout=60, check=False)
    assert done.returncode == 0 and not done.stderr, f"{shell} {words}: {done}"
    found = [line.split("\t")[0] for line in done.stdout.splitlines()]
    return [word for word in found if word == ":files" or word and word.startswith(words[-1])]


def commands(stage):
    text = stage.ctl("--help").partition("Commands:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^  (\w+)", text, re.MULTILINE)
    assert "status" in found and len(found) > 10, found
    return found


def check(stage, shell):
    wanted = commands(stage)
    assert sorted(offers(stage, shell, "")) == sorted(wanted), "commands"
    one, two = stage.hold(4001), stage.hold(4002)
    assert offers(stage, shell, "allow", "") == [str(one), str(two)], "what waits"
    assert offers(stage, shell, "mode", "lo") == ["lockdown"], "modes"
    assert offers(stage, shell, "log", "--verdict", "") == ["allow", "deny"], "values"
    assert offers(stage, shell, "log", "--rev") == ["--reverse"], "options"
    assert offers(stage, shell, "set", "policy", "") == ["allow", "deny"], "words of a word"
    assert "explain" in offers(stage, shell, "rules", ""), "commands of a command"
    rule = stage.ctl("rules", "add", "action=deny", "remote-port=25", "--json", uid=0)
    number = re.search(r"\d+", rule).group()
    assert offers(stage, shell, "rules", "remove", "") == [number], "rules"
    assert offers(stage, shell, "status", "") == [], "nothing to add"


def test_bash(stage):
    """bash offers each command, options, ids, and words for options"""
    check(stage, "bash")
    assert offers(stage, "bash", "rules", "import", "") == [":files"]


def test_zsh(stage):
    """zsh does"""
    check(stage, "zsh")
    assert offers(stage, "zsh", "rules", "import", "") == [":files"]


def test_fish(stage):
    """fish does"""
    check(stage, "fish")
    with open(os.path.join(stage.folder, "rules.txt"), "w", encoding="ascii"):
        assert offers(stage, "fish", "rules", "import", "rul") == ["rules.txt"]
    os.unlink(os.path.join(stage.folder, "rules.txt"))


if __name__ == "__main__":
    main([test_bash, test_zsh, test_fish])
