#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""snetctl ask: the agent at a terminal, driven through pseudo terminals and tmux."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import stage
from screen import Screen
from stage import ALICE, SECONDS, has

ESCAPES = "\033]0;owned\007\033[2Jevil"


@contextlib.contextmanager
def asking(s, term="xterm", **size):
    s.allow_own()
    screen = Screen([s.snetctl, "ask"], s.environment(TERM=term), ALICE, **size)
    try:
        screen.wait("What the programs of daemon (1) want is", "asked here.")
        yield screen
    finally:
        screen.close()


def quit_by_key(screen):
    screen.wait("Nothing waits.")
    screen.type("q")
    screen.end()


def test_two(s):
    """two at once: one after the other, with how many wait and how long"""
    with asking(s) as screen:
        screen.wait("Nothing waits.")
        first = s.hold(80)
        second = s.hold(443)
        screen.wait("stage wants to connect to 192.0.2.1, port 80 (http/tcp)", "Program",
                    "/stage", "User", "daemon (1)", " 1 more,", " s ")
        screen.type("a")
        screen.wait("Allowed.", "port 443 (https/tcp)")
        screen.answer("d")
        screen.wait("Denied.")
        assert s.do("verdict", first) == "allow 0"
        assert s.do("verdict", second) == "deny 0"
        quit_by_key(screen)


def test_withdrawn(s):
    """what is withdrawn is said, with the reason, and the next one comes"""
    with asking(s) as screen:
        first, second, third = (s.hold(port) for port in (80, 443, 25))
        screen.wait("port 80")
        s.do("kill", first)
        screen.wait("The program has ended.", "port 443")
        s.do("expire", second)
        screen.wait("Nobody answered in time", "port 25")
        s.ctl("rules", "add", "deny", "remote-port=25")
        screen.wait("A rule has decided it.")
        assert s.do("verdict", third) == "deny 0"
        quit_by_key(screen)


def test_typed_before(s):
    """what was typed before the question, or too soon, is no answer"""
    with asking(s) as screen:
        screen.wait("Nothing waits.")
        screen.type("a")
        screen.type("a")
        event = s.hold(80)
        screen.wait("port 80", "…")
        screen.type("a")
        # A sequence, as an arrow key sends it, and what is pasted.
        screen.wait("a allow")
        screen.type("\033[A")
        screen.type("aad")
        screen.type_until("?", "  s  later")
        screen.wait("a allow")
        assert s.do("waits", event) == "true"
        screen.type("d")
        screen.wait("Denied.")
        assert s.do("verdict", event) == "deny 0"
        quit_by_key(screen)


def test_lost_snetd(s):
    """snetd stops and is back: both are said, and it asks again"""
    with asking(s) as screen:
        s.hold(80)
        screen.wait("port 80", "a allow")
        s.do("stop")
        screen.wait("The firewall service has stopped.", "There is no connection to snetd.")
        s.do("start")
        screen.wait("is asked here.", "port 80")
        screen.answer("a")
        screen.wait("Allowed.")
        event = s.hold(443)
        screen.wait("port 443")
        screen.answer("a")
        assert s.do("verdict", event) == "allow 0"
        quit_by_key(screen)


def test_no_snetd(s):
    """it can be started before snetd"""
    s.allow_own()
    s.do("stop")
    screen = Screen([s.snetctl, "ask"], s.environment(TERM="xterm"), ALICE)
    try:
        screen.wait("snetd does not answer.")
        s.do("start")
        screen.wait("is asked here.")
        quit_by_key(screen)
    finally:
        screen.close()


