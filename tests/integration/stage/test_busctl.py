#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/dbus.md has what does the same as each command of snetctl, and it works as it is written."""

import json
import pathlib
import re
import select
import subprocess
import time

from stage import SECONDS, main

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "dbus.md"
REQUESTS = 16
RULES = 5


def read_examples():
    """What snetctl is given, and the line for it; of several commands the same line."""
    section = PAGE.read_text().partition("\n## With busctl\n")[2].partition("\n## ")[0]
    found = []
    names = []
    for line in re.findall(r"^    (.*)$", section, re.MULTILINE):
        if line.startswith("# snetctl "):
            if names and names[-1][1]:
                found += names
                names = []
            names.append([line[len("# snetctl "):], ""])
        else:
            for name in names:
                name[1] += line + "\n"
    found += names
    assert len(found) > 20 and all(text for _, text in found), found
    return found


def run(stage, line):
    """As root types it; what it prints."""
    done = subprocess.run(["sh", "-euc", line], env=stage.environment(), cwd=stage.folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    assert done.returncode == 0 and not done.stderr, f"{line}{done}"
    return done.stdout


def watch(stage, line):
    """It prints what becomes of a call, and goes on."""
    with subprocess.Popen(["sh", "-euc", "exec " + line], env=stage.environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        seen = b""
        end = time.monotonic() + SECONDS
        port = 6000
        while not re.search(b"Member=(Requested|Decided)", seen):
            assert time.monotonic() < end, seen[-1000:]
            stage.hold(port)
            port += 1
            if select.select([process.stdout], [], [], 0.2)[0]:
                seen += process.stdout.read1()
        process.terminate()


def prepare(stage):
    """The requests, rules and files that the examples name."""
    for number in range(REQUESTS):
        stage.hold(4000 + number)
    stage.do("expire", REQUESTS)
    for number in range(RULES):
        stage.ctl("rules", "add", "action=deny", f"remote-port={100 + number}", uid=0)
    with open(f"{stage.folder}/my.rules", "w", encoding="ascii") as rules:
        rules.write(stage.ctl("rules", "export", uid=0).replace("104", "204"))


def test_lines(stage):
    """each line does what it says, in the order of the page"""
    prepare(stage)
    said = {}
    for command, line in read_examples():
        if "busctl monitor" in line:
            watch(stage, line)
        else:
            said[command] = run(stage, line)
    assert stage.do("verdict", 13) == "allow 0"
    assert stage.do("verdict", 14) == "deny 111", stage.do("verdict", 14)
    assert stage.do("verdict", 15) == "allow 0"
    assert said["pending"].startswith("aa{sv} 15 ") and said["missed"].startswith("aa{sv} 1 ")
    assert json.loads(said["stats"])["data"][0]["rules"]
    assert "remote-port" in said["rules show 5"] and "204" in said["rules import my.rules"]
    assert "rule" in said["rules export"]
    assert stage.ctl("mode").startswith("off, until "), "mode"
    assert stage.ctl("missed", uid=0) == "Nothing was missed.\n"
    stage.ctl("rules", "show", "5", uid=0, status=5)


def test_complete(stage):
    """there is one for each command"""
    words = {command.split(" ")[0] for command, _ in read_examples()}
    of_rules = {command.split(" ")[1] for command, _ in read_examples()
                if command.startswith("rules ")}
    assert words == offered(stage, ""), words ^ offered(stage, "")
    assert of_rules == offered(stage, "rules", ""), of_rules ^ offered(stage, "rules", "")


def offered(stage, *given):
    return {line.split("\t")[0] for line in stage.ctl("__complete", *given).splitlines()}


if __name__ == "__main__":
    main([test_lines, test_complete])
