#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The console's settings: those of the firewall, of the desktop, and the numbers."""

from case import Case, expect, main
from gi.repository import GLib
from rig import wait


class Tests(Case):
    def open_settings(self):
        self.open_console()
        self.rig.focus("Security Console")
        self.rig.key("ctrl+5")
        self.rig.find("gsnet", "Start at Login", "label")

    def test_numbers(self):
        self.snetd.statistics = {"rules": GLib.Variant("t", 17), "lost": GLib.Variant("t", 0),
                                 "gaps": GLib.Variant("t", 3),
                                 "decided": GLib.Variant("a{st}", {"rule": 4711, "timeout": 0})}
        self.open_settings()
        self.rig.picture("settings")
        for text in ("17", "4711", "Gaps in the Log"):
            self.rig.find("gsnet", text, "label")
        expect(not self.rig.look("gsnet", "Missing in the Log", "label"), "nothing is missing")
        self.close_console()

    def test_autostart(self):
        self.open_settings()
        path = self.rig.home / "config" / "autostart" / "org.snet.Gsnet.desktop"
        self.rig.click("gsnet", "Start at Login", "label")
        wait(path.exists, "the file that hides the installed one")
        expect("Hidden=true" in path.read_text(), path.read_text())
        self.rig.click("gsnet", "Start at Login", "label")
        wait(lambda: not path.exists(), "the file to be gone")
        self.close_console()

    def calls(self, method):
        return [call[1:] for call in self.snetd.calls if call[0] == method]

    def choose(self, row, choice):
        self.rig.click("gsnet", row, "label")
        self.rig.click("gsnet", choice, "label")

    def test_policy(self):
        self.open_settings()
        self.choose("When Nobody Answers", "Allow")
        wait(lambda: self.calls("SetVerdictPolicy") == [("allow",)], "the new policy")

        self.snetd.errors["SetVerdictPolicy"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.choose("When Nobody Answers", "Deny")
        self.rig.text("gsnet", "You are not allowed to do this.")
        self.rig.find("gsnet", "Allow", "label")
        expect(not self.rig.look("gsnet", "Deny", "label"), "what is so is shown again")
        self.close_console()

    def test_mode(self):
        self.open_settings()
        self.choose("What No Rule Decides", "Lock down: deny")
        wait(lambda: self.calls("SetMode") == [("lockdown", {})], "the new mode")
        self.rig.find("gsnet", "What no rule allows is denied; nobody is asked", "label")

        self.snetd.errors["SetMode"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.choose("What No Rule Decides", "Ask")
        self.rig.text("gsnet", "You are not allowed to do this.")
        self.rig.find("gsnet", "Lock down: deny", "label")
        self.choose("What No Rule Decides", "Ask")
        wait(lambda: self.snetd.mode() == ("ask", 0), "asking again")
        self.rig.find("gsnet", "What no rule decides is asked about", "label")
        self.close_console()

    def set_delay(self, text):
        """Into the row, in place of what is there, and applied by Enter."""
        self.rig.click("gsnet", "Seconds to Answer")
        self.rig.key("ctrl+a")
        self.rig.type(text)
        self.rig.key("Return")

    def test_delay(self):
        self.open_settings()
        self.set_delay("45")
        wait(lambda: self.calls("SetVerdictDelay") == [(45,)], "the new delay")
        # What is no number is refused by snetd, and then what is so is shown again.
        self.snetd.errors["SetVerdictDelay"] = ("org.freedesktop.DBus.Error.InvalidArgs",
                                                "must be between 1 and 3600")
        self.set_delay("soon")
        wait(lambda: self.calls("SetVerdictDelay")[1:] == [(0,)], "the call that is refused")
        self.rig.text("gsnet", "must be between 1 and 3600")
        self.rig.picture("settings-refused")
        self.set_delay("30")
        wait(lambda: self.calls("SetVerdictDelay")[2:] == [(30,)], "the third try")
        self.close_console()

    def asks_with(self):
        """As it was kept: the next gsnet begins with it."""
        path = self.rig.home / "config" / "glib-2.0" / "settings" / "keyfile"
        return [line for line in path.read_text().splitlines() if line.startswith("ask-with=")]

    def test_ask_with(self):
        self.open_settings()
        self.choose("How to Ask", "In a window")
        wait(lambda: self.asks_with() == ["ask-with='window'"], "the choice to be kept")
        event = self.ask()
        self.rig.window("Network Request")
        expect(not self.rig.look("notifyd", "Allow", "push button"), "no notification")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Network Request")
        self.rig.focus("Security Console")
        self.choose("How to Ask", "With a notification")
        wait(lambda: self.asks_with() != ["ask-with='window'"], "the choice to be kept")
        event = self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        expect(not self.rig.has_window("Network Request"), "no window")
        self.snetd.withdraw(event["id"], "exited")
        self.wait_status("Active")
        self.close_console()

    def test_no_kernel(self):
        self.snetd._change(VerdictDelay=GLib.Variant("u", 0), VerdictPolicy=GLib.Variant("s", ""))
        self.open_settings()
        self.rig.find("gsnet", "When Nobody Answers", "label")
        self.rig.picture("settings-no-kernel")
        self.snetd._change(VerdictDelay=GLib.Variant("u", 30),
                           VerdictPolicy=GLib.Variant("s", "deny"))
        self.close_console()


if __name__ == "__main__":
    main(Tests)
