#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""polkit's prompt, for real: what an ordinary user changes that is the system's.

Run by scripts/vm --up: the system bus, polkit and snetd are the installed ones.
"""

import tap
from snetbus import call, control, rules
from terminal import PASSWORD, Terminal, make_administrator

ADD = ["busctl", "--timeout=120", "call", "org.snet", "/org/snet", "org.snet.Rules", "Add", "a{sv}",
       "3", "action", "s", "deny", "system", "b", "true", "program", "s", "/nonexistent"]
ASKED = "Authentication is required to change the network rules of the system"


def expect(actual, wanted, what):
    assert actual == wanted, f"{what}: {actual!r} instead of {wanted!r}"


def add(password):
    """A rule of the system, by a user who is asked for this password."""
    terminal = Terminal(*ADD)
    terminal.wait(ASKED)
    terminal.wait("Password: ")
    terminal.type(password + "\n")
    terminal.wait("==== AUTHENTICATION")
    return terminal.finish()


def test_refused():
    """a rule of the system, with a wrong password: refused in plain words, and nothing is changed"""
    before = rules()
    status, output = add("let me through")
    assert status != 0, output
    assert "denied" in output.lower(), output
    expect(rules(), before, "rules")
    return output.strip()


def test_allowed():
    """with an administrator's password it is made"""
    before = rules()
    status, output = add(PASSWORD)
    expect(status, 0, output)
    added = [rule for rule in rules() if rule not in before]
    expect([rule["program"] for rule in added], ["/nonexistent"], "the new rules")
    assert "owner" not in added[0], added
    call("Rules", "Remove", "t", added[0]["id"])


def test_once():
    """the next process is asked again"""
    expect(add("let me through")[0] != 0, True, "refused")


def test_snetctl():
    """snetctl has the password asked for at the terminal by itself, and then the mode is another"""
    before = control("Mode")
    wanted = "monitor" if before != "monitor" else "ask"
    terminal = Terminal("snetctl", "mode", wanted, agent=False)
    terminal.wait("Password: ")
    terminal.type(PASSWORD + "\n")
    status, output = terminal.finish()
    expect(status, 0, output)
    expect(control("Mode"), wanted, "mode")
    call("Control", "SetMode", "sa{sv}", before, {})


if __name__ == "__main__":
    make_administrator()
    tap.run([test_refused, test_allowed, test_once, test_snetctl])
