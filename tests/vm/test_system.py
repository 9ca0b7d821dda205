#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole system on the real kernel, as an administrator sees it.

Run by scripts/vm --up: the system bus, polkit and snetd are the installed
ones. Programs that connect are curl, and Python for what curl cannot do.
"""

import errno
import http.server
import json
import os
import pwd
import signal
import subprocess
import sys
import threading
import time

import names
import tap
from snetbus import (ACCESS_DENIED, ERROR, Held, Refused, Signals, add_rule, busctl, call,
                     control, kernel_parameter, outlive_bus, pending, query, reconnect, refusal, rules,
                     service_pid, set_mode, settle, variants, verdict, wait_owner)

PYTHON = os.path.realpath(sys.executable)
CURL = os.path.realpath("/usr/bin/curl")
PAGE = "the page behind the firewall\n"

# A program that connects, and whose exit status is the errno.
CONNECT = ("import errno,socket,sys\n"
           "s=socket.socket()\n"
           "try: s.connect(('127.0.0.1',int(sys.argv[1])))\n"
           "except OSError as e: sys.exit(e.errno)\n")
# Python is allowed to do all it wants, for the web server's sake; a copy of it
# under another name is not.
PROBE = "/tmp/probe-python"
WAIT = "[Prompts]\nAskWithoutAgent=wait\n"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *unused):
        pass


class Server(http.server.ThreadingHTTPServer):
    # As many as connect at a time: one that has to try again waits a second.
    request_queue_size = 64


def start_server():
    server = Server(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def configure(text):
    """Gives snetd more configuration than it has been installed with."""
    os.makedirs("/etc/snet", exist_ok=True)
    with open("/etc/snet/snetd.conf", "w", encoding="ascii") as config:
        config.write(text)
    subprocess.run(["systemctl", "restart", "snetd.service"], check=True)
    settle()


def set_up():
    """Lets this program serve, and nothing else happen; the tests answer without an agent."""
    configure(WAIT)
    subprocess.run(["cp", PYTHON, PROBE], check=True)
    add_rule(action="allow", program=PYTHON, comment="the web server of the tests")
    return start_server()


def clean():
    """Before each test: nothing waits, and only the server's rule is there."""
    settle()
    set_mode("ask")
    for rule in rules():
        if rule.get("program") != PYTHON:
            call("Rules", "Remove", "t", rule["id"])
    for event in pending():
        verdict(event["id"], "deny")
    kernel_parameter("snet_verdict_delay", 60)
    kernel_parameter("snet_verdict_policy", 0)


def curl(signals, *options):
    return Held(["curl", "-sS", *options, f"http://127.0.0.1:{PORT}/"], signals)


def probe(signals, **popen):
    return Held([PROBE, "-I", "-c", CONNECT, str(PORT)], signals, **popen)


def at_once(took):
    """Far less than the delay of a verdict; no measure of speed, as the machine may be busy."""
    assert took < 10, f"took {took} s"


def expect(actual, wanted, what):
    assert actual == wanted, f"{what}: {actual!r} instead of {wanted!r}"


def test_allow():
    """curl is held, answered with allow by busctl, and gets its page"""
    with Signals() as signals:
        held = curl(signals)
        listed = busctl("org.snet.Events", "ListPending")[0]
        expect(len(listed), 1, "how many wait")
        event = listed[0]
        expect(event["id"]["data"], held.id, "id")
        expect(event["operation"]["data"], "connect", "operation")
        expect(event["program"]["data"], CURL, "program")
        expect(event["remote-address"]["data"], "127.0.0.1", "remote-address")
        expect(event["remote-port"]["data"], PORT, "remote-port")
        expect(event["protocol"]["data"], "tcp", "protocol")
        expect(event["uid"]["data"], 0, "uid")
        assert held.process.poll() is None, "curl is not held"
        # curl's sockets do not block: its packets wait, while it looks after other things.
        expect(event["hold"]["data"], "flow", "hold")
        expect(state_of(held), "S", "state of the process")
        busctl("org.snet.Events", "Verdict", "tsa{sv}", str(held.id), "allow", "0")
        expect(held.finish(), (0, PAGE), "curl")
        decided = signals.wait("Decided", lambda arguments: arguments[0] == held.id)
        expect(decided[1], "allow", "verdict")
        expect(decided[2]["reason"], "user", "reason")
        expect(pending(), [], "what waits")


