#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From its start to its end: snetd that comes late or again, strangers, and quitting."""

import os

from case import Case, WINDOWS, expect, main
from fake_snetd import FakeSnetd
from gi.repository import GLib
from rig import Failed, wait


class Tests(Case):
    def set_up(self):
        """The first test starts it."""

    def test_starts_before_snetd(self):
        self.start_gsnet()
        wait(lambda: self.sni in self.registered_items(), "the icon in the panel")
        expect(self.sni_property("IconName") == "org.snet.Gsnet-nodaemon-symbolic", "its state")
        expect(self.sni_property("Id") and self.sni_property("Menu") == "/MenuBar", "Id and Menu")
        expect(self.sni_property("ItemIsMenu") is False, "ItemIsMenu")
        expect(len(self.sni_property("IconPixmap")) == 3, "pixmaps for hosts without the icon")
        for title in WINDOWS:
            expect(not self.rig.has_window(title), "no window at start")
        self.start_snetd()
        expect(self.snetd.agents[0][1] == "/org/snet/Gsnet/Agent", "the agent's path")

    def test_snetd_restarts(self):
        self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.snetd.stop()
        self.rig.gone("notifyd", "Allow", "push button")
        wait(lambda: "nodaemon" in self.sni_property("IconName"), "the icon")
        self.open_console()
        self.rig.text("gsnet", "The firewall service is not running")
        self.rig.picture("console-nodaemon")
        self.close_console()
        self.snetd.start()
        wait(lambda: self.snetd.agents, "the agent again")
        wait(lambda: self.sni_property("IconName") == "org.snet.Gsnet-symbolic", "the idle icon")

    def test_strangers_are_refused(self):
        stranger = FakeSnetd(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
        sender, path = self.snetd.agents[0]
        event = GLib.Variant("(ta{sv})", (1, {}))
        try:
            stranger.bus.call_sync(sender, path, "org.snet.Agent", "Ask", event, None, 0, 5000,
                                   None)
        except GLib.Error as error:
            expect("AccessDenied" in error.message, error.message)
            return
        raise Failed("a stranger may ask")

    def test_quit(self):
        self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.menu_event(next(id for id, label in self.menu() if label == "_Quit"))
        expect(self.gsnet.wait(20) == 0, "a clean exit")
        self.rig.gone("notifyd", "Allow", "push button")
        expect(not self.snetd.verdicts, "no verdict")


if __name__ == "__main__":
    main(Tests)
