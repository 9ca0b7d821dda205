# SPDX-License-Identifier: GPL-2.0-or-later
"""A program at a pseudo terminal: what it shows, and keys for it."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time

BOUND = 60  # seconds


class Terminal:
    """Standard output goes elsewhere, so that it can be told from what is shown."""

    def __init__(self, command):
        self.master, slave = pty.openpty()
        self.shown = ""
        self.seen = 0
        self.process = subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=slave,
                                        text=True, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        os.close(self.master)

    def _read(self, seconds):
        if not select.select([self.master], [], [], max(seconds, 0))[0]:
            return False
        try:
            data = os.read(self.master, 4096)
        except OSError:  # nobody has it open any more
            return False
        self.shown += data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        return bool(data)

    def wait(self, text):
        """Until this is shown, behind what was waited for before; returns what is between."""
        end = time.monotonic() + BOUND
        while (at := self.shown.find(text, self.seen)) < 0:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"“{text}” is not shown, but: {self.shown[self.seen:]!r}")
        before = self.shown[self.seen:at]
        self.seen = at + len(text)
        return before

    def type(self, keys):
        os.write(self.master, keys.encode())

    def finish(self):
        """Its exit status, standard output, and the rest of what it has shown."""
        output, _ = self.process.communicate(timeout=BOUND)
        status = self.process.returncode
        while self._read(0.2):
            pass
        return status, output, self.shown[self.seen:]