def state_of(held):
    with open(f"/proc/{held.process.pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def test_allow_thread():
    """a program that connects and waits sleeps in the call"""
    with Signals() as signals:
        held = probe(signals)
        expect(held.event["hold"], "thread", "hold")
        assert state_of(held) in "DI", f"state of the process: {state_of(held)}"
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


def test_deny():
    """curl is answered with deny by busctl, and fails with EACCES"""
    with Signals() as signals:
        held = curl(signals, "-v")
        busctl("org.snet.Events", "Verdict", "tsa{sv}", str(held.id), "deny", "0")
        status, output = held.finish()
        expect(status, 7, "curl's exit status")
        assert os.strerror(errno.EACCES) in output, output
        expect(probe_with_deny(signals), errno.EACCES, "errno")


def probe_with_deny(signals, **options):
    held = probe(signals)
    verdict(held.id, "deny", **options)
    return held.finish()[0]


def test_deny_errno():
    """a denial fails with the errno that was asked for"""
    with Signals() as signals:
        expect(probe_with_deny(signals, errno="ECONNREFUSED"), errno.ECONNREFUSED, "errno")
        event = query(1)[0]
        expect(event["errno"], "ECONNREFUSED", "errno in the journal")


def test_timeout():
    """unanswered, the call ends by the policy after the delay: both policies"""
    kernel_parameter("snet_verdict_delay", 1)
    waits = []
    for policy, status in ((0, 0), (1, errno.EACCES)):
        kernel_parameter("snet_verdict_policy", policy)
        with Signals() as signals:
            held = probe(signals)
            expect(held.finish()[0], status, f"exit status under policy {policy}")
            decided = signals.wait("Decided", lambda arguments: arguments[0] == held.id)
            expect(decided[1], "deny" if policy else "allow", "verdict")
            expect(decided[2]["reason"], "timeout", "reason")
            waits.append(decided[2]["waited"] / 1e6)
            assert 0.9 < waits[-1] < 5, f"waited {waits[-1]} s"
    return f"waited {waits[0]:.2f} s and {waits[1]:.2f} s with a delay of 1 s"


def kill_daemon(policy):
    """Kills snetd while ten are held; returns statuses and how long it took."""
    kernel_parameter("snet_verdict_policy", policy)
    with Signals() as signals:
        held = [probe(signals) for _ in range(10)]
        pid = service_pid()
        started = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        statuses = {program.finish()[0] for program in held}
        took = time.monotonic() - started
    wait_owner("org.snet", bool)
    assert service_pid() != pid, "snetd was not started again"
    return statuses, took


def test_kill_daemon():
    """kill -9 of snetd releases ten held programs at once, by policy"""
    allowed, took_allow = kill_daemon(0)
    denied, took_deny = kill_daemon(1)
    expect(allowed, {0}, "exit statuses under policy 0")
    expect(denied, {errno.EACCES}, "exit statuses under policy 1")
    at_once(took_allow)
    at_once(took_deny)
    return f"released in {took_allow:.3f} s and {took_deny:.3f} s"


def test_kill_held():
    """killing a held program removes its request everywhere at once"""
    with Signals() as signals:
        held = probe(signals)
        started = time.monotonic()
        held.process.kill()
        cancelled = signals.wait("Cancelled", lambda arguments: arguments[0] == held.id)
        took = time.monotonic() - started
        expect(cancelled[1], "exited", "reason")
        expect(pending(), [], "what waits")
        expect(held.finish()[0], -signal.SIGKILL, "end of the program")
        at_once(took)
        refused = refusal("Events", "Verdict", "tsa{sv}", held.id, "allow", {})
        expect(refused.name, ERROR + "UnknownRequest", "error")
        return f"gone after {took:.3f} s"


def test_second_controller():
    """a second controller is refused, and the first one goes on"""
    second = subprocess.run([os.environ["SNET_TEST_CONTROLLER"]],
                            capture_output=True, text=True, check=False)
    expect(second.returncode, errno.EBUSY, "exit status of the second controller")
    assert "controller already" in second.stdout + second.stderr, second
    with Signals() as signals:
        held = probe(signals)
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


def test_forever():
    """an answer forever makes a rule that decides from then on, restarts included"""
    with Signals() as signals:
        held = curl(signals)
        verdict(held.id, "allow", lifetime="forever", comment="made by the test")
        expect(held.finish(), (0, PAGE), "curl")
        rule = [rule for rule in rules() if rule.get("comment") == "made by the test"][0]
        expect(rule["program"], CURL, "program")
        expect(rule["remote-port"], PORT, "remote-port")
        subprocess.run(["systemctl", "restart", "snetd.service"], check=True)
        settle()
        done = subprocess.run(["curl", "-sS", f"http://127.0.0.1:{PORT}/"],
                              capture_output=True, text=True, timeout=20, check=True)
        expect(done.stdout, PAGE, "the page")
        event = query(1, program=CURL)[0]
        expect((event["reason"], event["rule"]), ("rule", rule["id"]), "who decided")
        assert not [1 for member, arguments in signals.seen
                    if member == "Requested" and arguments[0] == event["id"]], "it was asked"


def test_ticket():
    """what a rule has decided once the kernel decides by itself, until the rule goes"""
    with Signals() as signals:
        rule = add_rule(action="deny", program=PROBE, errno="ENETDOWN")
        for _ in range(3):
            done = subprocess.run([PROBE, "-I", "-c", CONNECT, str(PORT)], check=False, timeout=20)
            expect(done.returncode, errno.ENETDOWN, "exit status")
        events = query(3, program=PROBE)
        expect([event["reason"] for event in events], ["ticket", "ticket", "rule"], "who decided")
        expect({event["rule"] for event in events}, {rule}, "by which rule")
        call("Rules", "Remove", "t", rule)
        held = probe(signals)
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


def test_rule_settles_waiting():
    """a new rule decides what already waits"""
    with Signals() as signals:
        held = [probe(signals) for _ in range(3)]
        identifier = add_rule(action="deny", program=PROBE, errno="ENETUNREACH")
        for program in held:
            expect(program.finish()[0], errno.ENETUNREACH, "exit status")
        expect({event["rule"] for event in query(3)}, {identifier}, "rule in the journal")


def test_bind_and_listen():
    """bind and listen are held too, over IPv4 and IPv6, with their addresses"""
    script = ("import socket,sys\n"
              "s=socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)\n"
              "s.bind((sys.argv[1],0))\n"
              "s.listen()\n")
    for address, family in (("127.0.0.1", "inet"), ("::1", "inet6")):
        with Signals() as signals:
            held = Held([PROBE, "-I", "-c", script, address], signals)
            expect(held.event["operation"], "bind", "operation")
            expect(held.event["local-address"], address, "local-address")
            expect(held.event["family"], family, "family")
            assert "remote-address" not in held.event, held.event
            verdict(held.id, "allow")
            identifier, event = signals.wait(
                "Requested", lambda arguments: arguments[1]["operation"] == "listen")
            assert event["local-port"] > 0, event
            verdict(identifier, "allow")
            expect(held.finish(), (0, ""), "program")


def test_bad_verdicts():
    """bad ids, words and options have named errors that change nothing"""
    with Signals() as signals:
        held = probe(signals)
        cases = [
            ((held.id + 1000, "allow", {}), "UnknownRequest", str(held.id + 1000)),
            ((held.id, "perhaps", {}), "InvalidVerdict", "perhaps"),
            ((held.id, "allow", {"colour": "red"}), "InvalidOption", "colour"),
            ((held.id, "allow", {"lifetime": "long"}), "InvalidOption", "long"),
            ((held.id, "allow", {"errno": "EACCES"}), "InvalidOption", "errno"),
            ((held.id, "deny", {"errno": "EWHATEVER"}), "InvalidOption", "EWHATEVER"),
            ((held.id, "allow", {"lifetime": "forever", "match": ["moon"]}),
             "InvalidOption", "moon"),
        ]
        before = rules()
        for (identifier, word, options), error, wrong in cases:
            refused = refusal("Events", "Verdict", "tsa{sv}", identifier, word,
                              variants(options))
            expect(refused.name, ERROR + error, f"error for {word} {options}")
            assert wrong in refused.message, f"{refused.message!r} does not name {wrong}"
        expect([event["id"] for event in pending()], [held.id], "what waits")
        expect(rules(), before, "rules")
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")
        refused = refusal("Events", "Verdict", "tsa{sv}", held.id, "allow", {})
        expect(refused.name, ERROR + "AlreadyDecided", "error for an answered id")


def test_bad_rules():
    """rules that contradict themselves or have unknown keys are refused by name"""
    cases = [
        ({"action": "allow", "colour": "red"}, ["colour"]),
        ({"program": "/bin/true"}, ["action"]),
        ({"action": "maybe"}, ["action", "maybe"]),
        ({"action": "allow", "errno": "EACCES"}, ["errno", "action"]),
        ({"action": "deny", "operation": "listen", "remote_port": 80},
         ["operation", "remote-port"]),
        ({"action": "deny", "family": "inet", "remote_address": "::1"},
         ["family", "remote-address"]),
        ({"action": "deny", "remote_address": "nowhere"}, ["remote-address", "nowhere"]),
        ({"action": "deny", "uid": 1, "owner": 2}, ["uid", "owner"]),
        ({"action": "deny", "program": "relative"}, ["program"]),
    ]
    before = rules()
    for rule, wrong in cases:
        try:
            add_rule(**rule)
        except Refused as refused:
            expect(refused.name, ERROR + "InvalidRule", f"error for {rule}")
            for word in wrong:
                assert word in refused.message, f"{refused.message!r} does not name {word}"
        else:
            raise AssertionError(f"{rule} was not refused")
    expect(rules(), before, "rules")
    expect(refusal("Rules", "Remove", "t", 99999).name, ERROR + "UnknownRule", "error")
    refused = refusal("Events", "Query", "a{sv}u", variants({"colour": "red"}), 0)
    expect(refused.name, ERROR + "InvalidFilter", "error")


def as_nobody(*words):
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           "busctl", "--json=short", *words],
                          capture_output=True, text=True, check=False)


