#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The first run: the welcome, the rules to begin with, the week of learning and what comes of it."""

import os
import re
import time

from case import Case, expect, main
from rig import wait

SETS = """[tools]
Name=Tools of the Test
Comment=Programs that are on every machine.

[gone]
Name=Nothing for This Machine
Comment=Programs that are on no machine.
"""
TOOLS = """[The shell asks]
action = allow
program = /bin/sh
remote-port = 7777

[The shell answers]
action = allow
program = /bin/sh
local-address = 127.0.0.0/8
local-port = 7778

[Any program is trusted]
action = allow
disabled = true
remote-address = 192.0.2.0/24

[The missing one]
action = allow
program = /usr/bin/no-such-program
"""
GONE = """[Another missing one]
action = allow
program = /usr/bin/no-such-program-either
"""
SHELL = os.path.realpath("/bin/sh")
ASKS = f"{os.path.basename(SHELL)} may use the network: port 7777"
ANSWERS = (f"{os.path.basename(SHELL)} may use the network: local address 127.0.0.0/8, "
           "local port 7778, within this machine")
ANY = "Any program may use the network: 192.0.2.0/24"
WEEK = 7 * 24 * 60 * 60


def names(text):
    """Of the rules of a text."""
    return re.findall(r"^\[(.*)\]$", text, re.MULTILINE)


