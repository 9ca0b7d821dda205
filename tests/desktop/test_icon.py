#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The status icon in a real panel: its states and its menu."""

import contextlib
import time

from case import Case, DBUSMENU, SNI, expect, main
from gi.repository import GLib
from rig import Failed, wait


class Tests(Case):
    def submenu(self, label):
        return [item for parent in self.layout() if parent[1].get("label") == label
                for item in parent[2]]

    def choose(self, label, item_label):
        """A click on an item of a submenu of the status icon's menu."""
        wait(lambda: [item for item in self.submenu(label) if item[1]["label"] == item_label
                      and item[1]["enabled"]], f"{item_label} in {label}")
        id = [item[0] for item in self.submenu(label) if item[1]["label"] == item_label][0]
        self.menu_event(id)

    def test_menu(self):
        before = self.menu()
        expect([label for _, label in before] ==
               ["_Pause Asking", "What No _Rule Decides", None, "Open _Security Console", "_Quit"],
               before)
        event = self.ask(program="/opt/a_b")
        wait(lambda: len(self.menu()) == 8, "the request in the menu")
        after = self.menu()
        expect(after[0][1] == "1 waiting" and after[2][1] is None, after)
        expect(after[1][1] == "a__b wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)", after)
        expect(after[3:] == before, "items keep their ids")
        arguments = GLib.Variant("(isvu)", (after[1][0], "clicked", GLib.Variant("i", 0), 0))
        self.rig.call(self.sni, *DBUSMENU, "Event", arguments)
        self.rig.window("Create a Rule")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")
        with contextlib.suppress(GLib.Error):
            self.rig.call(self.sni, *DBUSMENU, "Event", arguments)
            raise Failed("a click on an item that is gone")

    def test_icon_opens_what_waits(self):
        event = self.ask()
        self.wait_status("NeedsAttention")
        self.rig.call(self.sni, *SNI, "Activate", GLib.Variant("(ii)", (0, 0)))
        self.rig.window("Network Request")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Network Request")

    def test_modes(self):
        def tooltip():
            return self.sni_property("ToolTip")[3]
        self.open_console()
        for mode, words, sentence in (
                ("monitor", "Monitoring", "What no rule denies is allowed"),
                ("lockdown", "Locked Down", "What no rule allows is denied"),
                ("off", "Off", "The firewall is off")):
            self.snetd.set_mode(mode)
            self.rig.find("gsnet", words)
            wait(lambda: self.sni_property("IconName") == f"org.snet.Gsnet-{mode}-symbolic",
                 f"the icon of {mode}")
            wait(lambda: tooltip().startswith(sentence), f"the tooltip of {mode}")
            wait(lambda: self.sni_property("Title") == f"Firewall: {words}", f"the title of {mode}")
            self.rig.picture(f"console-{mode}")
        self.snetd.set_mode("off", int(time.time() * 1e6) + 60_000_000)
        wait(lambda: ", until " in tooltip(), "the end in the tooltip")
        self.snetd.set_mode("ask")
        self.rig.find("gsnet", "Asking")
        wait(lambda: tooltip() == "Nothing waits", "the tooltip without a mode")
        expect(self.sni_property("Title") == "Firewall", self.sni_property("Title"))
        self.close_console()

    def test_mode_is_chosen(self):
        def chosen():
            return [item[1]["label"] for item in self.submenu("What No _Rule Decides")
                    if item[1]["toggle-state"]]
        wait(lambda: chosen() == ["_Ask"], "asking in the menu")
        self.choose("What No _Rule Decides", "_Off")
        wait(lambda: chosen() == ["_Off"], "off in the menu")
        expect(self.snetd.mode() == ("off", 0), self.snetd.mode())
        wait(lambda: not self.submenu("_Pause Asking"), "nothing to pause")
        self.choose("What No _Rule Decides", "_Ask")
        wait(lambda: chosen() == ["_Ask"], "asking again in the menu")

        self.choose("_Pause Asking", "For 15 _Minutes")
        wait(lambda: chosen() == ["_Monitor: Allow and Log"], "monitoring in the menu")
        mode, until = self.snetd.mode()
        expect(mode == "monitor" and 890e6 < until - time.time() * 1e6 < 900e6, (mode, until))
        self.snetd.set_mode("ask")
        self.choose("_Pause Asking", "Until _Tomorrow")
        wait(lambda: chosen() == ["_Monitor: Allow and Log"], "monitoring until tomorrow")
        mode, until = self.snetd.mode()
        expect(time.localtime(until / 1e6)[3:6] == (6, 0, 0), (mode, until))
        expect(0 < until / 1e6 - time.time() < 26 * 3600, (mode, until))

        self.snetd.errors["SetMode"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.choose("What No _Rule Decides", "_Off")
        self.rig.window("Security Console")
        self.rig.text("gsnet", "You are not allowed to do this.")
        self.rig.picture("console-mode-refused")
        self.rig.click("gsnet", "Monitoring")
        self.rig.find("gsnet", "Ask Again")
        self.rig.picture("console-mode-menu")
        self.rig.key("a")
        wait(lambda: self.snetd.mode() == ("ask", 0), "asking, by the console")
        self.close_console()

    def test_panel_restarts(self):
        self.rig.reap(self.rig.panel)
        wait(lambda: not self.rig.has_name("org.kde.StatusNotifierWatcher"), "no watcher")
        self.rig.panel = self.rig.start_panel()
        wait(lambda: self.sni in self.registered_items(), "the icon in the new panel")


if __name__ == "__main__":
    main(Tests)
