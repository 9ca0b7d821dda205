# SPDX-License-Identifier: GPL-2.0-or-later
"""A user at a terminal, where polkit's agent for terminals asks for an administrator's password."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import tempfile
import time

ADMINISTRATOR = "administrator"
PASSWORD = "let me in"
RULE = f'polkit.addAdminRule(function(a, s) {{ return ["unix-user:{ADMINISTRATOR}"]; }});\n'
NOBODY = 65534
SECONDS = 60


def make_administrator():
    """Whose password polkit asks for, whoever else may administer the host."""
    subprocess.run(["useradd", ADMINISTRATOR], check=True)
    subprocess.run(["chpasswd"], input=f"{ADMINISTRATOR}:{PASSWORD}\n", text=True, check=True)
    with open("/usr/share/polkit-1/rules.d/00-snet-test.rules", "w", encoding="ascii") as file:
        file.write(RULE)
    subprocess.run(["systemctl", "restart", "polkit.service"], check=True)


def start_agent():
    """polkit's, for this process and what becomes of it."""
    ready, told = os.pipe()
    subprocess.Popen(["pkttyagent", f"--notify-fd={told}", f"--process={os.getpid()}"],
                     pass_fds=(told,))
    os.close(told)
    os.read(ready, 1)


class Terminal:
    """Runs a command as an ordinary user, for whose process an agent is registered before, if it is
    not one that sees to that itself."""

    def __init__(self, *words, agent=True):
        self.output = tempfile.TemporaryFile("w+")
        self.screen = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            self._become(words, agent)

    def _become(self, words, agent):
        """In the child, which has the terminal."""
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            if agent:
                start_agent()
            os.dup2(self.output.fileno(), 1)
            os.dup2(self.output.fileno(), 2)
            os.execvp(words[0], words)
        finally:
            os._exit(127)

    def wait(self, text):
        """Until it is on the screen."""
        end = time.monotonic() + SECONDS
        while text not in self.screen:
            assert select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0], self.screen
            try:
                self.screen += os.read(self.terminal, 4096).decode(errors="replace")
            except OSError as error:
                self.output.seek(0)
                raise AssertionError(f"the terminal is closed: {self.screen}{self.output.read()}"
                                     ) from error

    def type(self, text):
        os.write(self.terminal, text.encode())

    def finish(self):
        """The command's exit status, and what it has printed."""
        _, status = os.waitpid(self.pid, 0)
        # The agent, which may have noticed the end of the terminal by itself.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        self.output.seek(0)
        return os.waitstatus_to_exitcode(status), self.output.read()
