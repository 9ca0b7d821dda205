#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many questions at once: the desktop stays usable, they are merged, and nothing is lost."""

import time

import tree
from case import expect, main
from fake_notifications import Gnome
from gi.repository import GLib
from rig import wait
from servers import ServerCase

MANY = 500


class Tests(ServerCase):
    server_class = Gnome

    def storm(self, count=MANY):
        return [self.ask(remote_port=1000 + number, comm=f"p{number}",
                         program=f"/opt/program-{number}") for number in range(count)]

    def wait_title(self, title):
        wait(lambda: self.sni_property("Title") == title, f"the title '{title}'")

    def end(self, events):
        for event in events:
            self.snetd.withdraw(event["id"], "exited")
        self.wait_title("Firewall")
        self.nothing_is_left()

    def test_nothing_is_lost(self):
        """Each of them waits, is in the console, and can be answered; few are shown."""
        before = len(self.server.all)
        began = time.monotonic()
        events = self.storm()
        asked = time.monotonic() - began
        self.wait_title(f"Firewall: {MANY} waiting")
        print(f"# {MANY} questions were asked within {asked:.2f} s, and all of them waited "
              f"after {time.monotonic() - began:.2f} s")
        expect(len(self.server.shown) <= 3, "few are shown at a time")
        expect(len(self.server.all) - before <= 20, f"{len(self.server.all) - before} were shown")
        self.open_console()
        self.rig.focus("Security Console")
        self.rig.find("gsnet", "program-0 wants to connect", "label")
        for event in events[1:]:
            self.snetd.withdraw(event["id"], "timeout")
        self.wait_title("Firewall: 1 waiting")
        shown = self.wait_shown(1)[0]
        expect("program-0" in shown.summary + shown.text(), "the one that is left")
        self.server.press(shown, "Allow")
        expect(self.verdict()[:2] == (events[0]["id"], "allow"), "its answer")
        self.close_console()
        self.nothing_is_left()

    def test_it_answers_meanwhile(self):
        """Between any two of them the icon and the menu answer, and the window takes keys."""
        self.open_console()
        longest = 0
        events = []
        for _ in range(10):
            events += self.storm(MANY // 10)
            began = time.monotonic()
            self.sni_property("Status")
            self.layout()
            longest = max(longest, time.monotonic() - began)
        print(f"# the icon and the menu answered within {longest * 1000:.0f} ms")
        self.rig.focus("Security Console")
        self.rig.key("ctrl+2")
        root = wait(lambda: tree.window(self.rig.screen, "Security Console"), "the window")
        wait(lambda: any(each.name == "Rules" and each.has(tree.SELECTED)
                         for each in tree.visible(root)), "the page of rules")
        self.close_console()
        self.end(events)

    def test_the_same_question_again(self):
        """snetd asks again when more is known, or more calls wait for the same answer."""
        event, shown = self.notified()
        before = len(self.server.all)
        for count in range(2, 50):
            self.snetd.ask(dict(event, count=count))
        self.snetd.ask(dict(event, count=50, **{"remote-host": "example.org",
                                                "remote-host-source": "resolved"}))
        self.wait_title("Firewall: 1 waiting")
        expect(len(self.shown()) == 1, "one notification")
        print(f"# it was shown again {len(self.server.all) - before} times")
        self.server.press(self.shown()[0], "Deny")
        expect(self.verdict()[:2] == (event["id"], "deny"), "one answer for all of them")
        self.nothing_is_left()

    def test_answers_elsewhere(self):
        """Each reason for which a question can end, while it is seen everywhere."""
        for reason in ("answered", "rule", "timeout", "mode", "exited", "lost", "x-new"):
            event, shown = self.notified(comm=reason, program=f"/opt/{reason}")
            self.open_console()
            self.rig.call("org.snet.Gsnet", "/org/snet/Gsnet", "org.gtk.Actions", "Activate",
                          GLib.Variant("(sava{sv})",
                                       ("details", [GLib.Variant("t", event["id"])], {})))
            self.rig.window("Create a Rule")
            self.snetd.withdraw(event["id"], reason)
            self.nothing_is_left()
            self.rig.no_window("Create a Rule")
            self.rig.gone("gsnet", f"{reason} wants to connect", "label")
            self.close_console()
            expect(not self.snetd.verdicts, "no verdict")

    def test_nothing_stale_after_snetd_has_ended(self):
        """In the midst of many: all of it is gone; a new snetd's questions have the same ids."""
        events = self.storm(40)
        self.wait_title("Firewall: 40 waiting")
        old = self.wait_shown(3)
        self.snetd.stop()
        self.wait_shown(0)
        self.wait_title("Firewall")
        # It knows from the kernel what still waits, and asks again when gsnet registers.
        self.snetd.waiting = {event["id"]: event for event in events[:2]}
        self.snetd.start()
        self.wait_title("Firewall: 2 waiting")
        again = self.wait_shown(2)
        expect({each.id for each in again}.isdisjoint(each.id for each in old), "they are new ones")
        self.server.press(again[0], "Allow")
        expect(self.verdict()[:2] == (events[0]["id"], "allow"), "the first one's answer")
        self.end(events[:2])

    def test_an_answer_that_was_too_late(self):
        """Somebody else was faster, and snetd says so: no window, no second answer."""
        for name in ("org.snet.Error.UnknownRequest", "org.snet.Error.AlreadyDecided"):
            self.snetd.errors["Verdict"] = (name, "too late")
            event, shown = self.notified(comm=name[-4:])
            self.server.press(shown, "Allow")
            self.nothing_is_left()
            expect(not self.rig.has_window("Create a Rule"), "no window")
            self.snetd.withdraw(event["id"], "answered")


if __name__ == "__main__":
    main(Tests)