def test_not_allowed():
    """a caller that is not allowed gets AccessDenied, sees nothing, changes nothing"""
    target = ["call", "org.snet", "/org/snet"]
    with Signals() as signals:
        held = probe(signals)
        before = rules()
        for words in (["org.snet.Events", "Verdict", "tsa{sv}", str(held.id), "allow", "0"],
                      ["org.snet.Rules", "Add", "a{sv}", "1", "action", "s", "allow"],
                      ["org.snet.Rules", "Remove", "t", str(before[0]["id"])]):
            done = as_nobody(*target, *words)
            assert done.returncode != 0, f"{words} was not refused"
            assert "denied" in done.stderr.lower() or ACCESS_DENIED in done.stderr, done.stderr
        seen = as_nobody(*target, "org.snet.Events", "ListPending")
        expect(seen.stdout.strip(), '{"type":"aa{sv}","data":[[]]}', "what another user sees")
        expect([event["id"] for event in pending()], [held.id], "what waits")
        expect(rules(), before, "rules")
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


def test_signals_are_private():
    """the signals of others' events do not reach an ordinary user"""
    watcher = subprocess.Popen(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         "gdbus", "monitor", "--system", "--dest", "org.snet"],
        stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        line = ""
        while "is owned by" not in line:
            line = watcher.stdout.readline()
            assert line, "gdbus has ended"
        with Signals() as signals:
            held = probe(signals)
            # A signal that all may hear comes behind those that they may not.
            identifier = add_rule(action="deny", program="/nonexistent")
            line = watcher.stdout.readline()
            assert f"Rules.Added (uint64 {identifier},)" in line, line
            verdict(held.id, "allow")
            held.finish()
    finally:
        watcher.kill()
        watcher.wait()


