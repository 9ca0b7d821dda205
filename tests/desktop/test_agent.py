#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""As snetd's agent: one in a session, started by the bus, there again, and never behind the times."""

import os
import pathlib
import subprocess

from case import Case, IDLE, expect, main
from gi.repository import GLib
from rig import wait

APPLICATION = ("org.snet.Gsnet", "/org/snet/Gsnet", "org.freedesktop.Application")
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


class Tests(Case):
    def questions(self):
        return self.rig.screen.texts("notifyd").count(("push button", "Allow"))

    def test_one_in_a_session(self):
        expect(len(self.snetd.agents) == 1, self.snetd.agents)
        second = subprocess.run([self.rig.gsnet], check=True, timeout=20)
        expect(second.returncode == 0, "the second one leaves it to the first")
        # It wanted to be seen.
        self.rig.window("Security Console")
        self.close_console()
        expect(len(self.snetd.agents) == 1, self.snetd.agents)

    def test_snetd_restarts_with_questions(self):
        """What waits with the old snetd is gone, also from a window that was open."""
        self.ask(program="/usr/bin/old")
        self.rig.click("notifyd", "Details…", "push button")
        self.rig.window("Create a Rule")
        self.snetd.stop()
        self.rig.gone("notifyd", "Allow", "push button")
        self.rig.no_window("Create a Rule")
        # The new one offers what waits with it, once.
        self.ask()
        self.snetd.start()
        wait(lambda: len(self.snetd.agents) == 1, "the agent again")
        wait(lambda: self.questions() == 1, "one question")
        self.rig.click("notifyd", "Allow", "push button")
        expect(self.verdict()[0] == self.last_id, "the answer to the new one")
        self.wait_status("Active")

    def test_bus_restarts(self):
        self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.rig.restart_system_bus()
        self.snetd = self.rig.snetd
        self.rig.gone("notifyd", "Allow", "push button")
        wait(lambda: "nodaemon" in self.sni_property("IconName"), "the icon without snetd")
        self.snetd.start()
        wait(lambda: len(self.snetd.agents) == 1, "the agent on the new bus")
        wait(lambda: self.sni_property("IconName") == IDLE, "the idle icon")
        event = self.ask()
        self.rig.click("notifyd", "Deny", "push button")
        expect(self.verdict() == (event["id"], "deny", {}), "an answer by the new bus")

    def test_answer_that_crosses_a_restart(self):
        """A click on what has just gone decides nothing."""
        event = self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.snetd.withdraw(event["id"], "timeout")
        self.rig.gone("notifyd", "Allow", "push button")
        self.rig.call(*APPLICATION, "ActivateAction", GLib.Variant(
            "(sava{sv})", ("details", [GLib.Variant("t", event["id"])], {})))
        # A window that comes later than that one would have.
        self.open_console()
        expect(not self.rig.has_window("Create a Rule"), "no window of what is over")
        self.close_console()

    def test_bus_starts_it(self):
        """As a launcher does, by the file that is installed."""
        self.rig.reap(self.gsnet)
        self.gsnet = None
        self.snetd.agents.clear()
        installed = pathlib.Path(self.rig.schemas) / "org.snet.Gsnet.service"
        lines = installed.read_text().splitlines()
        command = next(line for line in lines if line.startswith("Exec="))
        options = command.split(" ", 1)[1]
        folder = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "dbus-1" / "services"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / installed.name).write_text("\n".join(
            f"Exec={self.rig.gsnet} {options}" if line == command else line for line in lines))
        names = ("DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS", "ASAN_OPTIONS")
        environment = {name: os.environ[name] for name in names if name in os.environ}
        self.rig.call(*BUS, "UpdateActivationEnvironment",
                      GLib.Variant("(a{ss})", (dict(environment, G_DEBUG="fatal-criticals"),)))
        self.rig.call(*BUS, "ReloadConfig")
        self.rig.session.call_sync(*APPLICATION, "Activate", GLib.Variant("(a{sv})", ({},)), None,
                                   0, 60000, None)
        self.rig.window("Security Console")
        wait(lambda: len(self.snetd.agents) == 1, "the agent")
        self.rig.call(*APPLICATION, "ActivateAction", GLib.Variant("(sava{sv})", ("quit", [], {})))
        wait(lambda: not self.rig.has_name(APPLICATION[0]), "its end")


if __name__ == "__main__":
    main(Tests)