class Tests(Case):
    settings = {}

    def set_up(self):
        folder = self.rig.home / "share" / "snet" / "starter"
        folder.mkdir(parents=True)
        for name, text in (("sets.ini", SETS), ("tools.rules", TOOLS), ("gone.rules", GONE)):
            (folder / name).write_text(text)
        self.environment = {"XDG_DATA_DIRS": f"{folder.parents[1]}:/usr/local/share:/usr/share"}
        self.present = {"The shell answers"}
        self.snetd.do_Import = self.do_import
        self.start_gsnet()

    def do_import(self, sender, format, text, options):
        """Makes no rule, but knows afterwards that it is there."""
        fresh = [name for name in names(text) if name not in self.present]
        self.snetd.imported = ([{"action": "allow", "comment": name} for name in fresh],
                               len(names(text)) - len(fresh), [])
        if not options.get("dry-run"):
            self.present.update(fresh)
            self.snetd.rules_changed("Added", 1)
        return type(self.snetd).do_Import(self.snetd, sender, format, text, options)

    def imports(self):
        return [call[1:] for call in self.snetd.calls
                if call[0] == "Import" and not call[3].get("dry-run")]

    def clean_up(self):
        super().clean_up()
        for title in ("Welcome", "Learned Rules"):
            if self.rig.has_window(title):
                self.rig.focus(title)
                self.rig.key("Escape")

    def open_from_menu(self, key, title):
        """By keys alone: from the main menu of the console."""
        self.open_console()
        self.rig.focus("Security Console")
        self.rig.key("F10")
        self.rig.find("gsnet", "Welcome…")
        self.rig.key(key)
        self.rig.window(title)
        self.close_console()
        self.rig.focus(title)

    def press_next(self, name):
        """The button that leads on: Enter, wherever the focus is."""
        self.rig.sensitive("gsnet", name, "push button")
        self.rig.key("Return")

    def close(self, title):
        self.rig.focus(title)
        self.rig.key("Escape")
        self.rig.no_window(title)

    def test_comes_once_by_itself(self):
        expect(not self.rig.has_window("Welcome"), "no window without snetd")
        self.start_snetd()
        self.rig.window("Welcome")
        self.rig.find("gsnet", "You Decide Who Uses the Network")
        self.rig.text("gsnet", "Then it is denied this time")
        self.rig.picture("welcome-asking")
        self.close("Welcome")
        self.rig.reap(self.gsnet)
        self.snetd.agents.clear()
        self.start_gsnet()
        wait(lambda: self.snetd.agents, "the agent of the second run")
        # A window that comes later than that one would have.
        self.open_console()
        expect(not self.rig.has_window("Welcome"), "no welcome in the second run")
        self.close_console()

    def test_rules_are_chosen(self):
        self.open_from_menu("w", "Welcome")
        self.press_next("Next")
        self.rig.find("gsnet", "Tools of the Test")
        self.rig.sensitive("gsnet", ASKS)
        self.rig.find("gsnet", "Already there")
        shown = self.rig.texts("gsnet")
        expect(ANSWERS in shown, "the rule that is there already")
        expect(shown.count("Already there") == 1, "that only")
        expect("Nothing for This Machine" not in shown, "a set without a program that is there")
        expect(not [text for text in shown if "no-such-program" in text], "programs that are not")
        self.rig.find("gsnet", "Add 1 Rule", "push button")
        self.rig.picture("welcome-rules")
        self.rig.click("gsnet", ANY)
        self.rig.find("gsnet", "Add 2 Rules", "push button")
        self.rig.click("gsnet", ASKS)
        self.rig.find("gsnet", "Add 1 Rule", "push button")

        self.snetd.errors["Import"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.rig.click("gsnet", "Add 1 Rule", "push button")
        self.rig.text("gsnet", "You are not allowed to do this.")
        self.rig.picture("welcome-refused")
        # The next try ends the words about the last one.
        self.snetd.errors["Import"] = ("org.freedesktop.DBus.Error.Failed", "the second refusal")
        self.rig.click("gsnet", "Add 1 Rule", "push button")
        self.rig.text("gsnet", "the second refusal")
        self.rig.gone("gsnet", "You are not allowed to do this.*")
        self.rig.click("gsnet", "Add 1 Rule", "push button")
        self.rig.find("gsnet", "Ask Now, or Learn First?")
        (format, text, options), = self.imports()[2:]
        expect((format, options["system"]) == ("snet", True), (format, options))
        expect(names(text) == ["Any program is trusted"], text)
        expect("disabled" not in text, "what is wanted is used")
        self.rig.picture("welcome-learning")

        self.rig.click("gsnet", "Back", "push button")
        wait(lambda: self.rig.texts("gsnet").count("Already there") == 2, "the new rule")
        self.rig.find("gsnet", "Next", "push button")
        self.rig.click("gsnet", ASKS)
        self.rig.find("gsnet", "Add 1 Rule", "push button")
        self.rig.click("gsnet", "Skip", "push button")
        self.press_next("Finish")
        self.rig.no_window("Welcome")
        expect(self.snetd.mode() == ("ask", 0), "asking, unless one chooses to learn")
        expect(len(self.imports()) == 3, "skipped")

    def test_program_is_as_the_kernel_sees_it(self):
        self.open_from_menu("w", "Welcome")
        self.press_next("Next")
        self.rig.find("gsnet", "Add 1 Rule", "push button")
        self.press_next("Add 1 Rule")
        self.rig.find("gsnet", "Ask Now, or Learn First?")
        expect(f"program={SHELL}\n" in self.imports()[-1][1], self.imports()[-1][1])
        self.close("Welcome")

    def test_without_snetd(self):
        self.open_from_menu("w", "Welcome")
        self.press_next("Next")
        self.rig.find("gsnet", "Tools of the Test")
        self.snetd.stop()
        self.press_next("Next")
        self.rig.find("gsnet", "Ask Now, or Learn First?")
        self.rig.key("alt+l")
        self.press_next("Finish")
        self.rig.no_window("Welcome")
        self.start_snetd()

    def learn(self):
        self.open_from_menu("w", "Welcome")
        self.press_next("Next")
        self.rig.find("gsnet", "Already there")
        self.press_next("Next")
        self.rig.find("gsnet", "Ask Now, or Learn First?")
        self.rig.key("alt+l")
        self.press_next("Finish")

    def test_a_week_of_learning(self):
        self.present = set(names(TOOLS))
        self.snetd.errors.clear()
        self.learn()
        self.rig.no_window("Welcome")
        mode, until = self.snetd.mode()
        expect(mode == "monitor" and abs(until / 1e6 - time.time() - WEEK) < 60, (mode, until))

        # The week ends while gsnet does not run.
        self.rig.reap(self.gsnet)
        self.snetd.agents.clear()
        self.snetd.set_mode("ask")
        self.snetd.proposals = [dict(action="allow", lifetime="forever", owner=1000,
                                     program="/usr/bin/curl", operation="connect", protocol="tcp",
                                     count=12, **{"remote-host": "example.org",
                                                  "remote-port": 443})]
        self.start_gsnet()
        self.rig.text("notifyd", "The firewall has finished learning")
        self.rig.picture("learning-over")
        self.rig.click("notifyd", "Look Through", "push button")
        self.rig.window("Learned Rules")
        self.rig.gone("notifyd", "Look Through", "push button")
        self.rig.find("gsnet", "curl may connect: example.org, port 443, tcp")
        self.close("Learned Rules")

    def test_learning_is_refused(self):
        self.present = set(names(TOOLS))
        self.open_from_menu("w", "Welcome")
        self.press_next("Next")
        self.rig.find("gsnet", "Already there")
        self.press_next("Next")
        self.rig.find("gsnet", "Ask Now, or Learn First?")
        self.rig.key("alt+l")
        self.snetd.errors["SetMode"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.press_next("Finish")
        self.rig.text("gsnet", "You are not allowed to do this.")
        expect(self.snetd.mode() == ("ask", 0), self.snetd.mode())
        self.close("Welcome")

    def test_learned_rules(self):
        def proposal(program, count, **more):
            rule = {"action": "allow", "lifetime": "forever", "owner": 1000, "program": program,
                    "operation": "connect", "protocol": "tcp", "remote-port": 443, "count": count}
            return {**rule, **{key.replace("_", "-"): value for key, value in more.items()}}
        self.snetd.proposals = [
            proposal("/usr/bin/curl", 12, remote_host="example.org"),
            proposal("/usr/bin/python3.11", 3, script="/home/me/bin/fetch.py",
                     remote_address="192.0.2.7"),
            proposal("/usr/bin/git", 1, remote_host="git.example.net")]
        self.open_from_menu("l", "Learned Rules")
        self.rig.find("gsnet", "curl may connect: example.org, port 443, tcp")
        self.rig.find("gsnet", "/usr/bin/curl, 12 calls")
        self.rig.find("gsnet", "python3.11 (fetch.py) may connect: 192.0.2.7, port 443, tcp")
        self.rig.click("gsnet", "git may connect: git.example.net, port 443, tcp", "check box")
        self.rig.find("gsnet", "Add 1 Rule", "push button")
        self.rig.picture("learned")
        # What is chosen stays so when something else changes.
        self.snetd.proposals.pop(0)
        self.snetd.rules_changed("Added", 9)
        self.rig.gone("gsnet", "curl may connect: example.org, port 443, tcp")
        self.rig.find("gsnet", "Add 1 Rule", "push button")

        self.snetd.errors["Import"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.rig.click("gsnet", "Add 1 Rule", "push button")
        self.rig.text("gsnet", "You are not allowed to do this.")
        before = len(self.imports())
        self.snetd.proposals.pop()
        self.rig.click("gsnet", "Add 1 Rule", "push button")
        self.rig.text("gsnet", "Added 1 rule")
        (format, text, options), = self.imports()[before:]
        expect((format, options) == ("snet", {}), (format, options))
        for line in ("[rule 1]", "program=/usr/bin/git", "remote-host=git.example.net",
                     "remote-port=443", "owner=1000", "action=allow"):
            expect(line in text.splitlines(), text)
        expect("count" not in text and "rule 2" not in text, text)
        self.rig.gone("gsnet", "git may connect: git.example.net, port 443, tcp")
        self.snetd.proposals = []
        self.snetd.rules_changed("Added", 10)
        self.rig.text("gsnet", "Nothing Was Learned")
        self.rig.picture("learned-nothing")
        self.close("Learned Rules")


if __name__ == "__main__":
    main(Tests)
