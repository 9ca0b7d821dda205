#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""'Create a Rule', which the details of a notification are."""

import time

from case import Case, expect, main

ALL = ["operation", "program", "protocol", "remote-address", "remote-port"]


class Tests(Case):
    def details(self, **more):
        event = self.ask(**more)
        self.rig.click("notifyd", "Details…", "push button")
        self.rig.window("Create a Rule")
        return event

    def test_details_forever(self):
        event = self.details(deadline=int((time.time() + 60) * 1e6))
        self.rig.find("gsnet", "Your answer holds for this one call. You will be asked again.")
        self.rig.picture("rule-once")
        self.rig.click("gsnet", "Forever", "push button")
        self.rig.text("gsnet", "From now on, your answer also holds for connections that curl makes")
        self.rig.picture("rule-forever")
        self.rig.click("gsnet", "Allow", "push button")
        id, verdict, options = self.verdict()
        expect((id, verdict, options["lifetime"]) == (event["id"], "allow", "forever"), options)
        expect(sorted(options["match"]) == ALL, options["match"])
        self.rig.no_window("Create a Rule")

    def test_details_widened(self):
        self.details()
        self.rig.click("gsnet", "Until Restart", "push button")
        self.rig.click("gsnet", "This port", "label")
        self.rig.text("gsnet", "connections that curl makes (address 127.0.0.1, protocol tcp)")
        self.rig.click("gsnet", "Deny", "push button")
        verdict, options = self.verdict()[1:]
        expect((verdict, options["lifetime"]) == ("deny", "reboot"), options)
        expect(sorted(options["match"]) == sorted(set(ALL) - {"remote-port"}), options["match"])

    def test_details_error_is_shown(self):
        self.details()
        self.snetd.next_error = ("org.snet.Error.StoreFailed", "disk full")
        self.rig.click("gsnet", "Allow", "push button")
        self.rig.text("gsnet", "could not be saved, so nothing was decided")
        self.rig.picture("rule-error")
        self.rig.click("gsnet", "Allow", "push button")
        expect(self.verdict()[1:] == ("allow", {"lifetime": "once"}), "the second try")

    def test_details_keyboard(self):
        self.details()
        self.rig.focus("Create a Rule")
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.rig.key("alt+d")
        expect(self.verdict()[1] == "deny", "denied by Alt+D")
        self.rig.no_window("Create a Rule")

    def test_details_escape_answers_nothing(self):
        event = self.details()
        self.rig.focus("Create a Rule")
        self.rig.key("Escape")
        self.rig.no_window("Create a Rule")
        expect(not self.snetd.verdicts, "no verdict")
        self.wait_status("NeedsAttention")
        self.snetd.withdraw(event["id"], "timeout")
        self.wait_status("Active")

    def test_typing_ahead_answers_nothing(self):
        """Keys that come as the window does, before a person can have read it."""
        event = self.ask()
        self.rig.click("notifyd", "Details…", "push button")
        for keys in ("alt+a", "Return", "space", "alt+d"):
            self.rig.key(keys)
        self.rig.window("Create a Rule")
        for keys in ("alt+a", "Return", "alt+d"):
            self.rig.key(keys)
        self.rig.sensitive("gsnet", "Deny", "push button")
        expect(not self.snetd.verdicts, "no verdict from keys that came too early")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")

    def test_details_withdrawn(self):
        event = self.details()
        self.snetd.withdraw(event["id"], "exited")
        self.rig.text("gsnet", "The program has ended.")
        self.rig.picture("rule-withdrawn")
        self.rig.no_window("Create a Rule")


if __name__ == "__main__":
    main(Tests)
