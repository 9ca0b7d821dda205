#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""snet-listen on the real kernel, without snetd.

    test_listen.py SNET-LISTEN
"""

import errno
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import tap
from tty_program import BOUND, Terminal

LISTEN = sys.argv[1]
NOBODY = 65534
SETTINGS = "/sys/module/kernel/parameters"

# A program that connects, or sends, and whose exit status is the errno.
CALL = ("import socket,sys\n"
        "s=socket.socket(type=getattr(socket,sys.argv[1]))\n"
        "try: s.connect(('127.0.0.1',int(sys.argv[2])))\n"
        "except OSError as e: sys.exit(e.errno)\n")
SEED = re.compile(r"verdict_id=0x[0-9a-f]+ syscall=CONNECT protocol=6 \[tcp\] family=2"
                  r" uid=(\d+) pid=(\d+) \[(.*)\]")


def expect(actual, wanted, what):
    assert actual == wanted, f"{what}: {actual!r} instead of {wanted!r}"


class Call:
    """A process that connects."""

    def __init__(self, port, uid=None, program=sys.executable, kind="SOCK_STREAM"):
        self.process = subprocess.Popen([program, "-I", "-c", CALL, kind, str(port)], user=uid)
        self.pid = self.process.pid

    def result(self):
        return self.process.wait(BOUND)


class Listen:
    """snet-listen, which prints to a pipe."""

    def __init__(self, *options):
        self.process = subprocess.Popen([LISTEN, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        # Until it says so others decide.
        said = self.process.stderr.readline()
        assert "Ctrl+C ends" in said, said

    def line(self):
        line = self.process.stdout.readline()
        assert line, f"it has ended: {self.process.stderr.read()}"
        return line.rstrip("\n")

    def end(self, number=signal.SIGINT):
        """The exit status, and what it has said."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=BOUND)
        return self.process.returncode, said

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def until(check, what):
    """Until it is so; for what nobody tells of."""
    end = time.monotonic() + BOUND
    while not check():
        assert time.monotonic() < end, f"{what}: not so"
        time.sleep(0.02)


def setting(name):
    with open(os.path.join(SETTINGS, "snet_" + name), encoding="ascii") as file:
        return file.read().strip()



def test_deny():
    """it denies with an error, and prints lines as snet has always done"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Listen("--deny=ENETDOWN", "--operation=connect") as listen:
            call = Call(port)
            expect(call.result(), errno.ENETDOWN, "errno")
            match = SEED.fullmatch(listen.line())
            expect(match and match.groups()[:2], (str(os.getuid()), str(call.pid)), "line")
            status, said = listen.end()
            expect(status, 0, "exit status")
            assert re.match(r"snet-listen: 1 events: 0 allowed, 1 denied", said), said
        expect(Call(port).result(), 0, "errno when it has ended")


def test_default_errno():
    """it denies with EACCES, unless told otherwise; and only what it was told"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Listen("--deny", "--json", f"--uid={NOBODY}", "--operation=connect") as listen:
            expect(Call(port).result(), 0, "root")
            call = Call(port, NOBODY)
            expect(call.result(), errno.EACCES, "nobody")
            event = json.loads(listen.line())
            expect((event["pid"], event["uid"], event["errno"]), (call.pid, NOBODY, "EACCES"), "event")
            status, said = listen.end(signal.SIGTERM)
            expect(status, 0, "exit status")
            assert "let through" in said, said


def test_json():
    """an object for each call has all that is known of it"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Listen("--allow", "--json", "--operation=connect") as listen:
            before = time.time_ns() // 1000
            call = Call(port)
            expect(call.result(), 0, "errno")
            event = json.loads(listen.line())
            wanted = {"operation": "connect", "family": "inet", "type": "stream", "protocol": "tcp",
                      "uid": os.getuid(), "pid": call.pid, "remote-address": "127.0.0.1",
                      "remote-port": port, "hold": "thread", "verdict": "allow",
                      "program": os.path.realpath(sys.executable)}
            expect({key: event.get(key) for key in wanted}, wanted, "event")
            assert before <= event["time"] <= time.time_ns() // 1000, event
            assert 0 <= event["waited"] < BOUND * 1000000, event
            assert event["id"] > 0 and "errno" not in event and "reason" not in event, event
            expect(listen.end()[0], 0, "exit status")


def as_snetd(path):
    """Control characters, and bytes that are no UTF-8, as they are on D-Bus."""
    return re.sub(r"[\x00-\x1f\x7f\udc80-\udcff]",
                  lambda match: f"\\x{ord(match[0]) & 0xff:02x}", path)


def test_hostile():
    """a program's name neither steers a terminal nor breaks the JSON"""
    name = 'a\x1b]0;x\x07"\\\n\u202e\udcff\x1f\x7f\u009b'
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        program = os.fsencode(folder) + b"/" + os.fsencode(name)
        shutil.copy(os.path.realpath(sys.executable), program)
        for options in (["--json"], []):
            with Listen("--allow", "--operation=connect", *options) as listen:
                expect(Call(port, program=program).result(), 0, "errno")
                line = listen.line()
                assert line.isascii() or not options, line
                assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e\udc80-\udcff]", line), repr(line)
                if options:
                    told = json.loads(line)["program"]
                    expect(told, as_snetd(os.fsdecode(program)), "program")
                expect(listen.end()[0], 0, "exit status")
        with Terminal([LISTEN, "--operation=connect"]) as terminal:
            terminal.wait("y allows, n denies, q quits\n")
            call = Call(port, program=program)
            shown = terminal.wait("allow? [y/n]")
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\udc80-\udcff]", shown), repr(shown)
            terminal.type("y")
            expect(call.result(), 0, "errno")
            terminal.type("q")
            expect(terminal.finish()[0], 0, "exit status")


