#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each window as a picture, in whatever look, to be judged by eye.

    GSNET_TEST_PICTURES=DIR GSNET_TEST_LOOK=2x,dark test_look.py GSNET SCHEMA-DIR

A look is any of the names in LOOKS of rig.py. "fr" and "es" need gsnet's translations to be installed;
"rtl" is Hebrew, and GTK mirrors only a program that has a translation, so that any file will do as its
one. As a test it sees that each window opens, whatever it is called.
"""

import os
import time

from case import SNI, expect, main
from fake_notifications import Gnome
from fake_snetd import curl
from gi.repository import GLib
from rig import look_names, screen, wait, xdotool
from servers import ServerCase

PAGES = ("waiting", "rules", "log", "overview", "settings")
PROGRAMS = ("/usr/bin/curl", "/usr/lib/firefox/firefox", "/usr/bin/python3.11")


class Tests(ServerCase):
    server_class = Gnome
    settings = {**ServerCase.settings, **({"console-width": "360"} if "narrow" in look_names() else {})}

    def shown(self, name, do, is_new=False):
        """A picture of the window that something opens, once it looks the same twice."""
        before = set(screen.windows_of("gsnet"))
        do()
        new = wait(lambda: set(screen.windows_of("gsnet")) - before or not is_new and before,
                   f"a window for {name}").pop()
        xdotool("windowactivate", "--sync", new)
        self.rig.settled()
        self.rig.picture(name)
        return new

    def close(self, window):
        xdotool("windowactivate", "--sync", window)
        self.rig.key("Escape")
        self.rig.key("ctrl+w")
        wait(lambda: window not in screen.windows_of("gsnet"), "the window to close")

    def questions(self):
        return [self.ask(program=program, comm=program.rpartition("/")[2], remote_port=443 + n,
                         remote_host="www.example.org", remote_host_source="resolved",
                         remote_address="192.0.2.7", ancestors=["/usr/bin/bash"],
                         deadline=int((time.time() + 300) * 1e6))
                for n, program in enumerate(PROGRAMS)]

    def fill(self):
        now = int(time.time() * 1e6)
        self.snetd.events = [
            curl(10000 + n, serial=n, time=now - n * 40_000_000, program=PROGRAMS[n % 3],
                 remote_host=("www.example.org", None)[n % 2], remote_port=443,
                 remote_host_source=("resolved", None)[n % 2], remote_address="192.0.2.7",
                 verdict=("allow", "allow", "deny")[n % 3], reason=("rule", "user", "ticket")[n % 3])
            for n in range(1, 90)]
        for n, program in enumerate(PROGRAMS):
            self.snetd.do_Add(None, {"action": ("allow", "deny", "ask")[n], "operation": "connect",
                                     "lifetime": "forever", "owner": os.getuid(),
                                     "program": program, "remote-port": 443})

    def test_windows(self):
        self.fill()
        events = self.questions()
        self.wait_status("NeedsAttention")
        prompt = self.shown("look-prompt", lambda: self.rig.call(
            self.sni, *SNI, "Activate", GLib.Variant("(ii)", (0, 0))))
        self.close(prompt)
        console = None
        for page in PAGES:
            console = self.shown(f"look-{page}", lambda page=page: self.activate(
                "console", GLib.Variant("s", page)))
        self.close(console)
        dialog = self.shown("look-details", lambda: self.activate(
            "details", GLib.Variant("t", events[0]["id"])))
        self.rig.key("Tab")
        self.close(dialog)
        for event in events:
            self.snetd.withdraw(event["id"], "exited")
        self.wait_status("Active")
        console = self.shown("look-nothing-waits", lambda: self.activate(
            "console", GLib.Variant("s", "waiting")))
        self.close(console)
        expect(not self.snetd.verdicts, "no verdict")

    def test_more_windows(self):
        self.snetd.proposals = [{"action": "allow", "lifetime": "forever", "owner": os.getuid(),
                                 "program": program, "operation": "connect", "protocol": "tcp",
                                 "remote-host": "www.example.org", "remote-port": 443, "count": 3}
                                for program in PROGRAMS]
        for name in ("welcome", "learned"):
            self.close(self.shown(f"look-{name}", lambda name=name: self.activate(name), is_new=True))
        console = self.shown("look-rules-again", lambda: self.activate(
            "console", GLib.Variant("s", "rules")))
        self.close(self.shown("look-new-rule", lambda: self.rig.key("ctrl+n"), is_new=True))
        self.close(console)


if __name__ == "__main__":
    main(Tests)
