# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal with snetctl on it, as a pseudo terminal."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

SECONDS = 30


class Screen:
    """Runs a command on a terminal of its own; keeps all that is written to it."""

    def __init__(self, words, env, uid=None, columns=80, lines=24):
        self.terminal, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.before = termios.tcgetattr(side)
        self.text = ""
        self.seen = 0
        user = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
        self.process = subprocess.Popen(
            words, stdin=side, stdout=side, stderr=side, env=env, cwd="/", start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **user)
        self.side = side

    def _read(self, deadline, what):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
            raise AssertionError(f"no {what!r} within {SECONDS} s, but {self.text[self.seen:]!r}")
        self.text += os.read(self.terminal, 4096).decode("utf-8", "replace").replace("\r\n", "\n")

    def wait(self, *parts):
        """Until these have been written, in this order, after what was waited for before."""
        deadline = time.monotonic() + SECONDS
        for part in parts:
            while (found := self.text.find(part, self.seen)) < 0:
                self._read(deadline, part)
            self.seen = found + len(part)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def type_until(self, key, part):
        """A key that may come together with what was typed before, and is passed over then."""
        deadline = time.monotonic() + SECONDS
        while self.text.find(part, self.seen) < 0:
            self.type(key)
            if select.select([self.terminal], [], [], 1)[0]:
                self._read(deadline, part)
        self.wait(part)

    def answer(self, key):
        """When the keys have appeared, which is when they count."""
        self.wait("a allow")
        self.type(key)

    def is_restored(self):
        return termios.tcgetattr(self.side) == self.before

    def is_stopped(self):
        pid, status = os.waitpid(self.process.pid, os.WUNTRACED)
        return pid == self.process.pid and os.WIFSTOPPED(status)

    def send(self, number):
        os.kill(self.process.pid, number)

    def end(self, status=0):
        """Waits for the end; the terminal is as it was."""
        assert self.process.wait(SECONDS) == status, (self.process.returncode, self.text)
        assert self.is_restored(), "the terminal is not as it was"
        os.close(self.side)
        os.close(self.terminal)

    def close(self):
        """However the test ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(SECONDS)
