# SPDX-License-Identifier: GPL-2.0-or-later
"""What is right on each notification server, to be run against a fake of each."""

import os

from case import Case, expect
from fake_notifications import BY_PROGRAM, CRITICAL, NAME, PATH
from gi.repository import Gio, GLib
from rig import wait

SENTENCE = "curl wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)"
BUTTONS = ["Allow", "Deny", "Details…"]


class ServerCase(Case):
    notifications = None
    panel = False
    server_class = None

    def set_up(self):
        self.server = self.server_class(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        self.server.start()
        super().set_up()

    def check(self):
        super().check()
        expect(not self.server.problems, self.server.problems)

    def clean_up(self):
        self.server.problems.clear()
        self.server.go_on()
        self.server.refuse = None
        super().clean_up()

    def shown(self):
        return list(self.server.shown.values())

    def wait_shown(self, count):
        wait(lambda: len(self.shown()) == count, f"{count} notifications")
        return self.shown()

    def notified(self, **more):
        """The question, and its notification."""
        event = self.ask(**more)
        return event, self.wait_shown(1)[0]

    def nothing_is_left(self):
        self.wait_shown(0)
        self.wait_status("Active")


class ServerTests(ServerCase):
    def test_what_it_says(self):
        event, shown = self.notified(program="/tmp/<b>evil</b> & co")
        expect("/tmp/<b>evil</b> & co" in shown.text(), shown)
        expect("127.0.0.1, port 8080 (http-alt/tcp)" in shown.text(), shown)
        expect(self.server.buttons(shown) == BUTTONS, self.server.buttons(shown))
        expect("default" in shown.actions, "a click on the text does something")
        expect(shown.hints["urgency"] == CRITICAL, "it stays")
        expect(shown.hints["desktop-entry"] == "org.snet.Gsnet", "whose it is")
        expect(shown.timeout == 0 and not shown.hints.get("transient"), "until it is answered")
        self.snetd.withdraw(event["id"], "exited")
        self.nothing_is_left()
        expect(self.server.closed[-1] == (shown.id, BY_PROGRAM), self.server.closed)

    def test_answers(self):
        for label, word in (("Allow", "allow"), ("Deny", "deny")):
            event, shown = self.notified(comm=label)
            self.server.press(shown, label)
            expect(self.verdict() == (event["id"], word, {}), label)
            self.nothing_is_left()

    def test_details_answer_nothing(self):
        for name in ("the text", "the button"):
            event, shown = self.notified(comm=name)
            if name == "the text":
                self.server.click(shown)
            else:
                self.server.press(shown, "Details…")
            self.rig.window("Create a Rule")
            expect(not self.snetd.verdicts, f"no verdict of a click on {name}")
            self.snetd.withdraw(event["id"], "exited")
            self.rig.no_window("Create a Rule")
            self.nothing_is_left()

    def test_dismissed_is_not_answered(self):
        event, shown = self.notified()
        self.server.dismiss(shown)
        self.wait_shown(0)
        self.wait_status("NeedsAttention")
        expect(not self.snetd.verdicts, "no verdict")
        self.snetd.withdraw(event["id"], "timeout")
        self.nothing_is_left()

    def test_many(self):
        """None drives out another, and each gets its turn."""
        asked = [self.ask(remote_port=7000 + number) for number in range(8)]
        seen = set()
        while len(seen) < len(asked):
            shown = wait(lambda: [each for each in self.shown() if each.text() not in seen],
                         f"another one after {len(seen)}")[0]
            expect(len(self.shown()) <= 3, "not more than can be read")
            seen.add(shown.text())
            self.server.press(shown, "Deny")
            self.verdict()
            # Until it is taken back it may be told anew how many more there are.
            wait(lambda: shown.id not in [each.id for each in self.shown()], "the answered one to go")
        self.nothing_is_left()
        expect(all(reason != 1 for _, reason in self.server.closed), "none was driven out")

    def test_server_restarts(self):
        """Its ids begin anew: what they meant before does not count any more."""
        event, shown = self.notified()
        self.server.stop()
        self.server.start()
        again = self.wait_shown(1)[0]
        expect((again.id, again.text()) == (1, shown.text()), again)
        self.server.press(again, "Allow")
        expect(self.verdict()[:2] == (event["id"], "allow"), "allowed in the new one")
        self.nothing_is_left()

    def test_server_goes_and_its_notification_with_it(self):
        """Answered while there is no server: the next one does not show it."""
        event, _ = self.notified()
        self.server.stop()
        self.snetd.withdraw(event["id"], "answered")
        self.wait_status("Active")
        before = len(self.server.all)
        self.server.start()
        event, shown = self.notified(comm="another")
        expect(len(self.server.all) == before + 1, "no stale one")
        self.server.press(shown, "Deny")
        expect(self.verdict()[0] == event["id"], "the one that is shown")
        self.nothing_is_left()

    def test_server_ends_for_good(self):
        """A window asks instead, as soon as nobody takes its place."""
        event, _ = self.notified()
        self.server.stop()
        self.rig.window("Network Request")
        self.rig.focus("Network Request")
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.rig.key("alt+d")
        expect(self.verdict()[:2] == (event["id"], "deny"), "denied in the window")
        self.rig.no_window("Network Request")
        self.server.start()
        event, shown = self.notified(comm="another")
        self.server.press(shown, "Allow")
        expect(self.verdict()[0] == event["id"], "allowed in the next server")
        self.nothing_is_left()

    def test_strangers_signals_answer_nothing(self):
        """Anybody on the bus can say that an action was invoked; only the server is believed."""
        event, shown = self.notified()
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        stranger = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"], flags, None, None)
        for action in ("allow", "default"):
            for target in (None, shown.sender):
                stranger.emit_signal(target, PATH, NAME, "ActionInvoked",
                                     GLib.Variant("(us)", (shown.id, action)))
        stranger.flush_sync(None)
        # What the server says comes later, and is taken.
        self.server.press(shown, "Deny")
        expect(self.verdict()[:2] == (event["id"], "deny"), "the server's word")
        expect(not self.rig.has_window("Create a Rule"), "no window")
        self.nothing_is_left()

    def test_server_hangs(self):
        """All but the notification goes on."""
        self.server.hang()
        event = self.ask()
        wait(lambda: self.server.held, "a call that is not answered")
        self.wait_status("NeedsAttention")
        self.open_console()
        self.rig.find("gsnet", "curl wants to connect", "label")
        self.snetd.withdraw(event["id"], "exited")
        self.wait_status("Active")
        self.close_console()
        self.server.go_on()
        self.wait_shown(0)
