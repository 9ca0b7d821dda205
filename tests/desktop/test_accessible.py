#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each window with a screen reader's eyes, and by the keyboard alone."""

import os
import time

import tree
from case import expect, main
from fake_notifications import Gnome
from fake_snetd import curl
from gi.repository import GLib
from rig import wait
from servers import ServerCase

CONSOLE = "Security Console"
DIALOG = "Create a Rule"
PAGES = ("waiting", "rules", "log", "overview", "settings")
# More presses of a key than any window has controls.
ENOUGH = 80


class Tests(ServerCase):
    # Windows are opened by gsnet's own actions.
    server_class = Gnome
    panel = True

    def activate(self, action, *parameter):
        arguments = GLib.Variant("(sava{sv})", (action, parameter, {}))
        self.rig.call("org.snet.Gsnet", "/org/snet/Gsnet", "org.gtk.Actions", "Activate", arguments)

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

    def root(self, title):
        return wait(lambda: tree.window(self.rig.screen, title), f"the window {title}")

    def check_names(self, title):
        controls = list(tree.visible(self.root(title)))
        expect(len(controls) > 5, f"{len(controls)} objects in {title}")
        found = [each for each in controls if each.is_control()]
        expect(found, f"no controls in {title}")
        values = self.values(controls)
        unnamed = [each for each in found if not each.is_named() and not self.is_expander(each)
                   and each.path not in values]
        expect(not unnamed, f"without a name in {title}: {unnamed}")
        unknown = [each for each in controls if each.role in tree.NO_ROLES]
        expect(not unknown, f"without a role in {title}: {unknown}")

    @staticmethod
    def is_expander(control):
        """A row of libadwaita that unfolds: its header is a row in it, and has the name."""
        return control.role == tree.ROW and any(each.role == tree.ROW and each.is_named()
                                                for each in tree.visible(control.node))

    @staticmethod
    def values(controls):
        """The rows in libadwaita's rows with a choice, which show what is chosen."""
        return {each.path for combo in controls if combo.role == tree.COMBO_ROW
                for each in tree.visible(combo.node) if each.role == tree.ROW}

    @staticmethod
    def focus_after(root, last):
        """What has the keyboard, once that is another than the last one."""
        def moved():
            now = tree.focused(root)
            return now if now and (not last or now.path != last.path) else None
        return wait(moved, f"the focus to move on from {last}")

    def check_walk(self, title, key="Tab"):
        """That each button is reached, and that the walk comes round. What was reached, in order."""
        root = self.root(title)
        reached = [self.focus_after(root, None)]
        for _ in range(ENOUGH):
            self.rig.key(key)
            now = self.focus_after(root, reached[-1])
            if any(now.path == each.path for each in reached):
                break
            reached.append(now)
        else:
            expect(False, f"the walk through {title} does not end: {reached}")
        paths = {each.path for each in reached}
        missed = [each for each in tree.visible(root)
                  if each.role in tree.BUTTONS and each.is_control() and each.path not in paths
                  and each.has(tree.SENSITIVE) and each.name not in ("Minimize", "Maximize", "Close")]
        expect(not missed, f"{key} does not reach {missed} in {title}, only {reached}")
        return reached

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