def test_ask():
    """it asks in order of arrival; y and n answer, other keys do not"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Terminal([LISTEN, "--operation=connect"]) as terminal:
            terminal.wait("y allows, n denies, q quits\n")
            first = Call(port)
            terminal.wait(f"syscall=CONNECT protocol=6 [tcp] family=2 uid={os.getuid()} pid={first.pid} ")
            terminal.wait(f" wants to connect to 127.0.0.1 port {port} (tcp), as user {os.getuid()}\n")
            terminal.wait("allow? [y/n] (")
            left = int(terminal.wait(" s left)"))
            assert 0 < left <= int(setting("verdict_delay")), left
            second = Call(port, NOBODY)
            until(lambda: held(second), "the second one is held")
            terminal.type("x")
            terminal.wait("y: allow it, n: deny it, q: quit")
            terminal.wait("1 more wait) ")
            terminal.type("n")
            expect(first.result(), errno.EACCES, "the first one")
            terminal.wait(f" pid={second.pid} ")
            terminal.wait(f"as user {NOBODY}\n")
            terminal.wait(" s left) ")
            expect(second.process.poll(), None, "the second one")
            terminal.type("y")
            expect(second.result(), 0, "the second one")
            terminal.type("\x03")
            status, output, shown = terminal.finish()
            expect((status, output), (0, ""), "exit status and output")
            assert "2 events: 1 allowed, 1 denied, 0 not answered in time, 0 withdrawn" in shown, shown


def held(call):
    """Whether its thread sleeps in the kernel, in snet."""
    with open(f"/proc/{call.pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] in "DI"


def test_withdrawn():
    """what does not wait any more is withdrawn, in the queue and while it is asked about"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Terminal([LISTEN, "--json", "--operation=connect"]) as terminal:
            terminal.wait("y allows, n denies, q quits\n")
            calls = []
            for _ in range(3):
                calls.append(Call(port))
                until(lambda: held(calls[-1]), "it is held")
            terminal.wait(" s left")
            calls[1].process.kill()
            terminal.wait("withdrawn: 0x")
            terminal.wait("the program has ended")
            terminal.wait("1 more wait) ")
            calls[0].process.kill()
            terminal.wait("withdrawn: 0x")
            terminal.wait(f" pid={calls[2].pid} ")
            terminal.wait(" s left) ")
            terminal.type("y")
            expect(calls[2].result(), 0, "the third one")
            terminal.type("q")
            status, output, shown = terminal.finish()
            expect(status, 0, "exit status")
            events = [json.loads(line) for line in output.splitlines()]
            expect([(event["pid"], event.get("verdict"), event.get("reason")) for event in events],
                   [(calls[1].pid, None, None), (calls[0].pid, None, None),
                    (calls[2].pid, "allow", "user")], "events")
            assert "3 events: 1 allowed, 0 denied, 0 not answered in time, 2 withdrawn" in shown, shown
            for call in calls[:2]:
                expect(call.result(), -signal.SIGKILL, "the end of it")


def test_timeout():
    """nobody answers: the policy does, after the delay, which is then as it was"""
    before = setting("verdict_delay")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Terminal([LISTEN, "--delay=1", "--operation=connect", "--count=1"]) as terminal:
            terminal.wait("y allows, n denies, q quits\n")
            expect(setting("verdict_delay"), "1", "delay")
            call = Call(port)
            terminal.wait("nobody has answered: the policy has allowed it")
            expect(call.result(), 0, "errno")
            status, _, shown = terminal.finish()
            expect(status, 0, "exit status")
            assert "1 not answered in time" in shown, shown
    expect(setting("verdict_delay"), before, "delay")


