#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands of snetctl on the real kernel: what is shown, answered and changed, and by whom.

Run by scripts/vm --up: the system bus, polkit and snetd are the installed ones.
"""

import csv
import errno
import io
import json
import os
import select
import signal
import subprocess
import time

import tap
from snetbus import Signals, add_rule, control, query, rules, set_mode, settle, verdict
from snetctl import PROBE, USER, as_user, clean, expect, port, probe, set_up, snetctl

SECONDS = 60
NOT_FOUND = 5
NOT_ALLOWED = 4
NO_SERVICE = 3


def load(done):
    return json.loads(done.stdout)


def lines_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class Live:
    """snetctl that goes on, and what it has printed."""

    def __init__(self, *words, user=None):
        who = ["setpriv", f"--reuid={user}", "--regid=65534", "--clear-groups"] if user else []
        self.process = subprocess.Popen([*who, "snetctl", *words], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.seen = ""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def has(self, text, seconds=SECONDS):
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return False
            more = self.process.stdout.read1().decode()
            if not more:
                return False
            self.seen += more
        return True

    def says(self, text):
        assert self.has(text), f"no {text!r} in {self.seen!r}"

    def begin(self, happen, text):
        """It hears from some time on: something happens until it is told of."""
        end = time.monotonic() + SECONDS
        while not self.has(text, 0.2):
            assert time.monotonic() < end, self.seen
            happen()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        expect(self.process.wait(SECONDS), 0, "exit status after SIGINT")


def denied(user=None):
    """A program that a rule denies its call; its exit status is the errno."""
    who = ["setpriv", f"--reuid={user}", "--regid=65534", "--clear-groups"] if user else []
    code = ("import socket\ns=socket.socket()\n"
            f"try: s.connect(('127.0.0.1',{port()}))\nexcept OSError as e: exit(e.errno)\n")
    return subprocess.run([*who, PROBE, "-I", "-c", code], check=False).returncode


def test_status():
    """status says that calls are held, to anybody, and by its exit status when they are not"""
    expect(load(snetctl("status", "--json"))["Kernel"], "lsm", "kernel")
    assert "Protected" in as_user("status").stdout
    set_mode("off", duration=600)
    assert "until" in as_user("status", status=1).stdout
    expect(load(as_user("status", "--json", status=1))["Protected"], False, "protected")


def test_answers():
    """pending, allow and deny: what waits is seen by root, answered, and goes on or fails"""
    with Signals() as signals:
        first, second = probe(signals), probe(signals)
        listed = load(snetctl("pending", "--json"))
        expect([event["id"] for event in listed], [first.id, second.id], "what waits")
        assert f":{port()}/tcp" in snetctl("pending").stdout
        expect(as_user("pending").stdout, "Nothing waits.\n", "what another user sees")
        as_user("allow", str(first.id), status=NOT_ALLOWED)
        # Both are alike: one answer is for both.
        snetctl("deny", str(first.id), str(second.id), "--errno", "ECONNREFUSED")
        expect(first.finish()[0], errno.ECONNREFUSED, "errno of the first")
        expect(second.finish()[0], errno.ECONNREFUSED, "errno of the second")
        snetctl("allow", str(first.id), status=NOT_FOUND)
        third = probe(signals)
        snetctl("allow", "--all")
        expect(third.finish()[0], 0, "exit status")


def test_lifetime():
    """allow --lifetime makes a rule that decides from then on, and ends"""
    with Signals() as signals:
        held = probe(signals)
        snetctl("allow", str(held.id), "--lifetime", "1h", "--match", "program,operation",
                "--comment", "for an hour")
        expect(held.finish()[0], 0, "exit status")
        made = rules()[0]
        expect((made["lifetime"], made["comment"], made.get("remote-port")),
               ("until", "for an hour", None), "rule")
        expect(denied(), 0, "a later call")


def test_missed():
    """missed and dismiss: a call that nobody answered in time"""
    snetctl("set", "delay", "1s")
    snetctl("set", "policy", "deny")
    with Signals() as signals:
        held = probe(signals)
        expect(held.finish()[0], errno.EACCES, "errno")
        listed = load(snetctl("missed", "--json"))
        expect([event["id"] for event in listed], [held.id], "what was missed")
        as_user("dismiss", str(held.id), status=NOT_ALLOWED)
        snetctl("dismiss", str(held.id))
        expect(snetctl("missed").stdout, "Nothing was missed.\n", "afterwards")


def test_log():
    """log: filters, order, CSV, and nothing of others'"""
    add_rule(action="deny", program=PROBE)
    for _ in range(3):
        expect(denied(), errno.EACCES, "errno")
    since = ("--since", "1 hour ago", "--program", PROBE, "--verdict", "deny")
    events = lines_of(snetctl("log", "--json", *since, "-n", "3"))
    serials = [event["serial"] for event in events]
    expect((len(serials), serials), (3, sorted(serials)), "serials")
    again = lines_of(snetctl("log", "--json", "--reverse", *since, "-n", "3"))
    expect([event["serial"] for event in again], serials[::-1], "reversed")
    rows = list(csv.DictReader(io.StringIO(snetctl("log", "--csv", *since, "-n", "3").stdout)))
    expect([int(row["serial"]) for row in rows], serials, "serials in CSV")
    expect(rows[0]["program"], PROBE, "program in CSV")
    expect(as_user("log", "-n", "all", "--uid", "0").stdout, "", "what another user sees")
    assert "deny" in snetctl("log", *since).stdout
    assert PROBE in json.dumps(load(snetctl("summary", "--json", *since))["programs"])
    assert "PROGRAM" in snetctl("summary").stdout


