#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The console and 'Create a Rule' with a screen reader's eyes, and by the keyboard alone."""

import os
import time

from accessible import AccessibleCase
from case import expect, main
from fake_snetd import curl
from gi.repository import GLib
from rig import wait

CONSOLE = "Security Console"
DIALOG = "Create a Rule"
PAGES = ("waiting", "rules", "log", "overview", "settings")


class Tests(AccessibleCase):
    def open_page(self, page):
        self.activate("console", GLib.Variant("s", page))
        self.rig.window(CONSOLE)
        self.rig.focus(CONSOLE)

    def fill(self):
        """Something on each page."""
        event = self.ask(remote_host="example.org", remote_host_source="resolved",
                         ancestors=["/usr/bin/bash"], command=["curl", "example.org"])
        now = int(time.time() * 1e6)
        self.snetd.events = [curl(10000 + n, serial=n, time=now - n, verdict=("allow", "deny")[n % 2],
                                  reason="rule") for n in range(1, 9)]
        if not self.snetd.rules:
            for action in ("allow", "deny"):
                self.snetd.do_Add(None, {"action": action, "lifetime": "forever",
                                         "owner": os.getuid(), "operation": "connect",
                                         "program": "/usr/bin/curl"})
        return event

    def open_dialog(self):
        event = self.fill()
        wait(lambda: self.sni_property("Status") == "NeedsAttention", "the question")
        self.activate("details", GLib.Variant("t", event["id"]))
        self.rig.window(DIALOG)
        self.rig.focus(DIALOG)
        self.rig.sensitive("gsnet", "Deny", "push button")
        return event

    def close(self, event, *titles):
        self.snetd.withdraw(event["id"], "exited")
        for title in titles:
            if title == DIALOG:
                self.rig.no_window(title)
            else:
                self.close_console()
        self.wait_status("Active")

    def test_names_in_the_console(self):
        event = self.fill()
        for page in PAGES:
            self.open_page(page)
            self.check_names(CONSOLE)
        self.close(event, CONSOLE)

    def test_names_in_the_rule_dialog(self):
        event = self.open_dialog()
        self.check_names(DIALOG)
        self.rig.click("gsnet", "Forever", "push button")
        self.check_names(DIALOG)
        root = self.root(DIALOG)
        here = self.focus_after(root, None)
        while here.name != "Technical Details":
            self.rig.key("Tab")
            here = self.focus_after(root, here)
        self.rig.key("space")
        self.rig.find("gsnet", "Network namespace", "label")
        self.check_names(DIALOG)
        self.close(event, DIALOG)

    def test_names_in_the_menu(self):
        """The windows of shortcuts and About are made by GTK and libadwaita, which name not all in them."""
        self.open_page("waiting")
        self.rig.key("F10")
        self.rig.find("gsnet", "About*")
        self.check_names(CONSOLE)
        self.rig.key("Escape")
        self.close_console()

    def test_keyboard_in_the_console(self):
        """Each page in a new window: GTK 4.8 does not tell what another page has from what is hidden."""
        event = self.fill()
        for page in PAGES:
            self.open_page(page)
            if page == "waiting":
                # For a moment after its rows have moved, nobody can get there.
                self.rig.sensitive("gsnet", "Programs that wait for an answer", "list")
            self.check_walk(CONSOLE)
            self.close_console()
        self.close(event)

    def test_keyboard_in_the_rule_dialog(self):
        event = self.open_dialog()
        self.check_walk(DIALOG)
        expect(not self.snetd.verdicts, "walking answers nothing")
        self.check_walk(DIALOG, "shift+Tab")
        self.close(event, DIALOG)


if __name__ == "__main__":
    main(Tests)