def test_journal_pages():
    """Query pages through the journal without a gap or a repetition"""
    add_rule(action="deny", program=PROBE)
    for _ in range(5):
        subprocess.run([PROBE, "-I", "-c", CONNECT, str(PORT)], check=False, timeout=20)
    whole = [event["serial"] for event in query(5, program=PROBE)]
    paged = []
    before = {}
    while True:
        page = query(2, program=PROBE, **before)
        if not page or len(paged) >= 5:
            break
        paged += [event["serial"] for event in page]
        before = {"before": page[-1]["serial"]}
    expect(paged[:5], whole, "serials")
    expect(whole, sorted(set(whole), reverse=True), "order")


def test_process():
    """a held program's unit, command and directory are told, and kept in the journal"""
    unit = "snet-probe.service"
    command = [PROBE, "-I", "-c", CONNECT, str(PORT)]
    with Signals() as signals:
        runner = subprocess.Popen(["systemd-run", "--quiet", "--wait", f"--unit={unit}",
                                   "--working-directory=/usr", *command])
        identifier, _ = signals.wait(
            "Requested", lambda arguments: arguments[1].get("unit") == unit)
        waiting = [event for event in pending() if event["id"] == identifier][0]
        verdict(identifier, "allow")
        expect(runner.wait(timeout=20), 0, "systemd-run")
        for event in waiting, query(1, unit=unit)[0], query(1, text="SYS.ARGV")[0]:
            expect(event["id"], identifier, "id")
            expect(event["unit"], unit, "unit")
            expect(event["cgroup"], f"/system.slice/{unit}", "cgroup")
            # The line ends of the program are no line ends there.
            expect(event["command"], [word.replace("\n", "\\x0a") for word in command], "command")
            expect(event["directory"], "/usr", "directory")


def test_threads():
    """two threads of a program are held at a time, and one answer is for both"""
    script = ("import socket,sys,threading\n"
              "def go(port):\n"
              "  s=socket.socket()\n"
              "  s.connect(('127.0.0.1',port))\n"
              "  print(s.getpeername()[1],flush=True)\n"
              "for _ in range(2):\n"
              "  threading.Thread(target=go,args=(int(sys.argv[1]),)).start()\n")
    with Signals() as signals:
        held = Held([PROBE, "-I", "-c", script, str(PORT)], signals)
        second, _ = signals.wait("Requested", lambda arguments: arguments[0] != held.id)
        expect([event["id"] for event in pending()], [held.id, second], "what waits")
        verdict(second, "allow")
        expect(held.finish(), (0, f"{PORT}\n" * 2), "program")
        expect(pending(), [], "what waits")


def test_without_agent():
    """as installed, the policy decides at once for a user who has no agent"""
    kernel_parameter("snet_verdict_policy", 1)
    configure("")
    try:
        started = time.monotonic()
        done = subprocess.run([PROBE, "-I", "-c", CONNECT, str(PORT)], check=False, timeout=20)
        took = time.monotonic() - started
        expect(done.returncode, errno.EACCES, "exit status")
        event = query(1, program=PROBE)[0]
        expect((event["verdict"], event["reason"]), ("deny", "policy"), "the decision")
        at_once(took)
    finally:
        configure(WAIT)


def connect():
    """What a connect() that nobody is asked about returns, and what the journal says of it."""
    done = subprocess.run([PROBE, "-I", "-c", CONNECT, str(PORT)], check=False, timeout=20)
    event = query(1, program=PROBE, operation="connect")[0]
    return done.returncode, event["verdict"], event["reason"]


def changed(signals, name, value):
    signals.wait("PropertiesChanged", lambda arguments: arguments[1].get(name) == value)


def test_modes():
    """monitor, lockdown and off decide at once, by a ticket where there may be one"""
    set_mode("monitor")
    for _ in range(2):
        expect(connect(), (0, "allow", "monitor"), "monitor")
    set_mode("lockdown")
    expect(connect(), (errno.EACCES, "deny", "lockdown"), "lockdown")
    expect(connect(), (errno.EACCES, "deny", "ticket"), "lockdown again")
    add_rule(action="deny", program=PROBE)
    set_mode("off")
    expect(connect(), (0, "allow", "off"), "off")
    expect(connect(), (0, "allow", "ticket"), "off again")
    set_mode("ask")
    expect(connect(), (errno.EACCES, "deny", "rule"), "the rule, when it counts again")
    statistics = call("Control", "GetStatistics")
    expect(control("Features"), ["accept", "identity", "flow", "close"], "features")
    assert statistics["decided"]["off"] >= 1 and statistics["kernel"]["ticket-denied"] >= 1, statistics


