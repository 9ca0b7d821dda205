#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""snetctl rules, learn: rules by the command line, in an editor, as text."""

import json
import os
import pathlib
import re
import stat
import subprocess

import stage
from stage import has


def editor(stage_, body):
    """A program that is an editor: a shell script with the file as $1."""
    path = pathlib.Path(stage_.folder, "editor")
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def listed(stage_, *words, **more):
    return json.loads(stage_.ctl("rules", "list", "--json", *words, **more))


def edits_left():
    return {str(path) for path in pathlib.Path("/tmp").glob("snetctl-*.rules")}


def test_add(s):
    """add: by options and by words, tried first, shown, listed, filtered"""
    s.allow_own()
    has(s.ctl("rules"), "There are no rules.")
    has(s.ctl("rules", "add", "allow", "--program=/usr/bin/curl", "--remote-host=example.org",
              "--remote-port=443", "--dry-run"), "Allow — curl", "example.org, port 443",
        "Nothing was changed.")
    assert listed(s) == []
    has(s.ctl("rules", "add", "allow", "--program=/usr/bin/curl", "--remote-host=example.org",
              "--remote-port=443", "--comment=It's mine"), "Rule 1: Allow — curl")
    s.ctl("rules", "add", "deny", "remote-port=25", "operation=connect", "duration=2h")
    rules = listed(s)
    assert rules[0]["remote-host"] == "example.org" and rules[0]["owner"] == 1, rules
    assert rules[1]["lifetime"] == "until" and rules[1]["remote-port"] == 25, rules
    has(s.ctl("rules", "show", "1"), "Allow — curl", "Yours.", "It has decided no call",
        "[rule 1]\naction=allow", "program=/usr/bin/curl")
    has(s.ctl("rules"), "ID ACTION PROGRAM", "1 Allow", "2 Deny", "Any program")
    assert [rule["id"] for rule in listed(s, "--action=deny")] == [2]
    assert [rule["id"] for rule in listed(s, "--program=curl")] == [1]
    assert [rule["id"] for rule in listed(s, "--text=MINE")] == [1]
    assert [rule["id"] for rule in listed(s, "--owner=daemon")] == [1, 2]
    assert listed(s, "--owner=system") == []
    has(s.ctl("rules", "list", "--text=nowhere"), "No rule matches.")


def test_refused(s):
    """what is wrong is said, and changes nothing"""
    s.allow_own()
    has(s.ctl("rules", "add", "allow", "--remote-port=http", status=2), "“remote-port” is a number")
    has(s.ctl("rules", "add", "allow", "port=80", status=2), "“port=80” is not a key")
    has(s.ctl("rules", "add", "permit", status=1), "action")
    has(s.ctl("rules", "add", "deny", "errno=EACCES", "lifetime=once", "-n", status=1), "once")
    has(s.ctl("rules", "add", status=2), "snetctl rules add --help")
    has(s.ctl("rules", "frob", status=2), "snetctl rules --help")
    has(s.ctl("rules", "show", "77", status=5), "snetctl rules")
    has(s.ctl("rules", "add", "allow", "--owner=nobody-here", status=2), "is not a user")
    has(s.ctl("rules", "add", "allow", "--system", status=4), "sudo snetctl")
    has(s.ctl("rules", "add", "deny", "remote-list=no/name", "--dry-run", status=2), "remote-list")
    has(s.ctl("rules", "add", "deny", "remote-list=ads", "--dry-run"), "cannot be tried")
    assert listed(s) == []
    s.do("stop")
    has(s.ctl("rules", status=3), "systemctl start snetd")


def test_trial(s):
    """--dry-run and show: how many past calls it is about, and has decided"""
    s.allow_own()
    for port in (25, 80, 443):
        event = s.hold(port)
        s.decide(event, "deny")
    # What was decided is on disk, where it is tried, when the log has been read.
    has(s.ctl("rules", "explain", f"--event={event}"), "What decided it then: You.")
    has(s.ctl("rules", "add", "deny", "remote-port=25", "--dry-run"),
        "It would have decided 1 of the last 3 calls")
    tried = json.loads(s.ctl("rules", "add", "deny", "remote-port=25", "--dry-run", "--json"))
    assert (tried["matched"], tried["examined"]) == (1, 3), tried
    s.ctl("rules", "add", "deny", "remote-port=25")
    assert s.do("verdict", s.hold(25)) == "deny 0"
    has(s.ctl("rules", "show", "1"), "It has decided 1 call, the last at ", ": snetctl log --rule=1")


