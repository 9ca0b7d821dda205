#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications: what they say, how they are answered, and when they go."""

import time

from case import Case, expect, main
from rig import wait


class Tests(Case):
    def test_notification_allow(self):
        event = self.ask(deadline=int((time.time() + 60) * 1e6))
        self.rig.text("notifyd", "curl wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)")
        for button in ("Allow", "Deny", "Details…"):
            self.rig.find("notifyd", button, "push button")
        self.wait_status("NeedsAttention")
        self.rig.picture("notification")
        self.rig.click("notifyd", "Allow", "push button")
        expect(self.verdict() == (event["id"], "allow", {}), "allowed, this once")
        self.rig.gone("notifyd", "Allow", "push button")
        self.wait_status("Active")

    def test_notification_deny(self):
        event = self.ask()
        self.rig.click("notifyd", "Deny", "push button")
        expect(self.verdict() == (event["id"], "deny", {}), "denied, this once")

    def test_notification_withdrawn(self):
        event = self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.gone("notifyd", "Allow", "push button")
        self.wait_status("Active")
        expect(not self.snetd.verdicts, "no verdict")

    def test_markup_is_shown_as_it_is(self):
        self.ask(program="/tmp/<b>evil<b> & co\u202egnp.exe")
        self.rig.text("notifyd", "<b>evil<b> & co<U+202E>gnp.exe wants to connect to")
        self.rig.click("notifyd", "Deny", "push button")
        self.verdict()

    def test_at_most_three_notifications(self):
        first = [self.ask(remote_port=7000 + n) for n in range(5)]

        def shown():
            return {n for n in range(5) for text in self.rig.texts("notifyd")
                    if f"port {7000 + n}" in text}
        wait(lambda: shown() == {0, 1, 2}, "three of five")
        self.snetd.withdraw(first[1]["id"], "exited")
        wait(lambda: shown() == {0, 2, 3}, "the next one in its place")
        self.rig.picture("notifications")
        for event in first:
            self.snetd.withdraw(event["id"], "exited")
        wait(lambda: not shown(), "none")


if __name__ == "__main__":
    main(Tests)