def test_rule(s):
    """r makes a rule: what it keeps and for how long by keys, said as a sentence"""
    with asking(s) as screen:
        event = s.hold(80)
        screen.wait("port 80")
        screen.answer("r")
        screen.wait("1 [x] Program", "[x] Address", "[x] Port         80 (http/tcp)",
                    "From now on, your answer holds for connections that stage makes (address",
                    "192.0.2.1, port 80, protocol tcp).", "l how long")
        screen.type("3")
        screen.wait("[ ] Port", "192.0.2.1, protocol tcp)", "l how long")
        screen.type("1")
        screen.wait("Mind: it is about any of your programs.")
        screen.wait("l how long")
        screen.type("1")
        screen.wait("[x] Program", "l how long")
        screen.type("l")
        screen.wait("Until stage ends, your answer", "l how long")
        screen.type("l")
        screen.wait("For 1 hour, your answer", "l how long")
        screen.type("d")
        screen.wait("Denied.", "Nothing waits.")
        assert s.do("verdict", event) == "deny 0"
        rule = json.loads(s.ctl("rules", "list", "--json"))[0]
        assert rule["action"] == "deny" and rule["lifetime"] == "until", rule
        assert rule["remote-address"] == "192.0.2.1" and "remote-port" not in rule, rule
        assert s.do("verdict", s.hold(81)) == "deny 0"
        screen.type("q")
        screen.end()


def test_back_and_later(s):
    """c goes back from a rule; s puts a question off, and shows it again"""
    with asking(s) as screen:
        first, second = s.hold(80), s.hold(443)
        screen.wait("port 80")
        screen.answer("r")
        screen.wait("c no rule")
        screen.type("c")
        screen.wait("port 80")
        screen.answer("s")
        screen.wait("Later.", "port 443")
        screen.answer("a")
        screen.wait("Allowed.", "1 question was put off")
        assert s.do("verdict", second) == "allow 0"
        assert s.do("waits", first) == "true"
        screen.type("s")
        screen.wait("port 80")
        screen.answer("a")
        assert s.do("verdict", first) == "allow 0"
        quit_by_key(screen)


def test_details(s):
    """i tells all; escape sequences in what a program is called never reach the terminal"""
    program = shutil.copy("/bin/sleep", f"{s.folder}/{ESCAPES}")
    sleeper = subprocess.Popen([program, "600"], cwd="/")
    try:
        with asking(s) as screen:
            event = s.hold(80, pid=sleeper.pid)
            screen.wait("\\x1b]0;owned\\x07\\x1b[2Jevil wants to connect")
            screen.answer("i")
            screen.wait("Process", str(sleeper.pid), "Calls itself", "Family", "inet", "Request",
                        "a allow")
            screen.type("d")
            assert s.do("verdict", event) == "deny 0"
            quit_by_key(screen)
            # Its own sequences are those that clear a line.
            assert "\033" not in screen.text.replace("\r\033[K", ""), screen.text
            assert "\007" not in screen.text
    finally:
        sleeper.kill()
        sleeper.wait(SECONDS)


def test_answered_elsewhere(s):
    """another program of the user may answer first"""
    with asking(s) as screen:
        event = s.hold(80)
        screen.wait("a allow")
        subprocess.run(["busctl", "--system", "call", "org.snet", "/org/snet", "org.snet.Events",
                        "Verdict", "tsa{sv}", str(event), "allow", "0"], env=s.environment(),
                       check=True)
        screen.wait("It has been answered elsewhere.")
        quit_by_key(screen)


def test_refused(s):
    """who may not answer is told so, and the question stays"""
    with asking(s) as screen:
        s.do("polkit", "org.snet.answer-own", "no")
        event = s.hold(80)
        screen.answer("a")
        screen.wait("You are not allowed to do this.", "port 80")
        assert s.do("waits", event) == "true"
        s.do("polkit", "org.snet.answer-own", "yes")
        screen.answer("a")
        assert s.do("verdict", event) == "allow 0"
        quit_by_key(screen)


