#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The console's page of what waits: what was missed, and why nothing waits."""

import os
import time

from case import Case, main
from fake_snetd import curl
from rig import wait


class Tests(Case):
    def miss(self, *events):
        self.snetd.missed = list(events)
        self.snetd.tell_missed()

    def test_missed(self):
        now = int(time.time() * 1e6)
        self.miss(curl(501, time=now - 90_000_000, verdict="deny", reason="timeout", count=3),
                  curl(502, time=now, verdict="allow", reason="timeout", count=1,
                       program="/usr/bin/webserver", operation="listen", remote_address=None,
                       remote_port=None, local_address="0.0.0.0", local_port=8000))
        self.open_console()
        self.rig.find("gsnet", "webserver wanted to accept connections", "label")
        self.rig.text("gsnet", "Denied 3 times, last at ")
        self.rig.text("gsnet", "Allowed at ")
        self.rig.picture("console-missed")
        self.ask()
        self.rig.find("gsnet", "curl wants to connect", "label")
        self.rig.picture("console-missed-waiting")
        self.snetd.withdraw(self.last_id, "exited")
        self.rig.gone("gsnet", "curl wants to connect", "label")
        self.rig.click("gsnet", "Dismiss: webserver", "push button")
        self.rig.gone("gsnet", "webserver wanted to accept connections", "label")
        wait(lambda: [event["id"] for event in self.snetd.missed] == [501], "one is left")
        self.close_console()

    def test_missed_rule(self):
        """A rule is made of what was missed, and then it is missed no more."""
        self.miss(curl(510, verdict="deny", reason="timeout", count=1, remote_host="example.org",
                       remote_host_source="resolved"))
        self.open_console()
        self.rig.click("gsnet", "Create a Rule…", "push button")
        self.rig.window("New Rule")
        self.rig.picture("rule-editor")
        self.rig.click("gsnet", "Add", "push button")
        wait(lambda: self.snetd.rules, "the rule")
        rule = list(self.snetd.rules.values())[-1]
        for key, value in {"action": "deny", "program": "/usr/bin/curl", "operation": "connect",
                           "protocol": "tcp", "remote-host": "example.org", "remote-port": 8080,
                           "owner": os.getuid(), "lifetime": "forever"}.items():
            assert rule[key] == value, (key, rule)
        assert "remote-address" not in rule, rule
        self.rig.no_window("New Rule")
        self.rig.click("gsnet", "Dismiss All", "push button")
        wait(lambda: not self.snetd.missed, "nothing is left")
        self.rig.text("gsnet", "Nothing Waits")
        self.close_console()

    def test_nothing_waits(self):
        self.open_console()
        for mode, words in (("monitor", "What no rule denies is allowed and logged"),
                            ("lockdown", "What no rule allows is denied"),
                            ("off", "everything is allowed"),
                            ("ask", "A program that wants to use the network")):
            self.snetd.set_mode(mode)
            self.rig.text("gsnet", words)
            self.rig.find("gsnet", "Nothing Waits")
        self.close_console()


if __name__ == "__main__":
    main(Tests)