def test_message_id():
    """who has changed the mode is found in the log by an id and fields of its own"""
    set_mode("monitor")
    subprocess.run(["journalctl", "--sync"], check=True)
    found = subprocess.run(["journalctl", "-o", "json", "-n", "1", "SNET_MODE=monitor",
                            "MESSAGE_ID=d754a6bdeecc4bae92ad1730b87b97a6"],
                           check=True, capture_output=True, text=True).stdout
    entry = json.loads(found)
    expect((entry["SNET_UID"], entry["_SYSTEMD_UNIT"]), ("0", "snetd.service"), "who and where")
    assert "monitor" in entry["MESSAGE"], entry["MESSAGE"]


def test_mode_ends():
    """a mode for a time ends by itself; what waits is judged by the mode"""
    with Signals() as signals:
        held = probe(signals)
        set_mode("lockdown", duration=1)
        expect(held.finish()[0], errno.EACCES, "exit status of what waited")
        changed(signals, "Mode", "lockdown")
        changed(signals, "Mode", "ask")
        held = probe(signals)
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


def set_clock(seconds):
    time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)


def test_mode_clock():
    """a mode until a time ends when the clock is set to after it; one for a while does not"""
    hour = 3600
    with Signals() as signals:
        set_mode("lockdown", until=int((time.time() + hour) * 1e6))
        changed(signals, "Mode", "lockdown")
        try:
            set_clock(2 * hour)
            changed(signals, "Mode", "ask")
            set_mode("monitor", duration=hour)
            set_clock(2 * hour)
            expect(connect(), (0, "allow", "monitor"), "monitor, after the clock was set")
        finally:
            set_clock(-4 * hour)


def test_mode_restart():
    """lockdown is the same without snetd, and when it is there again"""
    set_mode("lockdown")
    subprocess.run(["systemctl", "stop", "snetd.service"], check=True)
    try:
        done = subprocess.run([PROBE, "-I", "-c", CONNECT, str(PORT)], check=False, timeout=20)
        expect(done.returncode, errno.EACCES, "exit status without snetd")
    finally:
        subprocess.run(["systemctl", "start", "snetd.service"], check=True)
        settle()
    expect(control("Mode"), "lockdown", "mode")
    expect(connect(), (errno.EACCES, "deny", "lockdown"), "lockdown")
    set_mode("ask")
    expect(control("VerdictPolicy"), "allow", "policy")


LIST = "/etc/snet/lists.d/test"


