#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The window that asks, the welcome and the learned rules with a screen reader's eyes, and by the
keyboard alone."""

import os

from accessible import AccessibleCase
from case import expect, main
from gi.repository import GLib
from rig import wait

PROMPT = "Network Request"
WELCOME = "Welcome"
LEARNED = "Learned Rules"
SETS = "[tools]\nName=Tools of the Test\nComment=Programs that are on every machine.\n"
TOOLS = "".join(f"[{name}]\naction = allow\nprogram = /bin/sh\nremote-port = {port}\n"
                for port, name in enumerate(("The shell asks", "The shell answers"), 7777))
PROPOSALS = [{"action": "allow", "lifetime": "forever", "owner": os.getuid(), "program": program,
              "operation": "connect", "protocol": "tcp", "remote-host": "example.org",
              "remote-port": 443, "count": 3} for program in ("/usr/bin/curl", "/usr/bin/git")]


class Tests(AccessibleCase):
    def set_up(self):
        folder = self.rig.home / "share" / "snet" / "starter"
        folder.mkdir(parents=True)
        (folder / "sets.ini").write_text(SETS)
        (folder / "tools.rules").write_text(TOOLS)
        self.environment = {"XDG_DATA_DIRS": f"{folder.parents[1]}:/usr/local/share:/usr/share"}
        self.snetd.imported = ([{"action": "allow", "comment": name}
                                for name in ("The shell asks", "The shell answers")], 0, [])
        self.snetd.proposals = PROPOSALS
        super().set_up()

    def open(self, action, title):
        self.activate(action)
        self.rig.window(title)
        self.rig.focus(title)

    def close(self, title):
        self.rig.focus(title)
        self.rig.key("Escape")
        self.rig.no_window(title)

    def look_and_walk(self, title):
        self.check_names(title)
        self.check_walk(title)
        self.check_walk(title, "shift+Tab")

    def test_the_window_that_asks(self):
        events = [self.ask(), self.ask(program="/opt/second")]
        self.wait_status("NeedsAttention")
        self.rig.call(self.sni, "/StatusNotifierItem", "org.kde.StatusNotifierItem", "Activate",
                      GLib.Variant("(ii)", (0, 0)))
        self.rig.window(PROMPT)
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.look_and_walk(PROMPT)
        expect(not self.snetd.verdicts, "walking answers nothing")
        for event in events:
            self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window(PROMPT)

    def test_learned_rules(self):
        self.open("learned", LEARNED)
        self.rig.find("gsnet", "curl may connect: example.org, port 443, tcp")
        self.rig.click("gsnet", "git may connect: example.org, port 443, tcp", "check box")
        self.rig.sensitive("gsnet", "Add 1 Rule", "push button")
        self.look_and_walk(LEARNED)
        self.close(LEARNED)

    def test_welcome(self):
        self.open("welcome", WELCOME)
        self.rig.find("gsnet", "You Decide Who Uses the Network")
        self.look_and_walk(WELCOME)
        self.rig.click("gsnet", "Next", "push button")
        self.rig.sensitive("gsnet", "Add 2 Rules", "push button")
        self.look_and_walk(WELCOME)
        self.rig.click("gsnet", "Skip", "push button")
        self.rig.find("gsnet", "Finish", "push button")
        self.check_names(WELCOME)
        # GTK 4.8 does not tell what another page has from what is hidden; and of choices that exclude
        # each other Tab reaches the one that is made.
        names = {each.name for each in self.walk(WELCOME)}
        expect({"Back", "Ask from the beginning", "Learn for a week", "Finish"} <= names, names)
        self.close(WELCOME)


if __name__ == "__main__":
    main(Tests)
