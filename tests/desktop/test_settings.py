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
