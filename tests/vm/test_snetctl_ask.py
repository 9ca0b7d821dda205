#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""snetctl ask on the real kernel: the agent at a terminal, and in tmux."""

import errno
import os
import pathlib
import subprocess
import sys
import time

import tap
from snetbus import Signals, rules, settle
from snetctl import clean, configure, expect, port, probe, set_up

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration" / "stage"))
from screen import Screen  # noqa: E402

SECONDS = 60


def asking():
    """Calls of root, who has no other agent, are asked about here."""
    screen = Screen(["snetctl", "ask"], {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
    screen.wait("What the programs of root (0) want is asked here.")
    return screen


def test_two():
    """two programs at once, one answered by a, one by d; then a rule decides without a question"""
    screen = asking()
    with Signals() as signals:
        first, second = probe(signals), probe(signals)
        screen.wait(f"probe-python wants to connect to localhost (127.0.0.1), port {port()}")
        # They are alike: one answer is for both.
        screen.answer("a")
        screen.wait("Allowed.")
        expect(first.finish()[0], 0, "exit status")
        expect(second.finish()[0], 0, "exit status")
        third = probe(signals)
        screen.wait("wants to connect")
        screen.answer("r")
        screen.wait("From now on", "l how long")
        screen.type("d")
        screen.wait("Denied.")
        expect(third.finish()[0], errno.EACCES, "errno")
        expect([rule["action"] for rule in rules()], ["deny"], "rules")
    screen.wait("Nothing waits.")
    screen.type("q")
    screen.end()


def test_withdrawn():
    """a program that is killed takes its question with it"""
    screen = asking()
    with Signals() as signals:
        held = probe(signals)
        screen.wait("a allow")
        held.process.kill()
        screen.wait("The program has ended.", "Nothing waits.")
        held.process.wait(SECONDS)
    screen.type("q")
    screen.end()


def test_restart():
    """snetd is started again: it asks here as before"""
    screen = asking()
    with Signals() as signals:
        subprocess.run(["systemctl", "restart", "snetd.service"], check=True)
        screen.wait("There is no connection to snetd.", "is asked here.")
        settle()
        held = probe(signals)
        screen.wait("wants to connect")
        screen.answer("a")
        screen.wait("Allowed.")
        expect(held.finish()[0], 0, "exit status")
    screen.wait("Nothing waits.")
    screen.type("q")
    screen.end()


def test_tmux():
    """in tmux"""
    def tmux(*words):
        return subprocess.run(["tmux", "-f", "/dev/null", *words], check=True, text=True,
                              capture_output=True, timeout=SECONDS,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm"}).stdout

    def shows(*parts):
        deadline = time.monotonic() + SECONDS
        while not all(part in (screen := tmux("capture-pane", "-p")) for part in parts):
            assert time.monotonic() < deadline, f"not {parts} but:\n{screen}"
            time.sleep(0.05)

    tmux("new-session", "-d", "-x", "80", "-y", "24", "snetctl ask")
    try:
        shows("is asked here.")
        with Signals() as signals:
            held = probe(signals)
            shows("wants to connect", "a allow")
            tmux("send-keys", "d")
            shows("Denied.")
            expect(held.finish()[0], errno.EACCES, "errno")
    finally:
        tmux("kill-server")


if __name__ == "__main__":
    set_up()
    # Without a question the policy would decide at once.
    configure("")
    tap.run([test_two, test_withdrawn, test_restart, test_tmux], clean)
