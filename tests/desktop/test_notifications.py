#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications: what they say, how they are answered, and when they go."""

import os
import shutil
import time

from case import Case, expect, main
from rig import wait


DESKTOP_FILE = """[Desktop Entry]
Type=Application
Name=Sleeper
Exec=sleep %u
"""


class Tests(Case):
    def set_up(self):
        folder = self.rig.home / "share" / "applications"
        folder.mkdir(parents=True)
        (folder / "sleeper.desktop").write_text(DESKTOP_FILE)
        self.environment = {"XDG_DATA_DIRS": f"{folder.parent}:/usr/local/share:/usr/share"}
        super().set_up()

    def test_notification_allow(self):
        event = self.ask(deadline=int((time.time() + 60) * 1e6))
        self.rig.text("notifyd", "curl wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)")
        for button in ("Allow", "Deny", "Details…"):
            self.rig.find("notifyd", button, "push button")
        self.wait_status("NeedsAttention")
        self.rig.picture("notification")
        self.rig.click("notifyd", "Allow", "push button")
        expect(self.verdict() == (event["id"], "allow", {}), "allowed, this once")
        self.rig.gone("notifyd", "Allow", "push button")
        self.wait_status("Active")

    def test_notification_deny(self):
        event = self.ask()
        self.rig.click("notifyd", "Deny", "push button")
        expect(self.verdict() == (event["id"], "deny", {}), "denied, this once")

    def test_notification_withdrawn(self):
        event = self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.gone("notifyd", "Allow", "push button")
        self.wait_status("Active")
        expect(not self.snetd.verdicts, "no verdict")

    def test_markup_is_shown_as_it_is(self):
        self.ask(program="/tmp/<b>evil<b> & co\u202egnp.exe")
        self.rig.text("notifyd", "<b>evil<b> & co<U+202E>gnp.exe wants to connect to")
        self.rig.click("notifyd", "Deny", "push button")
        self.verdict()

    def ports(self, count):
        return {number for number in range(count) for text in self.rig.texts("notifyd")
                if f"port {7000 + number} " in text}

    def withdraw_all(self, events):
        for event in events:
            self.snetd.withdraw(event["id"], "exited")
        wait(lambda: not self.ports(len(events)), "none")

    def test_three_notifications(self):
        asked = [self.ask(program=f"/opt/program{number}", remote_port=7000 + number)
                 for number in range(3)]
        wait(lambda: self.ports(3) == {0, 1, 2}, "three of three")
        expect(not [text for text in self.rig.texts("notifyd") if "more" in text], "no number")
        self.withdraw_all(asked)

    def test_at_most_three_notifications(self):
        """The third is the number of those that are not shown, and leads to the window."""
        asked = [self.ask(program=f"/opt/program{number}", remote_port=7000 + number)
                 for number in range(6)]
        self.rig.text("notifyd", "4 more requests wait")
        wait(lambda: self.ports(6) == {0, 1}, "two of six")
        self.rig.text("notifyd", "program2, program3, program4, …")
        self.rig.picture("notifications")
        self.snetd.withdraw(asked[1]["id"], "exited")
        wait(lambda: self.ports(6) == {0, 2}, "the next one in its place")
        self.rig.text("notifyd", "3 more requests wait")
        self.rig.click("notifyd", "Show", "push button")
        self.rig.window("Network Request")
        self.rig.text("gsnet", "1 of 5")
        expect(not self.snetd.verdicts, "no verdict")
        self.withdraw_all(asked)
        wait(lambda: not [text for text in self.rig.texts("notifyd") if "more request" in text],
             "no number of none")
        self.rig.no_window("Network Request")

    def test_one_of_each_program(self):
        """Its other requests are counted, and follow one by one."""
        asked = [self.ask(remote_port=7000 + number) for number in range(4)]
        self.rig.text("notifyd", "3 more requests of it wait")
        expect(self.ports(4) == {0}, "the first of them")
        other = self.ask(program="/opt/other")
        self.rig.text("notifyd", "other wants to connect to")
        self.rig.picture("notifications-merged")
        self.rig.click("notifyd", "Deny", "push button")
        wait(lambda: self.snetd.verdicts, "a verdict")
        expect(self.verdict()[0] in (asked[0]["id"], other["id"]), "one that is shown")
        self.withdraw_all([other, *asked])
        self.rig.gone("notifyd", "Allow", "push button")

    def test_five_hundred(self):
        """None is lost, and what is on the screen stays few."""
        asked = [self.ask(program=f"/opt/program{number % 50}", remote_port=7000 + number)
                 for number in range(500)]
        self.rig.text("notifyd", "480 more requests wait")
        expect(len(self.ports(500)) == 2, self.ports(500))
        wait(lambda: "500" in self.sni_property("Title"), "all of them in the icon's title")
        self.withdraw_all(asked)
        self.wait_status("Active")

    def test_name_of_the_desktop_file(self):
        """An administrator's desktop file says what a program is called; another's does not."""
        name = "Sleeper" if os.getuid() == 0 else "sleep"
        event = self.ask(program=os.path.realpath(shutil.which("sleep")))
        self.rig.text("notifyd", f"{name} wants to connect to")
        self.snetd.withdraw(event["id"], "exited")
        event = self.ask(program="/home/me/bin/sleep")
        self.rig.text("notifyd", "sleep wants to connect to")
        self.withdraw_all([event])
        self.rig.gone("notifyd", "Allow", "push button")


if __name__ == "__main__":
    main(Tests)