def test_typed_before():
    """what was typed before the question answers nothing"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Terminal([LISTEN, "--operation=connect"]) as terminal:
            terminal.wait("y allows, n denies, q quits\n")
            first, second = Call(port), None
            terminal.wait(" s left) ")
            second = Call(port)
            until(lambda: held(second), "it is held")
            terminal.type("yyyyyy")
            expect(first.result(), 0, "the first one")
            terminal.wait(f" pid={second.pid} ")
            terminal.wait(" s left) ")
            expect(second.process.poll(), None, "the second one")
            terminal.type("n")
            expect(second.result(), errno.EACCES, "the second one")
            # The terminal goes away: nobody can answer any more.
            os.close(terminal.master)
            expect(terminal.process.wait(BOUND), 0, "exit status")
            terminal.master = os.open("/dev/null", os.O_RDONLY)


def test_mediate():
    """the kernel asks about more for as long as it runs"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen(8)
            connect = [sys.executable, "-I", "-c", CALL.replace("socket.socket(", "socket.socket(1,")
                       .replace("('127.0.0.1',int(sys.argv[2]))", "sys.argv[2]"), "SOCK_STREAM", path]
            with Listen("--deny=EHOSTDOWN", "--mediate=connect:unix", "--json",
                        f"--uid={NOBODY}") as listen:
                os.chmod(folder, 0o755)
                os.chmod(path, 0o777)
                result = subprocess.run(connect, user=NOBODY, timeout=BOUND, check=False)
                expect(result.returncode, errno.EHOSTDOWN, "errno")
                expect(json.loads(listen.line())["family"], "unix", "family")
                expect(listen.end()[0], 0, "exit status")
            result = subprocess.run(connect, user=NOBODY, timeout=BOUND, check=False)
            expect(result.returncode, 0, "errno when it has ended")


def test_tickets():
    """with tickets the kernel decides alike what is alike, until the end"""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as other:
        port = server.getsockname()[1]
        with Listen("--monitor", "--json", "--operation=connect") as monitor:
            with Listen("--deny=ENETDOWN", "--tickets", "--operation=connect") as listen:
                for _ in range(3):
                    expect(Call(port).result(), errno.ENETDOWN, "errno")
                expect(Call(other.getsockname()[1]).result(), errno.ENETDOWN, "another port")
                _, said = listen.end()
                assert "2 events: 0 allowed, 2 denied" in said, said
            expect(Call(port).result(), 0, "errno when it has ended")
            told = [json.loads(monitor.line()) for _ in range(5)]
            expect([(event["verdict"], event.get("reason")) for event in told],
                   [("deny", None), ("deny", "ticket"), ("deny", "ticket"), ("deny", None),
                    ("allow", "policy")], "events")
            expect(monitor.end()[0], 0, "exit status")


def test_monitor():
    """a monitor tells what others decide, and of the life of connections"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Listen("--monitor", "--operation=connect,close", "--json") as monitor, \
                Listen("--monitor", "--operation=connect") as text:
            with Listen("--deny=ENETDOWN", "--operation=connect") as listen:
                expect(Call(port).result(), errno.ENETDOWN, "errno")
                assert SEED.fullmatch(listen.line().removesuffix(" deny")), "no line"
                listen.end()
            assert re.fullmatch(SEED.pattern + " deny", text.line()), "no verdict"
            expect(Call(port).result(), 0, "errno")
            line = text.line()
            assert re.fullmatch(SEED.pattern + " allow by policy", line), line
            events = []
            while not events or "duration" not in events[-1] or events[-1].get("remote-port") != port:
                events.append(json.loads(monitor.line()))
            expect([event["errno"] for event in events if event.get("verdict") == "deny"],
                   ["ENETDOWN"], "denials")
            expect(events[-1]["operation"], "close", "the last one")
            assert events[-1]["duration"] > 0 and "verdict" not in events[-1], events[-1]
            status, said = monitor.end()
            expect(status, 0, "exit status")
            assert "1 allowed, 1 denied" in said, said


def test_busy():
    """a second controller is told who the first one is, and what to do"""
    with Listen("--allow") as first:
        second = subprocess.run([LISTEN, "--allow"], capture_output=True, text=True, timeout=BOUND,
                                check=False)
        expect(second.returncode, 5, "exit status")
        assert f"probably snet-listen (process {first.process.pid})" in second.stderr, second.stderr
        assert "systemctl stop snetd" in second.stderr and "--monitor" in second.stderr, second.stderr
        expect(first.end()[0], 0, "exit status")


def test_no_permission():
    """without the capability it says which one is missing"""
    for mode in ("--allow", "--monitor"):
        done = subprocess.run([LISTEN, mode], capture_output=True, text=True, timeout=BOUND,
                              user=NOBODY, check=False)
        expect(done.returncode, 4, "exit status")
        assert "CAP_NET_ADMIN" in done.stderr, done.stderr


def test_reader_gone():
    """it ends, and puts settings back, when nobody reads it"""
    before = setting("verdict_delay")
    with socket.create_server(("127.0.0.1", 0)) as server:
        with Listen("--allow", "--delay=7", "--operation=connect") as listen:
            listen.process.stdout.close()
            expect(Call(server.getsockname()[1]).result(), 0, "errno")
            expect(listen.process.wait(BOUND), 1, "exit status")
            listen.process.stdout = open(os.devnull, encoding="ascii")
    expect(setting("verdict_delay"), before, "delay")


if __name__ == "__main__":
    tap.run([test_deny, test_default_errno, test_json, test_hostile, test_ask, test_withdrawn,
             test_timeout, test_typed_before, test_mediate, test_tickets, test_monitor, test_busy,
             test_no_permission, test_reader_gone])
