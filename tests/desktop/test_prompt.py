#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The window that asks, for who prefers it to notifications, or to have both."""

import os
import pathlib
import sys
import time

from case import Case, expect, main
from rig import wait, xdotool

HERE = pathlib.Path(__file__).resolve().parent
PROMPT = "Network Request"
ANSWERING_KEYS = ("alt+a", "Return", "space", "alt+d")


class Tests(Case):
    settings = {**Case.settings, "ask-with": "'window'"}

    def ask_with(self, choice):
        self.rig.settings["ask-with"] = f"'{choice}'"
        self.rig.write_settings()

    def prompted(self, **more):
        event = self.ask(**more)
        self.rig.window(PROMPT)
        return event

    def withdraw(self, *events):
        for event in events:
            self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window(PROMPT)

    def test_answer(self):
        event = self.prompted(deadline=int((time.time() + 60) * 1e6))
        self.rig.find("gsnet", "curl wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)")
        self.rig.text("gsnet", "Denied by itself in ")
        expect(not self.rig.look("notifyd", "Allow", "push button"), "no notification")
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Allow", "push button")
        self.rig.picture("prompt")
        self.rig.click("gsnet", "Allow", "push button")
        expect(self.verdict() == (event["id"], "allow", {}), "allowed, this once")
        self.rig.no_window(PROMPT)

    def test_one_after_the_other(self):
        asked = [self.prompted(remote_port=7000 + number) for number in range(3)]
        self.rig.text("gsnet", "1 of 3")
        self.rig.text("gsnet", "port 7000")
        self.rig.click("gsnet", "Next Request", "push button")
        self.rig.text("gsnet", "2 of 3")
        self.rig.text("gsnet", "port 7001")
        self.rig.picture("prompt-second")
        self.rig.click("gsnet", "Deny", "push button")
        expect(self.verdict()[:2] == (asked[1]["id"], "deny"), "the one that is shown")
        self.rig.text("gsnet", "2 of 2")
        self.rig.text("gsnet", "port 7002")
        self.rig.click("gsnet", "Previous Request", "push button")
        self.rig.text("gsnet", "port 7000")
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.rig.key("alt+d")
        expect(self.verdict()[:2] == (asked[0]["id"], "deny"), "by the keyboard")
        self.rig.text("gsnet", "port 7002")
        self.withdraw(asked[2])

    def test_escape_answers_nothing(self):
        event = self.prompted()
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.rig.key("Escape")
        self.rig.no_window(PROMPT)
        expect(not self.snetd.verdicts, "no verdict")
        self.wait_status("NeedsAttention")
        another = self.prompted(program="/opt/another")
        self.rig.text("gsnet", "1 of 2")
        self.withdraw(event, another)

    def test_typing_elsewhere_answers_nothing(self):
        """The window comes while somebody types; all of it arrives where it was meant to."""
        typed = self.rig.home / "typed"
        with open(typed, "w") as output:
            field = self.rig.spawn(sys.executable, HERE / "text_field.py", stdout=output,
                                   env=dict(os.environ, GTK_A11Y="none"))
        self.rig.focus("Text Field")

        def content():
            return (typed.read_text().splitlines() or [""])[-1]

        def write(text):
            xdotool("type", "--delay", 20, text)
            expected.append(text)
            wait(lambda: content() == "".join(expected), f"{expected} in the field")
        expected = []
        write("before ")
        event = self.ask()
        write("and while it comes, d a d a ")
        self.rig.window(PROMPT)
        for keys in ANSWERING_KEYS:
            self.rig.key(keys)
        expected.append(" ")
        write("and after that")
        self.rig.picture("prompt-typing")
        expect(not self.snetd.verdicts, "no verdict")
        # Once it has the attention, it does answer.
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.rig.key("alt+d")
        expect(self.verdict()[:2] == (event["id"], "deny"), "denied")
        self.rig.no_window(PROMPT)
        self.rig.reap(field)

    def test_typing_ahead_answers_nothing(self):
        """Keys that come just as the window gets the focus."""
        event = self.prompted()
        self.rig.focus(PROMPT)
        for keys in ANSWERING_KEYS:
            self.rig.key(keys)
        self.rig.sensitive("gsnet", "Deny", "push button")
        expect(not self.snetd.verdicts, "no verdict")
        self.withdraw(event)

    def test_what_happened(self):
        first = self.prompted()
        second = self.ask(program="/opt/second")
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.snetd.withdraw(first["id"], "exited")
        self.rig.text("gsnet", "curl before: The program has ended.")
        self.rig.text("gsnet", "second wants to connect")
        self.rig.picture("prompt-news")
        self.snetd.withdraw(second["id"], "timeout")
        self.rig.text("gsnet", "Nobody answered in time, so it was denied.")
        self.rig.picture("prompt-timeout")
        self.rig.no_window(PROMPT)
        expect(not self.snetd.verdicts, "no verdict")

    def test_asked_while_the_last_words_are_read(self):
        first = self.prompted()
        self.snetd.withdraw(first["id"], "exited")
        self.rig.text("gsnet", "The program has ended.")
        second = self.ask(program="/opt/second")
        self.rig.text("gsnet", "second wants to connect")
        self.rig.focus(PROMPT)
        self.rig.click("gsnet", "Deny", "push button")
        expect(self.verdict()[:2] == (second["id"], "deny"), "denied")
        self.rig.no_window(PROMPT)

    def test_error_is_shown(self):
        self.prompted()
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Allow", "push button")
        self.snetd.errors["Verdict"] = ("org.snet.Error.StoreFailed", "disk full")
        self.rig.click("gsnet", "Allow", "push button")
        self.rig.text("gsnet", "could not be saved, so nothing was decided")
        self.rig.click("gsnet", "Allow", "push button")
        expect(self.verdict()[1] == "allow", "the second try")
        self.rig.no_window(PROMPT)

    def test_rule_from_here(self):
        event = self.prompted()
        self.rig.focus(PROMPT)
        self.rig.sensitive("gsnet", "Create Rule…", "push button")
        self.rig.key("alt+r")
        self.rig.window("Create a Rule")
        self.rig.focus("Create a Rule")
        self.rig.click("gsnet", "Forever", "push button")
        self.snetd.withdraw(event["id"], "answered")
        self.rig.no_window("Create a Rule")
        self.rig.no_window(PROMPT)

    def test_choice_changes(self):
        self.ask_with("both")
        event = self.prompted()
        self.rig.find("notifyd", "Allow", "push button")
        self.ask_with("window")
        self.rig.gone("notifyd", "Allow", "push button")
        self.ask_with("notification")
        self.rig.click("notifyd", "Deny", "push button")
        expect(self.verdict()[:2] == (event["id"], "deny"), "denied")
        self.rig.no_window(PROMPT)
        event = self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        expect(not self.rig.has_window(PROMPT), "no window")
        self.ask_with("window")
        self.rig.window(PROMPT)
        self.withdraw(event)


if __name__ == "__main__":
    main(Tests)
