#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications on GNOME Shell, as a fake of it has them."""

from case import expect, main
from fake_notifications import Gnome
from servers import ServerTests


class Tests(ServerTests):
    server_class = Gnome

    def test_window_gets_focus(self):
        """Then the shell closes what is not resident; what waits is to stay in sight."""
        asked = [self.ask(program=f"/opt/program-{number}") for number in range(2)]
        shown = self.wait_shown(2)
        self.open_console()
        self.server.focus_window_of(shown[0].sender)
        self.close_console()
        expect(len(self.wait_shown(2)) == 2, "both wait and are seen")
        for event in asked:
            self.snetd.withdraw(event["id"], "exited")
        self.nothing_is_left()


if __name__ == "__main__":
    main(Tests)
