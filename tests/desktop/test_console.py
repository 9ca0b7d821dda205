#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The security console."""

import os
import time

from case import Case, expect, main
from fake_snetd import curl
from rig import screen, wait, xdotool


class Tests(Case):
    def page(self, name):
        """By its key: a window that has just come may still move under the pointer."""
        self.rig.focus("Security Console")
        self.rig.key(f"ctrl+{('Waiting', 'Rules', 'Log').index(name) + 1}")

    def test_console_waiting(self):
        self.open_console()
        self.rig.text("gsnet", "A program that wants to use the network")
        self.rig.picture("console-empty")
        first = self.ask()
        self.ask(program="/usr/bin/webserver", operation="listen", remote_address=None,
                 remote_port=None, local_address="0.0.0.0", local_port=8000)
        self.rig.find("gsnet", "webserver wants to accept connections", "label")
        self.rig.sensitive("gsnet", "Programs that wait for an answer", "list")
        self.rig.picture("console-waiting")
        self.rig.click("gsnet", "Deny", "push button")
        id, verdict = self.verdict()[:2]
        expect((id, verdict) == (first["id"], "deny"), f"the first row's Deny: {id} {verdict}")
        # The second row has moved up, and takes clicks after a moment only.
        self.rig.gone("gsnet", "curl wants to connect", "label")
        self.rig.sensitive("gsnet", "Programs that wait for an answer", "list")
        self.rig.click("gsnet", "Allow", "push button")
        expect(self.verdict()[:2] == (self.last_id, "allow"), "the second row's Allow")
        self.close_console()

    def place(self, name, role):
        """Left, top, width, height, within the window."""
        return self.rig.find("gsnet", name, role).extents(screen.IN_WINDOW)

    def test_narrow(self):
        """In a window as wide as a telephone's screen a question is still there to be read."""
        event = self.ask()
        self.open_console()
        self.rig.sensitive("gsnet", "Programs that wait for an answer", "list")
        window = self.rig.window("Security Console")
        xdotool("windowsize", "--sync", window, 360, 600)
        wait(lambda: self.place("Deny", "push button")[0] == self.place("Allow", "push button")[0],
             "the buttons below each other")
        self.rig.picture("console-narrow")
        width = self.place("curl wants to connect", "label")[2]
        expect(width > 120, f"the question is {width} wide")
        xdotool("windowsize", "--sync", window, 800, 600)
        wait(lambda: self.place("Deny", "push button")[1] == self.place("Allow", "push button")[1],
             "the buttons beside each other")
        self.snetd.withdraw(event["id"], "exited")
        self.close_console()

    def test_console_rules(self):
        def rule(**conditions):
            self.snetd.do_Add(None, {key.replace("_", "-"): value
                                     for key, value in conditions.items()})
        rule(action="allow", lifetime="forever", owner=os.getuid(), operation="connect",
             program="/usr/bin/curl", remote_address="127.0.0.1", remote_port=8080, protocol="tcp")
        rule(action="deny", lifetime="reboot", owner=os.getuid(), operation="listen",
             program="/usr/bin/webserver", local_port=8000)
        rule(action="ask", remote_address="192.0.2.0/24")
        self.open_console()
        self.page("Rules")
        self.rig.find("gsnet", "127.0.0.1, port 8080, tcp")
        self.rig.picture("console-rules")
        self.rig.click("gsnet", "Remove the rule for curl", "push button")
        wait(lambda: 1 not in self.snetd.rules, "the rule to be removed")
        self.rig.click("gsnet", "Undo", "label")
        wait(lambda: 4 in self.snetd.rules, "the rule to be made again")
        again = self.snetd.rules[4]
        expect((again["remote-port"], again["owner"]) == (8080, os.getuid()), again)
        self.rig.find("gsnet", "127.0.0.1, port 8080, tcp")
        self.close_console()

    def test_console_log(self):
        now = int(time.time() * 1e6)
        self.snetd.events = [curl(10000 + n, serial=n, time=now - 60_000_000 + n,
                                  remote_port=n, verdict=("allow", "deny")[n % 2],
                                  reason=("rule", "user", "timeout")[n % 3]) for n in range(1, 501)]
        self.snetd.queries.clear()
        self.open_console()
        self.page("Log")
        self.rig.text("gsnet", "127.0.0.1, port 500")
        self.rig.picture("console-log")
        self.snetd.decided(curl(20000, verdict="allow", reason="user", remote_port=9999))
        self.rig.text("gsnet", "127.0.0.1, port 9999")
        # A short page first, then a whole one. To the end: the next one is asked for, by the number
        # of the last row.
        wait(lambda: len(self.snetd.queries) == 2, "the second page")
        self.rig.focus("Security Console")
        xdotool("mousemove", "--window", self.rig.window("Security Console"), 300, 300)

        def scrolled():
            xdotool("click", "--repeat", 30, 5)
            return len(self.snetd.queries) > 2
        wait(scrolled, "the third page")
        asked = [query.get("before") for query in self.snetd.queries[:3]]
        expect(asked == [None, 451, 251], asked)
        self.close_console()

    def test_console_states(self):
        self.open_console()
        self.page("Waiting")
        self.snetd.set_kernel("absent")
        self.rig.text("gsnet", "This kernel asks nobody")
        self.rig.picture("console-nokernel")
        wait(lambda: "nokernel" in self.sni_property("IconName"), "the icon")
        self.snetd.set_kernel("lsm")
        self.rig.text("gsnet", "Nothing Waits")
        self.close_console()


if __name__ == "__main__":
    main(Tests)
