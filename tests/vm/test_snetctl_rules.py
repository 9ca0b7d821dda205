#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""snetctl rules, learn and run on the real kernel, with curl and Python."""

import errno
import http.server
import json
import os
import subprocess
import threading

import tap
from snetbus import Signals, rules, set_mode, verdict
from snetctl import CONNECT, PROBE, PYTHON, clean, expect, port, probe, run, set_up, snetctl

CURL = os.path.realpath("/usr/bin/curl")
NOT_THERE = 127


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the page\n")

    def log_message(self, *unused):
        pass


def listed(*words):
    return json.loads(snetctl("rules", "list", "--json", *words).stdout)


def denied():
    """What a program that connects ends with: 0, or the errno."""
    return run([PROBE, "-I", "-c", CONNECT, str(port())]).returncode


def test_rules():
    """a rule is tried, made, disabled, removed and made again, and decides accordingly"""
    with Signals() as signals:
        held = probe(signals)
        verdict(held.id, "deny")
        expect(held.finish()[0], errno.EACCES, "errno")
    rule = ("add", "deny", f"--program={PROBE}", f"--remote-port={port()}", "--errno=ECONNREFUSED")
    snetctl("rules", "explain", f"--event={held.id}")
    tried = snetctl("rules", *rule, "--dry-run").stdout
    assert "It would have decided 1 of the last" in tried, tried
    expect(rules(), [], "rules")
    snetctl("rules", *rule)
    number = str(rules()[0]["id"])
    expect(denied(), errno.ECONNREFUSED, "errno")
    shown = snetctl("rules", "show", number).stdout
    assert "It has decided 1 call" in shown and "errno=ECONNREFUSED" in shown, shown
    snetctl("rules", "disable", number)
    snetctl("rules", "add", "allow", f"program={PROBE}")
    expect(denied(), 0, "exit status")
    snetctl("rules", "enable", number)
    expect(denied(), errno.ECONNREFUSED, "errno")
    why = snetctl("rules", "explain", "operation=connect", f"program={PROBE}",
                  "remote-address=127.0.0.1", f"remote-port={port()}").stdout
    assert why.index(f"  {number}  Deny") < why.index("Allow"), why
    said = snetctl("rules", "remove", number).stdout
    expect(denied(), 0, "exit status")
    line = said[said.index("To have it back: ") + len("To have it back: "):].strip()
    subprocess.run(line, shell=True, check=True, stdout=subprocess.DEVNULL)
    expect(denied(), errno.ECONNREFUSED, "errno")


def test_edit_and_transfer():
    """a rule is changed in an editor, exported, and imported again"""
    snetctl("rules", "add", "allow", f"program={PROBE}")
    expect(denied(), 0, "exit status")
    snetctl("rules", "edit", env={**os.environ, "VISUAL": "sed -i s/action=allow/action=deny/"})
    expect(denied(), errno.EACCES, "errno")
    text = snetctl("rules", "export", "--system").stdout
    snetctl("rules", "remove", str(rules()[0]["id"]))
    with open("/tmp/my.rules", "w", encoding="utf-8") as file:
        file.write(text)
    assert "1 rule would be made" in snetctl("rules", "import", "-n", "/tmp/my.rules").stdout
    snetctl("rules", "import", "--system", "/tmp/my.rules")
    expect(denied(), errno.EACCES, "errno")


def test_learn():
    """what a program did in the mode monitor becomes a rule, by which it may"""
    snetctl("learn", "--start=1h")
    expect(denied(), 0, "exit status")
    proposed = json.loads(snetctl("learn", "--json", f"--program={PROBE}").stdout)
    expect([rule["remote-port"] for rule in proposed], [port()], "ports")
    snetctl("learn", "--accept-all", f"--program={PROBE}", "--since=1h")
    set_mode("lockdown")
    expect(denied(), 0, "exit status")


def test_run():
    """run: a command is known by its scope, allowed and denied for this one run"""
    set_mode("off")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    set_mode("lockdown")
    url = f"http://127.0.0.1:{server.server_port}/"
    snetctl("rules", "add", "allow", f"program={PYTHON}")
    done = snetctl("run", "-o", "/tmp/events", "--rules", "--allow", "--", "sh", "-c",
                   f"curl -sS {url}; curl -sS {url}")
    expect(done.stdout, "the page\n" * 2, "output")
    assert f"snet: allowed  curl  connect  localhost:{server.server_port}/tcp  (rule" in done.stderr, \
        done.stderr
    assert f"--program={CURL}" in done.stderr, done.stderr
    with open("/tmp/events", encoding="utf-8") as file:
        events = [event for event in json.load(file) if event["operation"] == "connect"]
    expect({event["program"] for event in events}, {CURL}, "programs")
    expect(len({event["pid"] for event in events}), 2, "processes")
    assert all("snetctl-run-" in event["cgroup"] for event in events if "cgroup" in event), events
    expect([rule for rule in listed() if "cgroup" in rule], [], "rules that are left")

    set_mode("monitor")
    done = snetctl("run", "-q", "--deny", "curl", "-sS", url, status=7)
    assert "denied" in done.stderr, done.stderr
    done = snetctl("run", "--", "curl", "-sS", url)
    assert "(monitor)" in done.stderr, done.stderr
    snetctl("run", "no-such-command", status=NOT_THERE)
    server.shutdown()


def test_run_held():
    """run: what is held is said, and goes on when somebody answers"""
    with Signals() as signals:
        process = subprocess.Popen(["snetctl", "run", PROBE, "-I", "-c", CONNECT, str(port())],
                                   stderr=subprocess.PIPE, text=True)
        identity, _ = signals.wait("Requested", lambda event: event[1]["program"] == PROBE)
        line = process.stderr.readline()
        assert line.startswith("snet: held") and f"localhost:{port()}/tcp" in line, line
        verdict(identity, "deny")
        said = process.stderr.read()
        expect(process.wait(60), errno.EACCES, "exit status")
        assert "snet: denied" in said and "(user)" in said, said


if __name__ == "__main__":
    set_up()
    tap.run([test_rules, test_edit_and_transfer, test_learn, test_run, test_run_held], clean)
