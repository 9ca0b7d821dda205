# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of snetctl in the machine have in common: running it, and something to hold."""

import os
import socket
import subprocess
import sys

from snetbus import ERROR, Held, Refused, call, kernel_parameter, pending, rules, set_mode, settle, verdict

PYTHON = os.path.realpath(sys.executable)
# A program that connects, and whose exit status is the errno.
CONNECT = ("import socket,sys\n"
           "s=socket.socket()\n"
           "try: s.connect(('127.0.0.1',int(sys.argv[1])))\n"
           "except OSError as e: sys.exit(e.errno)\n")
# A copy of Python under another name, as the tests themselves are Python.
PROBE = "/tmp/probe-python"
USER = "nobody"

server = None


def run(words, **options):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False, **options)


def snetctl(*words, status=0, **options):
    """Runs it as root; the exit status has to be this."""
    done = run(["snetctl", *words], **options)
    assert done.returncode == status, f"snetctl {words}: {done}"
    return done


def as_user(*words, status=0, **options):
    """As an ordinary user, who has no session."""
    done = run(["setpriv", f"--reuid={USER}", "--regid=65534", "--clear-groups",
                "snetctl", *words], **options)
    assert done.returncode == status, f"snetctl {words}, as {USER}: {done}"
    return done


def port():
    return server.getsockname()[1]


def probe(signals, **popen):
    """A program that is held."""
    return Held([PROBE, "-I", "-c", CONNECT, str(port())], signals, **popen)


def expect(actual, wanted, what):
    assert actual == wanted, f"{what}: {actual!r} instead of {wanted!r}"


def configure(text):
    """Gives snetd more configuration than it has been installed with."""
    os.makedirs("/etc/snet", exist_ok=True)
    with open("/etc/snet/snetd.conf", "w", encoding="ascii") as config:
        config.write(text)
    subprocess.run(["systemctl", "restart", "snetd.service"], check=True)
    settle()


def set_up():
    """What probe() connects to; calls wait without an agent."""
    global server
    configure("[Prompts]\nAskWithoutAgent=wait\n")
    subprocess.run(["cp", PYTHON, PROBE], check=True)
    set_mode("off")
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    set_mode("ask")


def clean():
    """Before each test: nothing waits, there are no rules, and all is as it was installed."""
    settle()
    set_mode("ask")
    for rule in rules():
        call("Rules", "Remove", "t", rule["id"])
    for event in pending():
        try:
            verdict(event["id"], "deny")
        except Refused as refused:
            # By the answer to one that was alike.
            expect(refused.name, ERROR + "AlreadyDecided", "error")
    kernel_parameter("snet_verdict_delay", 60)
    kernel_parameter("snet_verdict_policy", 0)
