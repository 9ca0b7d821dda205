#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""snetctl run: a command, what it wanted of the network, and its exit status.

There is no systemd here: a command is known by its processes. How it is with one is in
tests/vm/test_snetctl_rules.py.
"""

import json
import os
import pathlib
import signal
import subprocess
import threading

import stage
from screen import Screen
from stage import ALICE, SECONDS, has

# Says who it is, and waits for the end of its input; a child of it that has lost its parent, too.
TWO = "( sleep 600 & echo $! ); echo $$; read x; exit 7"
# Waits for a signal, which cannot come too early: a shell that is about to read would miss it.
WAIT = ("import signal\n"
        "wanted = [signal.SIG{}]\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, wanted)\n"
        "print('ready', flush=True)\n"
        "signal.sigwait(wanted)\n"
        "print('got it', flush=True)\n"
        "raise SystemExit(9)\n")


class Running:
    """snetctl with a command; what it says on standard error is collected."""

    def __init__(self, s, *words, uid=ALICE):
        self.s = s
        self.process = subprocess.Popen(
            [s.snetctl, "run", *words], env=s.environment(), user=uid, group=uid, extra_groups=[],
            cwd="/", text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.said = ""
        self.more = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.more:
                self.said += line
                self.more.notify_all()

    def line(self):
        bound = threading.Timer(SECONDS, self.process.kill)
        bound.start()
        line = self.process.stdout.readline().strip()
        bound.cancel()
        assert line, f"no line: {self.said}"
        return line

    def wait(self, part):
        with self.more:
            assert self.more.wait_for(lambda: part in self.said, SECONDS), f"{part}: {self.said}"

    def end(self, status, text="\n"):
        self.process.stdin.write(text)
        self.process.stdin.close()
        assert self.process.wait(SECONDS) == status, (self.process.returncode, self.said)
        self.reader.join(SECONDS)
        self.process.stdout.close()
        self.process.stderr.close()
        return self.said


def watch(s, uid):
    """What is held and decided of the command and its children is shown, and nothing else."""
    written = pathlib.Path(s.folder, f"events-{uid}")
    written.touch()
    written.chmod(0o666)
    running = Running(s, "--rules", "-o", str(written), "--", "/bin/sh", "-c", TWO, uid=uid)
    orphan, shell = int(running.line()), int(running.line())
    try:
        other = s.hold(25, uid=uid)
        first = s.hold(80, uid=uid, pid=shell)
        running.wait("snet: held     dash  connect  192.0.2.1:80/tcp")
        s.decide(first, "allow")
        running.wait("snet: allowed  dash  connect  192.0.2.1:80/tcp  (user)")
        second = s.hold(443, uid=uid, pid=orphan)
        running.wait("snet: held     sleep  connect  192.0.2.1:443/tcp")
        s.decide(second, "deny")
        running.wait("snet: denied   sleep  connect  192.0.2.1:443/tcp  (user)")
        for _ in range(3):
            s.do("report", uid, 80, shell)
        s.decide(other, "allow")
    finally:
        # It has the other end of standard error, too.
        os.kill(orphan, signal.SIGKILL)
    said = running.end(7)
    has(said, "CALLS  VERDICT", "3  allowed", "192.0.2.1:80/tcp", "ticket")
    owner = f"--owner={uid} " if uid else ""
    has(said, "Rules that decide so from now on:\n",
        f"snetctl rules add allow {owner}--program=/usr/bin/dash --remote-address=192.0.2.1",
        f"snetctl rules add deny {owner}--program=/usr/bin/sleep --remote-address=192.0.2.1")
    # Of whom the kernel did not say which program it is there can be no rule.
    assert said.count("rules add") == 2, said
    assert ":25/" not in said and "port=25" not in said, said
    events = json.loads(written.read_text(encoding="utf-8"))
    assert {event["pid"] for event in events} == {orphan, shell}, events
    assert len(events) == 5, events


def test_user(s):
    """of a user, who is told of what was decided, and looks what waits"""
    s.allow_own()
    watch(s, ALICE)


def test_root(s):
    """of root, who is told of all"""
    watch(s, 0)


def test_nothing(s):
    """a command that wants nothing; its input and output are its own"""
    said = s.ctl("run", "cat", text="through\n")
    assert said == "through\nsnet: it wanted nothing of the network\n", said
    # Options behind the command are the command's.
    has(s.ctl("run", "echo", "--rules"), "--rules\n")
    assert s.ctl("run", "--json", "true") == "[]\n"


def test_status(s):
    """the exit status is the command's, or tells that there was none"""
    s.ctl("run", "true", status=0)
    s.ctl("run", "sh", "-c", "exit 7", status=7)
    s.ctl("run", "--", "sh", "-c", "kill -9 $$", status=128 + 9)
    has(s.ctl("run", "no-such-command-here", status=127), "no-such-command-here: No such file")
    has(s.ctl("run", "/etc/passwd", status=126), "/etc/passwd: Permission denied")
    has(s.ctl("run", status=2), "snetctl run --help")
    has(s.ctl("run", "--allow", "--deny", "true", status=2), "--allow or --deny")
    # Without a control group of its own there is nothing that a rule could name.
    said = s.ctl("run", "--allow", "echo", "it ran", status=125)
    has(said, "--allow and --deny need a control group")
    assert "it ran" not in said
    s.do("stop")
    said = s.ctl("run", "echo", "it ran", status=125)
    has(said, "systemctl start snetd")
    assert "it ran" not in said


def test_signals(s):
    """signals are passed on, and Ctrl+C reaches the command once"""
    for number in ("TERM", "HUP", "INT", "USR1"):
        running = Running(s, "/usr/bin/python3", "-c", WAIT.format(number))
        assert running.line() == "ready"
        running.process.send_signal(getattr(signal, f"SIG{number}"))
        assert running.line() == "got it"
        running.end(9, text="")
    screen = Screen([s.snetctl, "run", "/usr/bin/python3", "-c", WAIT.format("INT")], s.environment(),
                    ALICE)
    try:
        screen.wait("ready")
        screen.type("\003")
        screen.wait("got it")
        screen.end(9)
        assert screen.text.count("got it") == 1, screen.text
    finally:
        screen.close()


if __name__ == "__main__":
    stage.main([test_user, test_root, test_nothing, test_status, test_signals])
