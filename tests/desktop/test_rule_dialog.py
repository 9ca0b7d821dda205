#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""'Create a Rule', which the details of a notification are."""

import time

from case import Case, expect, main
from fake_snetd import curl
from rig import wait

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
        self.rig.text("gsnet", "From now on, your answer holds for connections that curl makes")
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

    def test_name_and_hours(self):
        """The name of a destination lasts longer than its address; that of its network counts not."""
        self.details(remote_host="example.org", remote_host_source="resolved")
        self.rig.click("gsnet", "For Some Hours", "push button")
        self.rig.text("gsnet", "For 1 hour, your answer holds for connections that curl makes (name "
                               "example.org, port 8080, protocol tcp).")
        self.rig.key("alt+o")
        for keys in ("ctrl+a", "3", "Tab"):
            self.rig.key(keys)
        self.rig.text("gsnet", "For 3 hours, your answer holds")
        self.rig.picture("rule-hours")
        self.rig.click("gsnet", "Allow", "push button")
        options = self.verdict()[2]
        expect((options["lifetime"], options["duration"]) == ("until", 3 * 3600), options)
        expect("remote-host" in options["match"] and "remote-address" not in options["match"], options)
        self.rig.no_window("Create a Rule")

        event = self.details(remote_host="mx.example.net", remote_host_source="reverse")
        self.rig.click("gsnet", "Until I Log Out", "push button")
        self.rig.text("gsnet", "Until you log out, your answer holds for connections that curl makes "
                               "(address 127.0.0.1, port 8080, protocol tcp).")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")

    def test_until_it_ends(self):
        self.details(process=77)
        self.rig.click("gsnet", "Until It Ends", "push button")
        self.rig.text("gsnet", "Until curl ends, your answer holds for connections that curl")
        self.rig.click("gsnet", "Deny", "push button")
        expect(self.verdict()[2]["lifetime"] == "process", "until it ends")
        self.rig.no_window("Create a Rule")

    def test_past_events_are_counted(self):
        """What a rule would have decided, as its scope is chosen; nothing of what is for once."""
        def matches():
            return [call[1:] for call in self.snetd.calls if call[0] == "Match"]
        self.snetd.events = [curl(100 + number, serial=number, verdict="allow",
                                  remote_port=8080 if number < 3 else 443,
                                  program="/usr/bin/curl" if number < 5 else "/usr/bin/wget")
                             for number in range(8)]
        self.snetd.calls.clear()
        self.details()
        self.rig.sensitive("gsnet", "Deny", "push button")
        expect(not matches(), "an answer for once is no rule")
        self.rig.click("gsnet", "Forever", "push button")
        self.rig.find("gsnet", "It would have decided 3 of the last 5 calls of this program.")
        rule, filter = matches()[-1]
        expect(filter == {"program": "/usr/bin/curl"}, filter)
        expect(sorted(rule) == sorted([*ALL, "action", "lifetime"]), rule)
        self.rig.picture("rule-trial")
        self.rig.click("gsnet", "This port", "label")
        self.rig.find("gsnet", "It would have decided 5 of the last 5 calls of this program.")
        self.rig.click("gsnet", "This program", "label")
        self.rig.find("gsnet", "It would have decided 8 of the last 8 calls of all of your programs.")
        self.snetd.errors["Match"] = ("org.freedesktop.DBus.Error.UnknownMethod", "an older snetd")
        self.rig.click("gsnet", "This port", "label")
        self.rig.text("gsnet", "(address 127.0.0.1, port 8080, protocol tcp)")
        wait(lambda: not self.snetd.errors, "the question")
        expect(not [text for text in self.rig.texts("gsnet") if "would have" in text], "not known")
        self.snetd.events = []
        self.rig.click("gsnet", "Deny", "push button")
        self.verdict()
        self.rig.no_window("Create a Rule")

    def test_technical_details(self):
        event = self.details(script="/usr/bin/get", command=["curl", "-s", "a b"], process=7,
                             ancestors=["/usr/bin/bash", "/usr/bin/xterm"], unit="app.scope",
                             program_digest="ab" * 32, directory="/home", local_port=4000)
        self.rig.click("gsnet", "Technical Details")
        for text in ("/usr/bin/get", "curl -s a b", "/usr/bin/bash, /usr/bin/xterm", "app.scope",
                     "ab" * 32, "/home", "4000", "4242"):
            self.rig.find("gsnet", text, "label")
        self.rig.picture("rule-details")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")

    def test_time_is_up(self):
        event = self.details(deadline=int((time.time() + 1) * 1e6))
        self.rig.text("gsnet", "The time is up")
        expect(not self.snetd.verdicts, "no verdict")
        self.snetd.withdraw(event["id"], "timeout")
        self.rig.text("gsnet", "Nobody answered in time, so it was denied.")
        self.rig.no_window("Create a Rule")

    def test_details_error_is_shown(self):
        self.details()
        self.snetd.errors["Verdict"] = ("org.snet.Error.StoreFailed", "disk full")
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