def test_follow():
    """log --follow tells also of what the kernel decides by itself"""
    add_rule(action="deny", program=PROBE)
    expect(denied(), errno.EACCES, "errno")
    with Live("log", "--follow", "--json", "--program", PROBE, "-n", "1") as live:
        live.says('"verdict"')
        last = query(1)[0]["serial"]
        expect(denied(), errno.EACCES, "errno by a ticket")
        live.says('"ticket"')
        live.end()
    serials = [json.loads(line)["serial"] for line in live.seen.splitlines()]
    expect(serials, sorted(set(serials)), "serials")
    assert serials[-1] > last, (serials, last)


def test_monitor():
    """monitor: root sees what waits and what is decided, and goes on after a restart of snetd"""
    with Live("monitor") as live, Signals() as signals:
        add_rule(action="deny", program=PROBE, uid=65534)
        live.begin(lambda: denied(USER), " deny ")
        held = probe(signals)
        live.says(" waits ")
        verdict(held.id, "allow")
        live.says(" allow ")
        expect(held.finish()[0], 0, "exit status")
        subprocess.run(["systemctl", "restart", "snetd.service"], check=True)
        settle()
        live.says("there again")
        live.seen = ""
        live.begin(lambda: denied(USER), " deny ")
        live.end()


def test_monitor_as_user():
    """monitor of an ordinary user: what is theirs, and nobody waits for them"""
    add_rule(action="deny", program=PROBE)
    with Live("monitor", "--json", user=USER) as live:
        live.says("group snet")
        live.begin(lambda: denied(USER), '"signal":"Decided"')
        expect(denied(), errno.EACCES, "root's call")
        live.begin(lambda: denied(USER), '"signal":"Decided"')
        live.end()
    shown = [json.loads(line)["event"] for line in live.seen.splitlines() if line[0] == "{"]
    expect({event["uid"] for event in shown}, {65534}, "users")


def test_closed_pipe():
    """monitor ends when nobody reads what it prints"""
    with Live("monitor") as live:
        add_rule(action="deny", program=PROBE)
        live.begin(denied, " deny ")
        live.process.stdout.close()
        live.process.wait(SECONDS)
        live.process.stdout = open(os.devnull, "rb")


def test_mode():
    """mode: changed, for a while, and not by everybody"""
    expect(as_user("mode").stdout, "ask\n", "mode")
    as_user("mode", "off", status=NOT_ALLOWED)
    snetctl("mode", "lockdown")
    expect(denied(), errno.EACCES, "errno in lockdown")
    snetctl("mode", "off", "--for", "10min")
    expect(denied(), 0, "exit status while off")
    said = load(as_user("mode", "--json"))
    expect((said["Mode"], said["ModeAfter"]), ("off", "lockdown"), "mode")
    snetctl("mode", "ask")


def test_settings():
    """set, flush, reload and stats change and count what they say"""
    snetctl("set", "delay", "2min")
    snetctl("set", "policy", "deny")
    expect((control("VerdictDelay"), control("VerdictPolicy")), (120, "deny"), "settings")
    as_user("set", "delay", "5", status=NOT_ALLOWED)
    before = load(as_user("stats", "--json"))
    add_rule(action="allow", program=PROBE)
    for _ in range(3):
        expect(denied(), 0, "exit status")
    snetctl("flush")
    expect(denied(), 0, "exit status")
    after = load(snetctl("stats", "--json"))
    # Judged anew after the flush.
    asked = after["kernel"]["requests"] - before["kernel"]["requests"]
    assert asked >= 2, asked
    with open("/etc/snet/snetd.conf", "a", encoding="ascii") as config:
        config.write("[Verdict]\nDelay=44\n")
    snetctl("reload")
    expect(control("VerdictDelay"), 44, "delay")
    as_user("reload", status=NOT_ALLOWED)


def test_lists():
    """lists: a file that a rule names, and what is in it"""
    os.makedirs("/etc/snet/lists.d", exist_ok=True)
    with open("/etc/snet/lists.d/local", "w", encoding="ascii") as file:
        file.write("127.0.0.0/8\nexample.org\n")
    add_rule(action="deny", remote_list="local", program=PROBE)
    expect(denied(), errno.EACCES, "errno")
    shown = load(as_user("lists", "local", "--json"))
    expect((shown["names"], shown["ranges"], shown["rules"]), (1, 1, 1), "list")
    assert "in use" in snetctl("lists").stdout
    as_user("lists", "other", status=NOT_FOUND)


def test_no_snetd():
    """without snetd each command says what to do, and has exit status 3"""
    subprocess.run(["systemctl", "mask", "--runtime", "--now", "snetd.service"], check=True)
    try:
        assert "systemctl start snetd" in snetctl("status", status=NO_SERVICE).stderr
        for words in (["pending"], ["log"], ["mode", "off"]):
            assert "systemctl unmask snetd" in snetctl(*words, status=NO_SERVICE).stderr, words
    finally:
        subprocess.run(["systemctl", "unmask", "--runtime", "snetd.service"], check=True)
        subprocess.run(["systemctl", "start", "snetd.service"], check=True)
        settle()


if __name__ == "__main__":
    set_up()
    tap.run([test_status, test_answers, test_lifetime, test_missed, test_log, test_follow,
             test_monitor, test_monitor_as_user, test_closed_pipe, test_mode, test_settings,
             test_lists, test_no_snetd], clean)
