#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of others with libsnet, on the real kernel: with what is installed, and as documented.

    test_libsnet.py FIREWALL

FIREWALL is the program of docs/libsnet.md.
"""

import contextlib
import errno
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time

import tap
from tty_program import BOUND

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "outside"))
import outside  # noqa: E402

CONNECT = ("import socket,sys\n"
           "s=socket.socket()\n"
           "try: s.connect(('127.0.0.1',int(sys.argv[1])))\n"
           "except OSError as e: sys.exit(e.errno)\n")
# The others are compiled by tests/outside/test_installed.py, where that takes less time.
WAYS = ("c11", "c++17")
LINE = r"verdict_id=0x[0-9a-f]+ syscall=CONNECT protocol=6 \[tcp\] family=2 uid=0 pid=%d \[.*\]"


def expect(actual, wanted, what):
    assert actual == wanted, f"{what}: {actual!r} instead of {wanted!r}"


@contextlib.contextmanager
def running(command, **popen):
    """A program that does not outlive a test that fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **popen) as process:
        try:
            yield process
        finally:
            process.kill()


def connect(port):
    return subprocess.Popen([sys.executable, "-I", "-c", CONNECT, str(port)])


def connect_until(port, wanted):
    """The first process that fails so: the policy decides until there is a controller."""
    end = time.monotonic() + BOUND
    while time.monotonic() < end:
        call = connect(port)
        if call.wait(BOUND) == wanted:
            return call
    raise AssertionError(f"nothing fails with {errno.errorcode[wanted]}")


def test_outside():
    """programs in C and C++ are built with what is installed, and decide"""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for way in WAYS:
            program = outside.build(way, folder)
            with running([program, "1"]) as controller:
                call = connect_until(port, errno.ENETDOWN)
                version, line = controller.stdout.read().splitlines()
                expect(controller.wait(BOUND), 0, f"{way}: exit status")
                number = outside.pkg_config("--modversion")[0]
                expect(version, f"libsnet {number}, compiled with {number}", f"{way}: version")
                assert re.fullmatch(LINE % call.pid + ": Success", line), f"{way}: {line}"
        return f"{len(WAYS)} ways to compile it"


def test_firewall():
    """the firewall of the manual asks, and remembers what it is told"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for answer, wanted in (("n", errno.EACCES), ("y", 0)):
            with running([sys.argv[1]], stdin=subprocess.PIPE) as firewall:
                call = asked(firewall, port)
                firewall.stdin.write(answer + "\n")
                firewall.stdin.flush()
                expect(call.wait(BOUND), wanted, "errno")
                # The kernel remembers it: nobody has typed anything for these.
                for _ in range(3):
                    expect(connect(port).wait(BOUND), wanted, "errno, again")
                firewall.kill()
                expect(firewall.stdout.read(), "", "what else it has asked")


def asked(firewall, port):
    """A process that it asks about: before it is the controller, they just connect."""
    descriptor = firewall.stdout.fileno()
    end = time.monotonic() + BOUND
    while time.monotonic() < end:
        call = connect(port)
        while call.poll() is None:
            if select.select([descriptor], [], [], 0.02)[0]:
                text = os.read(descriptor, 4096).decode()
                assert re.fullmatch(LINE % call.pid + r"\nMay it\? \[y/N\] ", text), text
                return call
    raise AssertionError("it asks nothing")


if __name__ == "__main__":
    tap.run([test_outside, test_firewall])
