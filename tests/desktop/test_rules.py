#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The console's rules: searched, added, changed, imported, exported."""

import os

from case import Case, expect, main
from fake_snetd import curl
from rig import wait

TEXT = """[Mail]
action = allow
remote-port = 25
"""


class Tests(Case):
    def rules(self, *rules):
        self.snetd.rules = {n: dict({"id": n, "created": n, "lifetime": "forever",
                                     "owner": os.getuid()}, **rule)
                            for n, rule in enumerate(rules, 1)}
        for rule in self.snetd.rules.values():
            if rule["owner"] is None:
                del rule["owner"]
        self.snetd.next_rule = len(rules) + 1
        self.snetd.rules_changed("Added", 1)
        self.snetd.calls.clear()
        self.open_console()
        wait(lambda: {"Query", "List"} <= {call[0] for call in self.snetd.calls}, "all is read")
        self.rig.focus("Security Console")
        self.rig.key("ctrl+2")

    def three(self):
        self.rules({"action": "allow", "program": "/usr/bin/curl", "operation": "connect",
                    "remote-host": "example.org", "remote-port": 443, "protocol": "tcp",
                    "script": "/usr/bin/update"},
                   {"action": "deny", "program": "/usr/bin/wget", "disabled": True,
                    "lifetime": "session"},
                   {"action": "deny", "owner": None, "remote-list": "ads", "locked": True,
                    "source": "/etc/snet/rules.d/site.rules"})

    def select(self, text):
        self.rig.click("gsnet", text, "label")
        self.rig.find("gsnet", "Duplicate", "push button")

    def test_search(self):
        self.three()
        self.rig.find("gsnet", "wget", "label")
        self.rig.find("gsnet", "curl (update)", "label")
        self.rig.find("gsnet", "Until logout", "label")
        self.rig.find("gsnet", "Not in use", "label")
        self.rig.find("gsnet", "From a file", "label")
        self.rig.key("ctrl+f")
        self.rig.type("wget")
        self.rig.gone("gsnet", "curl (update)", "label")
        self.rig.key("ctrl+a")
        self.rig.type("no such rule")
        self.rig.text("gsnet", "No Results Found")
        self.close_console()

    def test_source(self):
        """What is written in a file says so, and offers nothing that would fail."""
        self.three()
        self.select("From a file")
        self.rig.text("gsnet", "written in the file site.rules")
        self.rig.picture("rules-source")
        for name in ("Edit", "Disable", "Remove"):
            button = self.rig.find("gsnet", name, "push button")
            expect(not button.has_state(24), f"{name} takes no clicks")
        self.close_console()

    def test_edit(self):
        self.three()
        self.select("curl (update)")
        self.rig.picture("rules-selected")
        self.rig.key("F2")
        self.rig.window("Edit Rule")
        self.rig.text("gsnet", "/usr/bin/update")
        self.rig.picture("rules-edit")
        self.rig.click("gsnet", "Save", "push button")
        self.rig.no_window("Edit Rule")
        call = [call for call in self.snetd.calls if call[0] == "Update"][-1]
        expect(call[1] == 1, call)
        changed = {key: value for key, value in call[2].items() if key != "owner"}
        expect(changed == {key: value for key, value in self.snetd.rules[1].items()
                           if key not in ("id", "created", "owner")}, changed)
        self.close_console()

    def test_trial(self):
        """While a rule is changed, it says how many past calls it would have decided."""
        self.snetd.events = [curl(100 + n, serial=n, program="/usr/bin/wget", remote_port=80 + n % 4)
                             for n in range(1, 9)]
        self.snetd.events.append(curl(110, serial=10, remote_port=81))
        self.three()
        self.select("wget")
        self.rig.key("F2")
        self.rig.window("Edit Rule")
        self.rig.focus("Edit Rule")
        self.rig.text("gsnet", "It would have decided 8 of the last 8 calls of this program.")
        self.rig.click("gsnet", "Port there (such as 443, or 6000-6010)")
        self.rig.type("81")
        self.rig.text("gsnet", "It would have decided 2 of the last 8 calls of this program.")
        self.rig.picture("rules-trial")
        self.rig.click("gsnet", "Program file (empty: any program)")
        self.rig.key("ctrl+a")
        self.rig.key("Delete")
        self.rig.text("gsnet", "It would have decided 3 of the last 9 calls of all of your programs.")
        trials = [call for call in self.snetd.calls if call[0] == "Match"]
        expect(all("disabled" not in rule for _, rule, _ in trials), trials)
        # What cannot be tried has no number.
        self.snetd.errors["Match"] = ("org.snet.Error.InvalidRule", "not complete")
        self.rig.click("gsnet", "Port on this machine")
        self.rig.type("1")
        self.rig.gone("gsnet", "It would have decided*")
        self.rig.key("Escape")
        self.rig.no_window("Edit Rule")
        self.close_console()

    def test_enable(self):
        self.three()
        self.select("wget")
        self.rig.click("gsnet", "Enable", "push button")
        wait(lambda: "disabled" not in self.snetd.rules[2], "the rule in use")
        self.rig.gone("gsnet", "Not in use", "label")
        self.close_console()

    def test_refused(self):
        """What an administrator would have to allow, and does not."""
        self.three()
        self.select("wget")
        self.snetd.errors["Remove"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.rig.key("Delete")
        self.rig.text("gsnet", "You are not allowed to do this.")
        expect(2 in self.snetd.rules, "the rule is still there")
        self.close_console()

    def test_new_rule_from_anywhere(self):
        """The keys for a new rule work on each page, wherever the focus is."""
        self.three()
        self.rig.key("ctrl+5")
        self.rig.find("gsnet", "Start at Login", "label")
        self.rig.key("ctrl+n")
        self.rig.window("New Rule")
        self.rig.focus("New Rule")
        self.rig.key("Escape")
        self.rig.no_window("New Rule")
        self.close_console()

    def test_duplicate(self):
        self.three()
        self.select("curl (update)")
        self.rig.click("gsnet", "Duplicate", "push button")
        self.rig.window("New Rule")
        self.rig.click("gsnet", "Add", "push button")
        wait(lambda: 4 in self.snetd.rules, "the copy")
        expect(self.snetd.rules[4]["remote-host"] == "example.org", self.snetd.rules[4])
        self.rig.no_window("New Rule")
        self.close_console()

    def test_import(self):
        self.three()
        (self.rig.home / "mail.rules").write_text(TEXT)
        self.snetd.imported = ([{"id": 7, "action": "allow", "remote-port": 25,
                                 "comment": "Mail"}], 2, ["[Web]: “remote-port” cannot be “http”"])
        self.rig.click("gsnet", "Import or Export")
        self.rig.find("gsnet", "Import…")
        self.rig.key("i")
        self.rig.window("Import Rules")
        self.rig.type(str(self.rig.home / "mail.rules"))
        self.rig.key("Return")
        self.rig.text("gsnet", "1 rule will be added. 2 are there already.")
        self.rig.text("gsnet", "cannot be “http”")
        self.rig.picture("rules-import")
        call = [call for call in self.snetd.calls if call[0] == "Import"][-1]
        expect(call[1:] == ("snet", TEXT, {"dry-run": True}), call)
        self.rig.click("gsnet", "Import", "push button")
        self.rig.find("gsnet", "Imported 1 rule", "label")
        call = [call for call in self.snetd.calls if call[0] == "Import"][-1]
        expect(call[1:] == ("snet", TEXT, {"partial": True}), call)
        self.snetd.rules[7] = {"id": 7, "action": "allow", "created": 1}
        self.rig.click("gsnet", "Undo", "label")
        wait(lambda: 7 not in self.snetd.rules, "the imported rule to be removed")
        self.close_console()

    def export(self, name):
        """By the keyboard: the menu, then a name in the dialog of GTK."""
        self.rig.click("gsnet", "Import or Export")
        self.rig.find("gsnet", "Export…")
        self.rig.key("e")
        self.rig.window("Export Rules")
        self.rig.focus("Export Rules")
        self.rig.key("ctrl+a")
        self.rig.type(str(self.rig.home / name))
        self.rig.key("Return")
        self.rig.no_window("Export Rules")

    def test_export(self):
        self.three()
        self.snetd.exported = TEXT
        self.export("out.rules")
        self.rig.find("gsnet", "Exported to out.rules", "label")
        path = self.rig.home / "out.rules"
        expect(path.read_text() == TEXT, path.read_text())
        # Rules say where somebody goes: nobody else's business.
        expect(path.stat().st_mode & 0o777 == 0o600, oct(path.stat().st_mode))
        self.close_console()

    def test_export_is_refused(self):
        self.three()
        self.snetd.errors["Export"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.export("none.rules")
        self.rig.text("gsnet", "You are not allowed to do this.")
        expect(not (self.rig.home / "none.rules").exists(), "no file")
        self.close_console()


if __name__ == "__main__":
    main(Tests)
