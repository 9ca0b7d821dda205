#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where notifications have no buttons the window asks, whatever is preferred."""

import os

from case import Case, expect, main
from fake_notifications import Server


class Plain(Server):
    information = ("plain", "nobody", "1", "1.2")
    capabilities = ("body",)


class Tests(Case):
    notifications = None

    def set_up(self):
        self.server = Plain(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        self.server.start()
        super().set_up()

    def test_window_instead(self):
        first = self.ask()
        self.rig.window("Network Request")
        second = self.ask(program="/opt/second")
        self.rig.text("gsnet", "1 of 2")
        self.rig.focus("Network Request")
        for event in (first, second):
            self.rig.sensitive("gsnet", "Deny", "push button")
            self.rig.key("alt+d")
            expect(self.verdict()[:2] == (event["id"], "deny"), "denied")
        self.rig.no_window("Network Request")
        expect(not self.server.all, "nothing that cannot be answered")


if __name__ == "__main__":
    main(Tests)
