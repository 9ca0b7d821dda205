# SPDX-License-Identifier: GPL-2.0-or-later
"""snetd on a private bus, and snetctl as its users run it: what the tests here share.

Waiting is always for something (an answer, a text on the screen, an end), with a bound after
which the test fails; nothing sleeps for luck.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ALICE = 1
SECONDS = 30

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "vm"))
import tap  # noqa: E402


class Stage:
    """A bus, a kernel that follows a script, and snetd."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.environ["STAGE"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.bus, self.state_dir = self._answer().split()
        self.folder = tempfile.mkdtemp(prefix="snetctl-")
        os.chmod(self.folder, 0o755)
        # A user may not be able to read the folder that it is built in.
        self.snetctl = shutil.copy(os.environ["SNETCTL"], f"{self.folder}/snetctl")

    def _answer(self):
        for line in self.process.stdout:
            if line.startswith("= "):
                return line[2:].strip()
        raise AssertionError(f"the stage has ended: {self.process.wait()}")

    def do(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def hold(self, port, uid=ALICE, pid=""):
        return int(self.do("hold", uid, port, *([pid] if pid else [])))

    def allow_own(self):
        """Users may do what they may when they sit in front of the machine."""
        for action in ("answer-own", "manage-own-rules"):
            self.do("polkit", f"org.snet.{action}", "yes")

    def environment(self, **more):
        return {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.bus, "LC_ALL": "C.UTF-8",
                "PATH": "/usr/bin:/bin", "TMPDIR": "/tmp", "HOME": "/", **more}

    def ctl(self, *words, uid=ALICE, status=0, text="", **more):
        """Runs snetctl; returns what it has printed, errors last."""
        done = subprocess.run([self.snetctl, *words], input=text, capture_output=True, text=True,
                              env=self.environment(**more), user=uid, group=uid, extra_groups=[],
                              cwd="/", timeout=SECONDS, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == status, f"{words}: {done.returncode} {said}"
        return said

    def decide(self, event, verdict):
        """As root, and not by snetctl."""
        subprocess.run(["busctl", "--system", "call", "org.snet", "/org/snet", "org.snet.Events",
                        "Verdict", "tsa{sv}", str(event), verdict, "0"], env=self.environment(),
                       check=True)

    def close(self):
        shutil.rmtree(self.folder)
        self.process.stdin.close()
        self.process.stdout.read()
        status = self.process.wait(SECONDS)
        assert status == 0, f"the stage: {status}"


def has(text, *parts):
    """All of the parts are in the text, in this order."""
    where = 0
    for part in parts:
        found = text.find(part, where)
        assert found >= 0, f"no {part!r} in:\n{text[where:]}"
        where = found + len(part)


def main(tests):
    """Each test with a stage of its own; all, or those that the command line names."""
    def on_stage(test):
        def run():
            stage = Stage()
            try:
                test(stage)
            finally:
                stage.close()
        run.__doc__ = test.__doc__
        return run

    if os.getuid() != 0:
        print("1..0 # SKIP only root can be different users on a bus")
        return
    wanted = sys.argv[1:]
    tap.run([on_stage(test) for test in tests if not wanted or test.__name__ in wanted])