def test_signals(s):
    """the terminal is put back at each end, and while it is stopped"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with asking(s) as screen:
            screen.wait("Nothing waits.")
            assert not screen.is_restored(), "keys are not read one by one"
            screen.send(number)
            screen.end(-number)
    with asking(s) as screen:
        event = s.hold(80)
        screen.wait("a allow")
        screen.send(signal.SIGTSTP)
        assert screen.is_stopped() and screen.is_restored()
        screen.send(signal.SIGCONT)
        screen.wait("port 80")
        screen.answer("a")
        assert s.do("verdict", event) == "allow 0"
        quit_by_key(screen)
    with asking(s) as screen:
        screen.wait("Nothing waits.")
        screen.type("\003")
        screen.end(-signal.SIGINT)


def test_dumb(s):
    """a terminal that can do nothing gets no sequence, and a narrow one no line that is too long"""
    with asking(s, term="dumb") as screen:
        event = s.hold(80)
        screen.wait("port 80", "a allow  d deny", "s \n")
        screen.type("a")
        screen.wait("Allowed.")
        assert s.do("verdict", event) == "allow 0"
        quit_by_key(screen)
        assert "\033" not in screen.text and "\r" not in screen.text, screen.text
    with asking(s, columns=40) as screen:
        event = s.hold(81)
        screen.wait("port 81", "a allow  d deny")
        screen.type("a")
        screen.wait("Allowed.")
        quit_by_key(screen)
        # Not within a word, as the terminal would.
        assert "daemon (1) want is\nasked here." in screen.text, screen.text
        for line in screen.text.split("\r\033[K"):
            if line.startswith("a allow"):
                assert len(line) < 40, line


def test_quiet(s):
    """nothing wakes up while nothing is asked"""
    def wakeups(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status
                        if line.startswith("voluntary_ctxt_switches"))

    with asking(s) as screen:
        screen.wait("Nothing waits.")
        event = s.hold(80)
        screen.wait("a allow", "\r\033[K", "a allow")
        screen.type("a")
        screen.wait("Nothing waits.")
        assert s.do("verdict", event) == "allow 0"
        before = wakeups(screen.process.pid)
        # What is measured is that nothing happens for a while.
        time.sleep(2.5)
        assert wakeups(screen.process.pid) - before <= 1, wakeups(screen.process.pid) - before
        screen.type("q")
        screen.end()


def test_no_terminal(s):
    """where there is no terminal it says what else there is"""
    has(s.ctl("ask", status=2), "snetctl pending, snetctl allow, snetctl deny")
    has(s.ctl("ask", "--json", status=2), "no JSON")


def test_tmux(s):
    """in tmux, 80 by 24, as root: a question, and a rule"""
    socket = f"{s.folder}/tmux"

    def tmux(*words):
        return subprocess.run(["tmux", "-S", socket, "-f", "/dev/null", *words], check=True,
                              capture_output=True, text=True, timeout=SECONDS,
                              env=s.environment(TERM="xterm")).stdout

    def shows(*parts):
        deadline = time.monotonic() + SECONDS
        while not all(part in (screen := tmux("capture-pane", "-p", "-t", "0")) for part in parts):
            assert time.monotonic() < deadline, f"not {parts} but:\n{screen}"
            time.sleep(0.05)
        return screen

    tmux("new-session", "-d", "-x", "80", "-y", "24", f"{s.snetctl} ask; echo ended $?; read x")
    try:
        shows("is asked here.", "Nothing waits.")
        event = s.hold(80, uid=0)
        screen = shows("port 80", "a allow  d deny  r rule  i details  s later  q quit  ? help")
        assert all(len(line) <= 80 for line in screen.splitlines()), screen
        tmux("send-keys", "-t", "0", "r")
        shows("1 [x] Program", "From now on")
        tmux("send-keys", "-t", "0", "a")
        shows("Allowed.", "Nothing waits.")
        assert s.do("verdict", event) == "allow 0"
        assert json.loads(s.ctl("rules", "--json", uid=0))[0]["remote-port"] == 80
        tmux("send-keys", "-t", "0", "q")
        shows("ended 0")
    finally:
        tmux("kill-server")


if __name__ == "__main__":
    os.umask(0o022)
    stage.main([test_two, test_withdrawn, test_typed_before, test_lost_snetd, test_no_snetd,
                test_rule, test_back_and_later, test_details, test_answered_elsewhere,
                test_refused, test_signals, test_dumb, test_quiet, test_no_terminal, test_tmux])