def test_change(s):
    """disable, enable, remove: and the line that makes it again does"""
    s.allow_own()
    s.ctl("rules", "add", "deny", "--program=/opt/it's here/run", "--comment=two\twords",
          "--remote-ports=6000-6010", "--errno=ECONNREFUSED")
    has(s.ctl("rules", "disable", "1"), "Rule 1 is not in use")
    assert listed(s)[0]["disabled"] is True
    has(s.ctl("rules", "enable", "1"), "Rule 1 is in use")
    assert "disabled" not in listed(s)[0]
    before = listed(s)[0]
    has(s.ctl("rules", "remove", "1", "9", status=5), "rule 9")
    assert len(listed(s)) == 1
    said = s.ctl("rules", "remove", "1")
    line = re.search(r"To have it back: (snetctl .*)", said).group(1)
    assert listed(s) == []
    # The tab is shown as what it is not; all else is as it was typed.
    line = line.replace("<U+0009>", "\t").replace("snetctl", s.snetctl, 1)
    subprocess.run(["/bin/sh", "-c", line], env=s.environment(), check=True, user=1, group=1,
                   extra_groups=[], cwd="/", stdout=subprocess.DEVNULL)
    after = listed(s)[0]
    for key in ("id", "created"):
        before.pop(key)
        after.pop(key)
    assert before == after, (before, after)


def test_edit(s):
    """edit: changed, added and removed in the editor; unchanged is nothing done"""
    s.allow_own()
    s.ctl("rules", "add", "allow", "--program=/usr/bin/curl")
    s.ctl("rules", "add", "deny", "--remote-port=25")
    s.ctl("rules", "add", "deny", "--remote-port=23")
    s.ctl("rules", "add", "deny", "--remote-port=99", uid=0)
    before = edits_left()
    seen = pathlib.Path(s.folder, "seen")
    seen.touch(mode=0o666)
    seen.chmod(0o666)
    has(s.ctl("rules", "edit", VISUAL=editor(s, f'cat "$1" >{seen}; ls -l "$1" >>{seen}'),
              EDITOR="false"), "Nothing was changed.")
    has(seen.read_text(encoding="utf-8"), "# Rules of snet", "# Allow — curl", "[rule 1]",
        "[rule 3]", "-rw-------")
    assert "[rule 4]" not in seen.read_text(encoding="utf-8")
    said = s.ctl("rules", "edit", EDITOR=editor(
        s, "sed -i -e 's/remote-port=25/remote-port=26/' -e '/^.rule 3/,$d' \"$1\"\n"
           'printf "[Only this]\\naction=ask\\nremote-port=7\\n" >>"$1"'))
    has(said, "Rule 2 changed", "Rule 5 added", "Rule 3 removed. To have it back: snetctl rules "
        "add deny --owner=1 --remote-port=23")
    rules = listed(s, "--owner=daemon")
    assert [(rule["id"], rule.get("remote-port"), rule.get("comment")) for rule in rules] == [
        (1, None, None), (2, 26, None), (5, 7, "Only this")], rules
    assert edits_left() == before, "files are left behind"


def test_edit_fails(s):
    """edit: an editor that fails, problems, another's change: nothing is done, nothing is lost"""
    s.allow_own()
    s.ctl("rules", "add", "allow", "--program=/usr/bin/curl")
    before = edits_left()
    has(s.ctl("rules", "edit", EDITOR="false", status=1), "the editor “false” failed")
    assert edits_left() == before
    wrong = editor(s, 'echo "remote-port=http" >>"$1"')
    said = s.ctl("rules", "edit", "1", EDITOR=wrong, status=2)
    has(said, "[rule 1]", "remote-port", "What you have written is in /tmp/snetctl-")
    left = edits_left() - before
    assert len(left) == 1, left
    kept = pathlib.Path(left.pop())
    assert "remote-port=http" in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.unlink()
    meddler = editor(s, f'{s.snetctl} rules disable 1\necho "remote-port=80" >>"$1"')
    has(s.ctl("rules", "edit", "1", EDITOR=meddler, status=1),
        "What you have written is in", "changed by somebody else")
    assert "remote-port" not in listed(s)[0]
    for path in edits_left() - before:
        os.unlink(path)
    has(s.ctl("rules", "edit", "1", EDITOR=editor(s, 'echo "[" >>"$1"; kill -9 $$'), status=1),
        "What you have written is in", "failed")
    for path in edits_left() - before:
        os.unlink(path)