def write_list(text):
    """As who replaces a list should: the new one beside it, then renamed."""
    with open(LIST + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(LIST + ".new", LIST)


def test_list():
    """a list of addresses decides, and what waits is judged again when its file changes"""
    write_list("# nothing yet\n192.0.2.0/24\n")
    add_rule(action="deny", errno="EHOSTUNREACH", remote_list="test")
    with Signals() as signals:
        held = probe(signals)
        write_list("127.0.0.0/8\n")
        expect(held.finish()[0], errno.EHOSTUNREACH, "errno of what has waited")
    expect(connect(), (errno.EHOSTUNREACH, "deny", "ticket"), "with the list")
    os.unlink(LIST)
    with Signals() as signals:
        expect(probe_with_deny(signals), errno.EACCES, "errno without the list")


def held_by_name(signals, name, port):
    """A curl that is held, and its destination known by that name: as soon as snetd hears resolved."""
    for _ in range(20):
        held = Held(["curl", "-sS", f"http://{name}:{port}/"], signals,
                    lambda event: event["remote-address"] == names.ADDRESS)
        if held.event.get("remote-host") == name:
            return held
        verdict(held.id, "deny")
        held.finish()
    raise AssertionError(f"snetd does not know the name {name}")


def test_names():
    """where curl goes is shown by the name that it asked systemd-resolved for, and decided by that"""
    unpacked = os.environ["SNET_TEST_RESOLVED"]
    if not os.path.isdir(unpacked):
        raise tap.Skip("systemd-resolved could not be unpacked")
    add_rule(action="allow", program=names.RESOLVED)
    add_rule(action="allow", program=CURL, remote_port=53)
    with names.Resolved(unpacked), Signals() as signals:
        server = Server((names.ADDRESS, 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        held = held_by_name(signals, "www.snet.test", server.server_port)
        expect(held.event["remote-host-source"], "resolved", "remote-host-source")
        verdict(held.id, "allow", lifetime="forever", match=["program", "remote-host"])
        expect(held.finish(), (0, PAGE), "the page")
        again = subprocess.run(["curl", "-sS", f"http://www.snet.test:{server.server_port}/"],
                               check=True, capture_output=True, text=True, timeout=20)
        expect(again.stdout, PAGE, "the page, by the rule")

        # The same address by another name, after resolved has been started again.
        call("Rules", "Remove", "t", [rule["id"] for rule in rules() if "remote-host" in rule][0])
        subprocess.run(["systemctl", "restart", "systemd-resolved.service"], check=True)
        held = held_by_name(signals, "other.snet.test", server.server_port)
        verdict(held.id, "deny")
        held.finish()
        server.shutdown()


# Connects, and stays in its session until somebody has written into the pipe.
SESSION = CONNECT + "open('/tmp/snet-session').read()\n"


def test_session():
    """a rule until logout ends with the login session of the program that it was made for"""
    with open("/etc/pam.d/snet-test", "w", encoding="ascii") as file:
        file.write("account required pam_permit.so\nsession required pam_systemd.so\n")
    os.mkfifo("/tmp/snet-session")
    login = subprocess.Popen(
        ["systemd-run", "--quiet", "--wait", "--collect", "-p", "PAMName=snet-test",
         "-p", "User=nobody", PROBE, "-I", "-c", SESSION, str(PORT)])
    with Signals() as signals:
        request = signals.wait("Requested", lambda arguments: arguments[1]["program"] == PROBE)[0]
        verdict(request, "allow", lifetime="session")
        made = [rule for rule in rules() if rule["lifetime"] == "session"]
        expect(len(made), 1, "how many rules were made")
        with open("/tmp/snet-session", "w", encoding="ascii"):
            pass
        expect(login.wait(20), 0, "exit status")
        signals.wait("Removed", lambda arguments: arguments[0] == made[0]["id"])

    with Signals() as signals:
        held = probe(signals)
        refused = refusal("Events", "Verdict", "tsa{sv}", held.id, "allow",
                          variants({"lifetime": "session"}))
        expect(refused.name, ERROR + "InvalidOption", "the answer to what is in no session")
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


def test_reload():
    """systemctl reload has snetd read its configuration again, all of it or nothing"""
    pid = service_pid()
    try:
        with Signals() as signals:
            for text, delay in ((WAIT + "[Verdict]\nDelay=7\n", 7),
                                (WAIT + "[Verdict]\nDelay=60\n", 60)):
                with open("/etc/snet/snetd.conf", "w", encoding="ascii") as config:
                    config.write(text)
                subprocess.run(["systemctl", "reload", "snetd.service"], check=True)
                changed(signals, "VerdictDelay", delay)
                expect(int(kernel_parameter("snet_verdict_delay")), delay, "the kernel's delay")
        with open("/etc/snet/snetd.conf", "w", encoding="ascii") as config:
            config.write("[Verdict]\nDelay=8\nPolicy=perhaps\n")
        refused = refusal("Control", "Reload")
        expect(refused.name, ERROR + "InvalidConfiguration", "error")
        expect(control("VerdictDelay"), 60, "delay")
        expect(service_pid(), pid, "snetd's process")
    finally:
        configure(WAIT)


def source_of(path):
    return [rule for rule in rules() if rule.get("source") == path]


def test_rule_files():
    """rules in files hold from a reload on, can be changed only there, and must be root's alone"""
    path = "/etc/snet/rules.d/test.rules"
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    try:
        with Signals() as signals:
            with open(path, "w", encoding="ascii") as file:
                file.write(f"[No probe]\naction = deny\nprogram = {PROBE}\n")
            subprocess.run(["systemctl", "reload", "snetd.service"], check=True)
            signals.wait("Added", lambda arguments: True)
        expect(connect(), (errno.EACCES, "deny", "rule"), "the rule in a file")
        refused = refusal("Rules", "Remove", "t", source_of(path)[0]["id"])
        expect(refused.name, ERROR + "ReadOnlyRule", "error")
        assert path in refused.message, refused.message
        os.chmod(path, 0o666)
        expect(refusal("Control", "Reload").name, ERROR + "InvalidRule", "error")
        expect(source_of(path), [], "rules of a file that all can write")
    finally:
        os.unlink(path)
        call("Control", "Reload")


def test_import():
    """rules are imported and exported as text, and not by whom polkit does not know"""
    text = f"[No probe]\naction = deny\nprogram = {PROBE}\n"
    words = ["call", "org.snet", "/org/snet", "org.snet.Rules", "Import", "ssa{sv}", "snet", text]
    done = as_nobody(*words, "1", "dry-run", "b", "true")
    expect((done.returncode, done.stderr), (0, ""), "a trial")
    assert as_nobody(*words, "0").returncode != 0, "nobody may import"
    made, present, problems = busctl("org.snet.Rules", "Import", "ssa{sv}", "snet", text, "0")
    expect((len(made), present, problems), (1, 0, []), "what is imported")
    expect(connect(), (errno.EACCES, "deny", "rule"), "the imported rule")
    exported = busctl("org.snet.Rules", "Export", "a{sv}", "0")[0]
    expect(call("Rules", "Import", "ssa{sv}", "snet", exported, {})[:2], ([], 2), "what is exported")


def test_sandbox():
    """snetd runs as a user of its own, and polkit still tells it who may what"""
    owner = os.stat(f"/proc/{service_pid()}").st_uid
    expect(pwd.getpwuid(owner).pw_name, "snetd", "snetd's user")
    expect(os.stat("/var/lib/snet").st_uid, owner, "whose its databases are")
    change = ["call", "org.snet", "/org/snet", "org.snet.Control", "SetMode", "sa{sv}", "monitor", "0"]
    assert as_nobody(*change).returncode != 0, "nobody may change the mode"
    rules_file = "/etc/polkit-1/rules.d/49-snet-test.rules"
    with open(rules_file, "w", encoding="ascii") as file:
        file.write("polkit.addRule(function(action, subject) {"
                   " if (action.id == 'org.snet.configure' && subject.user == 'nobody')"
                   " return polkit.Result.YES; });\n")
    try:
        subprocess.run(["systemctl", "restart", "polkit.service"], check=True)
        done = as_nobody(*change)
        expect((done.returncode, done.stderr), (0, ""), "nobody, as polkit allows it")
        expect(control("Mode"), "monitor", "mode")
    finally:
        os.unlink(rules_file)
        subprocess.run(["systemctl", "restart", "polkit.service"], check=True)


# What snetd says of these, see snetd(8).
POLKIT_MESSAGE = "3651b71be7734818a718b55ea9086029"
AGENT_MESSAGE = "98c09fdaacf44b74a7819360457d5271"
BUS_MESSAGE = "c5a4454bd7ca479b90506f9c9f7a7de0"


def count_messages(identifier):
    """How often the log has a message with this id, of snetd's."""
    subprocess.run(["journalctl", "--sync"], check=True)
    found = subprocess.run(["journalctl", "-o", "cat", "-u", "snetd.service",
                            f"MESSAGE_ID={identifier}"],
                           check=False, capture_output=True, text=True)
    return len(found.stdout.splitlines())


def watch_as(*who):
    """A program that prints what this user hears of org.snet, when it hears."""
    watcher = subprocess.Popen(
        ["setpriv", *who, "gdbus", "monitor", "--system", "--dest", "org.snet"],
        stdout=subprocess.PIPE, text=True, bufsize=1)
    line = ""
    while "is owned by" not in line:
        line = watcher.stdout.readline()
        assert line, "gdbus has ended"
    return watcher


def heard_until(watcher, last):
    """The members of the signals that it hears, up to one with these words."""
    members = []
    while True:
        line = watcher.stdout.readline()
        assert line, f"gdbus has ended; heard {members}"
        members.append(line.split(": ", 1)[1].split(" ", 1)[0])
        if last in line:
            return members


def test_group():
    """a member of the group snet hears of all calls, who is none does not, and neither may answer"""
    subprocess.run(["useradd", "--no-create-home", "--groups", "snet", "snet-member"], check=True)
    subprocess.run(["useradd", "--no-create-home", "snet-other"], check=True)
    member = ["--reuid=snet-member", "--regid=snet-member", "--init-groups"]
    other = ["--reuid=snet-other", "--regid=snet-other", "--init-groups"]
    watchers = [watch_as(*member), watch_as(*other)]
    try:
        with Signals() as signals:
            held = probe(signals)
            for who in (member, other):
                done = subprocess.run(["setpriv", *who, "busctl", "call", "org.snet", "/org/snet",
                                       "org.snet.Events", "Verdict", "tsa{sv}", str(held.id),
                                       "allow", "0"], capture_output=True, text=True, check=False)
                assert done.returncode != 0, "the answer was taken"
            expect([event["id"] for event in pending()], [held.id], "what waits")
            verdict(held.id, "allow")
            expect(held.finish()[0], 0, "exit status")
        # All may hear of this one.
        made = f"(uint64 {add_rule(action='deny', program='/nonexistent')},)"
        heard = [[word.rsplit(".", 1)[1] for word in heard_until(watcher, f"Added {made}")]
                 for watcher in watchers]
        # The web server's part of the connection is decided as well, by its rule.
        expect(sorted(set(heard[0])), ["Added", "Decided", "Requested"], "what a member hears")
        expect(heard[1], ["Added"], "what another user hears")
    finally:
        for watcher in watchers:
            watcher.kill()
            watcher.wait()


def test_polkit_gone():
    """without polkit only root may, others are told so, and the log says it once each time"""
    # busctl does not tell what is behind "Access denied".
    change = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "gdbus", "call",
              "--system", "--dest", "org.snet", "--object-path", "/org/snet",
              "--method", "org.snet.Control.SetMode", "monitor", "{}"]
    before = count_messages(POLKIT_MESSAGE)
    subprocess.run(["systemctl", "mask", "--runtime", "--now", "polkit.service"], check=True)
    try:
        for _ in range(2):
            done = subprocess.run(change, capture_output=True, text=True, check=False)
            assert done.returncode != 0 and "polkit is not there" in done.stderr, done
        set_mode("monitor")
        expect(control("Mode"), "monitor", "mode as root sets it")
        expect(count_messages(POLKIT_MESSAGE) - before, 1, "messages")
    finally:
        subprocess.run(["systemctl", "unmask", "--runtime", "polkit.service"], check=True)
        subprocess.run(["systemctl", "start", "polkit.service"], check=True)
    done = subprocess.run(change, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "polkit is not there" not in done.stderr, done
    expect(count_messages(POLKIT_MESSAGE) - before, 2, "messages")


# An agent: says what it is asked, and answers nothing.
AGENT = """
from gi.repository import Gio, GLib
XML = ("<node><interface name='org.snet.Agent'>"
       "<method name='Ask'><arg type='t' direction='in'/><arg type='a{sv}' direction='in'/></method>"
       "<method name='Withdraw'><arg type='t' direction='in'/><arg type='s' direction='in'/></method>"
       "<method name='Missed'><arg type='u' direction='in'/></method>"
       "<method name='Decided'><arg type='t' direction='in'/><arg type='s' direction='in'/>"
       "<arg type='a{sv}' direction='in'/></method></interface></node>")

def called(connection, sender, path, interface, method, arguments, invocation):
    print(method, arguments.unpack()[0], flush=True)
    invocation.return_value(None)

bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
bus.register_object("/agent", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], called, None, None)
bus.call_sync("org.snet", "/org/snet", "org.snet.Agents", "Register",
              GLib.Variant("(o)", ("/agent",)), None, Gio.DBusCallFlags.NONE, -1, None)
print("registered", flush=True)
GLib.MainLoop().run()
"""


def start_agent():
    agent = subprocess.Popen([PYTHON, "-c", AGENT], stdout=subprocess.PIPE, text=True, bufsize=1)
    says(agent, "registered")
    return agent


def says(agent, what):
    """Waits until it says so; what it says before is passed over."""
    while True:
        line = agent.stdout.readline()
        assert line, f"the agent has ended without {what}"
        if line.strip() == what:
            return


def test_agent_stopped():
    """an agent that is stopped holds up nobody: the next one is asked, and the log says so"""
    before = count_messages(AGENT_MESSAGE)
    agents = [start_agent(), start_agent()]
    try:
        # The last one that came is asked first.
        agents[1].send_signal(signal.SIGSTOP)
        with Signals() as signals:
            held = probe(signals)
            started = time.monotonic()
            says(agents[0], f"Ask {held.id}")
            took = time.monotonic() - started
            expect(count_messages(AGENT_MESSAGE) - before, 1, "messages")
            verdict(held.id, "allow")
            expect(held.finish()[0], 0, "exit status")
        # It is asked again, and has a chance to be relied upon.
        agents[1].send_signal(signal.SIGCONT)
        says(agents[1], f"Withdraw {held.id}")
        return f"the next one was asked after {took:.1f} s"
    finally:
        for agent in agents:
            agent.kill()
            agent.wait()


def test_clock_back():
    """the clock is set back: what is for a while ends all the same, and nobody waited for less than 0"""
    hour = 3600
    with Signals() as signals:
        held = probe(signals)
        rule = add_rule(action="deny", program="/nonexistent", lifetime="until", duration=2)
        lasting = add_rule(action="deny", program="/nonexistent-2", lifetime="until",
                           until=int((time.time() + hour) * 1e6))
        try:
            set_clock(-2 * hour)
            signals.wait("Removed", lambda arguments: arguments[0] == rule)
            assert lasting in [each["id"] for each in rules()], rules()
            verdict(held.id, "allow")
            expect(held.finish()[0], 0, "exit status")
            later = probe(signals)
            verdict(later.id, "allow")
            expect(later.finish()[0], 0, "exit status")
            events = query(2, program=PROBE)
            expect([event["id"] for event in events], [later.id, held.id], "the order of the journal")
            assert events[0]["time"] < events[1]["time"], "the clock was not set back"
            for event in events:
                assert 0 <= event["waited"] < 600e6, event
        finally:
            set_clock(2 * hour)


def test_bus_restart():
    """the bus is started anew: who is held stays so, and snetd is there again with its rules"""
    pid = service_pid()
    before = count_messages(BUS_MESSAGE)
    with Signals() as signals:
        rule = add_rule(action="deny", program="/nonexistent")
        held = probe(signals)
    outlive_bus()
    subprocess.run(["systemctl", "restart", "dbus.service"], check=True)
    reconnect()
    settle()
    expect(service_pid(), pid, "snetd's process")
    expect(held.process.poll(), None, "whether the program goes on")
    expect([event["id"] for event in pending()], [held.id], "what waits")
    assert rule in [each["id"] for each in rules()], rules()
    verdict(held.id, "allow")
    expect(held.finish()[0], 0, "exit status")
    expect(count_messages(BUS_MESSAGE) - before, 2, "messages")
    with Signals() as signals:
        expect(probe_with_deny(signals), errno.EACCES, "errno afterwards")


if __name__ == "__main__":
    PORT = set_up()
    tap.run([test_allow, test_allow_thread, test_deny, test_deny_errno, test_timeout,
             test_kill_daemon, test_kill_held, test_second_controller, test_forever,
             test_ticket, test_rule_settles_waiting, test_bind_and_listen, test_bad_verdicts, test_bad_rules,
             test_not_allowed, test_signals_are_private, test_journal_pages, test_process, test_threads,
             test_without_agent, test_modes, test_message_id, test_mode_ends, test_mode_clock, test_mode_restart, test_list, test_names,
             test_session, test_reload, test_rule_files, test_import,
             test_sandbox, test_group, test_polkit_gone, test_agent_stopped, test_clock_back,
             test_bus_restart], clean)
