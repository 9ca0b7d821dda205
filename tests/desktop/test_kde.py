#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications on KDE Plasma, as a fake of it has them."""

from case import expect, main
from fake_notifications import Plasma
from servers import ServerTests


class Tests(ServerTests):
    server_class = Plasma

    def test_the_same_again_at_once(self):
        """It is refused, as it says the same within a second; it is shown all the same."""
        before = self.server.refused
        event, shown = self.notified()
        self.snetd.withdraw(event["id"], "exited")
        self.wait_shown(0)
        event, again = self.notified()
        expect(self.server.refused > before, "this test is about what was refused")
        expect(again.text() == shown.text(), again)
        expect(not self.rig.has_window("Create a Rule"), "no window instead")
        self.server.press(again, "Allow")
        expect(self.verdict()[0] == event["id"], "allowed")
        self.nothing_is_left()


if __name__ == "__main__":
    main(Tests)