def test_files(s):
    """rules in files: shown with their file, and changed only there"""
    folder = pathlib.Path(s.state_dir, "rules.d")
    folder.mkdir(mode=0o755)
    (folder / "site.rules").write_text("[No mail]\naction=deny\nremote-port=25\n", encoding="utf-8")
    s.do("stop")
    s.do("start")
    rule = listed(s)[0]["id"]
    has(s.ctl("rules", "show", str(rule)), "Deny", "site.rules", f"edit {folder}/site.rules",
        "systemctl reload snetd", "[rule ")
    has(s.ctl("rules", "edit", str(rule), uid=0, status=1), f"{folder}/site.rules")
    has(s.ctl("rules", "remove", str(rule), uid=0, status=1), "site.rules")
    has(s.ctl("rules", "disable", str(rule), uid=0, status=1), "site.rules")
    has(s.ctl("rules"), "From a file")


def test_transfer(s):
    """import and export: previewed, all or none, partly, from OpenSnitch, there and back"""
    s.allow_own()
    good = "[Web]\naction=allow\nremote-port=443\n"
    bad = "[Mail]\naction=allow\nremote-port=smtp\n"
    has(s.ctl("rules", "import", "--dry-run", "-", text=good), "Allow", "1 rule would be made.")
    assert listed(s) == []
    has(s.ctl("rules", "import", "-", text=good + bad, status=1), "Mail")
    assert listed(s) == []
    has(s.ctl("rules", "import", "--dry-run", "-", text=good + bad, status=1), "1 rule would",
        "Mail")
    has(s.ctl("rules", "import", "--partial", "-", text=good + bad, status=1), "1: Allow",
        "1 rule was made.", "Mail")
    has(s.ctl("rules", "import", "-", text=good), "0 rules were made. 1 is there already.")
    snitch = {"name": "no-telnet", "enabled": True, "action": "deny", "duration": "always",
              "created": "2024-01-01T00:00:00Z", "operator": {
                  "type": "simple", "operand": "dest.port", "data": "23"}}
    has(s.ctl("rules", "import", "-", text=json.dumps(snitch)), "2 rules were made.")
    text = s.ctl("rules", "export")
    has(text, "[Web]", "remote-port=443")
    before = [rule["remote-port"] for rule in listed(s)]
    s.ctl("rules", "remove", *[str(rule["id"]) for rule in listed(s)])
    has(s.ctl("rules", "import", "-", text=text), "3 rules were made.")
    assert [rule["remote-port"] for rule in listed(s)] == before
    has(s.ctl("rules", "import", "/nowhere", status=1), "/nowhere")
    has(s.ctl("rules", "import", "-", text="\0", status=2), "not rules")


def test_explain(s):
    """explain: a call that is made up, that waits, and of the log"""
    s.allow_own()
    call = ("--operation=connect", "program=/usr/bin/curl", "remote-address=192.0.2.1",
            "remote-port=443")
    has(s.ctl("rules", "explain", *call), "No rule matches")
    event = s.hold(443)
    has(s.ctl("rules", "explain", "--event", str(event)), "wants to connect to 192.0.2.1, port 443",
        "No rule matches")
    s.ctl("rules", "add", "allow", "--remote-port=443")
    s.ctl("rules", "add", "deny", "--program=/usr/bin/curl")
    has(s.ctl("rules", "explain", *call), "This rule decides:", "2  Deny — curl",
        "Without it", "1  Allow")
    has(s.ctl("rules", "explain", "-e", str(event)), "What decided it then: A rule.",
        "1  Allow")
    assert [rule["id"] for rule in json.loads(s.ctl("rules", "explain", "--json", *call))] == [2, 1]
    has(s.ctl("rules", "explain", "--event=999", status=2), "999")


def test_learn(s):
    """learn: what monitor mode has let pass becomes rules"""
    s.allow_own()
    has(s.ctl("learn", "--start=1h", status=4), "sudo snetctl")
    has(s.ctl("learn", "--start=1h", uid=0), "snetctl learn")
    for port in (80, 443, 443):
        assert s.do("verdict", s.hold(port)) == "allow 0"
    proposed = json.loads(s.ctl("learn", "--json"))
    assert len(proposed) == 2 and proposed[0]["count"] == 2, proposed
    has(s.ctl("learn"), "   1  stage may connect: 192.0.2.1, port 443", "(2 calls)", "   2  ",
        "(1 call)")
    assert listed(s) == []
    has(s.ctl("learn", "--since=1h", "--accept-all"), "2 rules were made.")
    assert {rule["remote-port"] for rule in listed(s)} == {80, 443}
    has(s.ctl("learn"), "There is nothing")


if __name__ == "__main__":
    stage.main([test_add, test_refused, test_trial, test_change, test_edit, test_edit_fails,
                test_files, test_transfer, test_explain, test_learn])
