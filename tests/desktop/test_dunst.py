#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications on dunst, which draws no buttons: actions are in the menu that its program makes."""

import json
import subprocess

from case import Case, expect, main
from rig import wait

# What dunst runs for its menu, with a line for each action as its input, is ours: it takes the line
# of the action that a test wants.
CONFIG = """[global]
    dmenu = {chooser}
    font = DejaVu Sans 10
    width = 400
    markup = full
"""
CHOOSER = """#!/bin/sh
tee "$HOME/dunst-menu" | grep -m 1 -F "#$(cat "$HOME/dunst-choice") "
"""


class Tests(Case):
    notifications = "dunst"
    panel = False

    @classmethod
    def prepare(cls, home):
        chooser = home / "chooser"
        chooser.write_text(CHOOSER)
        chooser.chmod(0o755)
        config = home / "config" / "dunst"
        config.mkdir(parents=True)
        (config / "dunstrc").write_text(CONFIG.format(chooser=chooser))

    def dunstctl(self, *words):
        return subprocess.run(["dunstctl", *words], check=True, capture_output=True, text=True,
                              timeout=20).stdout.strip()

    def wait_shown(self, count):
        wait(lambda: self.dunstctl("count", "displayed") == str(count), f"{count} on the screen")

    def choose(self, label):
        (self.rig.home / "dunst-choice").write_text(label)
        self.dunstctl("context")

    def last(self):
        """What dunst has shown last, once it is in its history."""
        history = json.loads(self.dunstctl("history"))["data"][0]
        return {key: value["data"] for key, value in history[0].items()}

    def test_allow_and_deny(self):
        for label, word in (("Allow", "allow"), ("Deny", "deny")):
            event = self.ask(program=f"/opt/{word}")
            self.wait_shown(1)
            self.rig.picture(f"dunst-{word}")
            self.choose(label)
            expect(self.verdict() == (event["id"], word, {}), label)
            self.wait_shown(0)
            menu = (self.rig.home / "dunst-menu").read_text()
            for each in ("Allow", "Deny", "Details…"):
                expect(f"#{each} " in menu, menu)

    def test_default_is_details(self):
        event = self.ask()
        self.wait_shown(1)
        self.choose("Details…")
        self.rig.window("Create a Rule")
        expect(not self.snetd.verdicts, "no verdict")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")
        self.wait_shown(0)

    def test_markup_is_shown_as_it_is(self):
        event = self.ask(program="/tmp/<b>evil</b> & co")
        self.wait_shown(1)
        self.dunstctl("close")
        self.wait_shown(0)
        last = self.last()
        expect("&lt;b&gt;evil&lt;/b&gt; &amp; co" in last["body"], last)
        expect(not self.snetd.verdicts, "closed is not answered")
        self.wait_status("NeedsAttention")
        self.snetd.withdraw(event["id"], "exited")
        self.wait_status("Active")

    def test_withdrawn(self):
        event = self.ask()
        self.wait_shown(1)
        self.snetd.withdraw(event["id"], "exited")
        self.wait_shown(0)
        expect(not self.snetd.verdicts, "no verdict")

    def test_dunst_restarts(self):
        event = self.ask()
        self.wait_shown(1)
        self.rig.reap(self.rig.notification_server)
        wait(lambda: not self.rig.has_name("org.freedesktop.Notifications"), "no server")
        self.rig.start_notifications()
        self.wait_shown(1)
        self.choose("Allow")
        expect(self.verdict()[:2] == (event["id"], "allow"), "allowed in the new one")
        self.wait_shown(0)


if __name__ == "__main__":
    main(Tests)
