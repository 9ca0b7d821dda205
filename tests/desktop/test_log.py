#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The console's log: searched, filtered, explained, and made rules of."""

import time

from case import Case, expect, main
from fake_snetd import curl
from rig import wait


class Tests(Case):
    def log(self, *events):
        now = int(time.time() * 1e6)
        self.snetd.events = [dict({"serial": n, "time": now - 60_000_000 + n, "verdict": "allow",
                                   "reason": "rule", "rule": 7}, **event)
                             for n, event in enumerate(events, 1)]
        self.open_console()
        self.rig.focus("Security Console")
        self.rig.key("ctrl+3")

    def select(self, text):
        self.rig.click("gsnet", text, "label")
        self.rig.find("gsnet", "Why?", "push button")

    def two(self):
        self.log(curl(601, remote_port=443, remote_host="example.org",
                      remote_host_source="resolved"),
                 curl(602, program="/usr/bin/webserver", remote_port=25, verdict="deny",
                      reason="user", errno="EACCES", waited=4_200_000))

    def test_search(self):
        self.two()
        self.rig.text("gsnet", "127.0.0.1, port 25")
        self.rig.key("ctrl+f")
        self.rig.type("example")
        wait(lambda: self.snetd.queries[-1].get("text") == "example", "the text in the query")
        self.rig.gone("gsnet", "webserver", "label")
        self.rig.text("gsnet", "example.org (127.0.0.1)")
        # What comes in live is shown only if it is what is searched for.
        self.snetd.decided(curl(603, program="/usr/bin/wget", verdict="allow", reason="user"))
        self.snetd.decided(curl(604, verdict="allow", reason="user", remote_port=80,
                                remote_host="www.example.org", remote_host_source="resolved"))
        self.rig.text("gsnet", "www.example.org (127.0.0.1), port 80")
        expect(not self.rig.look("gsnet", "wget", "label"), "what is not searched for")
        self.rig.key("ctrl+a")
        self.rig.type("nothing like it")
        self.rig.text("gsnet", "No Results Found")
        self.rig.picture("log-no-results")
        self.close_console()

    def test_filter(self):
        self.two()
        self.select("webserver")
        self.rig.picture("log-selected")
        self.rig.click("gsnet", "More About This Entry")
        self.rig.find("gsnet", "Show Only This Program")
        self.rig.key("p")
        wait(lambda: self.snetd.queries[-1] == {"program": "/usr/bin/webserver"}, "the query")
        self.rig.gone("gsnet", "curl", "label")
        self.rig.picture("log-filtered")
        self.rig.click("gsnet", "Do not filter any more: Program: /usr/bin/webserver",
                       "push button")
        self.rig.find("gsnet", "curl", "label")
        expect(self.snetd.queries[-1] == {}, self.snetd.queries[-1])
        self.rig.click("gsnet", "Filter")
        self.rig.picture("log-filter-menu")
        self.rig.key("Escape")
        self.close_console()

    def test_why(self):
        self.two()
        self.snetd.explained = [
            {"id": 9, "action": "deny", "owner": 1000, "program": "/usr/bin/curl",
             "operation": "connect", "created": 1},
            {"id": 7, "action": "allow", "remote-port": 443, "created": 1,
             "source": "/etc/snet/rules.d/site.rules"}]
        self.select("curl")
        self.rig.click("gsnet", "Why?", "push button")
        self.rig.window("Why?")
        self.rig.text("gsnet", "Comes first: it decides now")
        self.rig.text("gsnet", "Decided then; now others come before it")
        self.rig.text("gsnet", "written in the file site.rules")
        self.rig.picture("log-why")
        self.rig.key("Escape")
        self.rig.no_window("Why?")
        # The other one was decided by the user; no rule is about it.
        self.snetd.explained = []
        self.select("webserver")
        self.rig.click("gsnet", "Why?", "push button")
        self.rig.text("gsnet", "No rule decides it")
        self.rig.text("gsnet", "4 seconds")
        self.rig.key("Escape")
        self.rig.no_window("Why?")
        self.snetd.errors["Explain"] = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.rig.click("gsnet", "Why?", "push button")
        self.rig.text("gsnet", "You are not allowed to do this.")
        self.rig.key("Escape")
        self.close_console()

    def test_make_rule(self):
        self.two()
        self.select("webserver")
        self.rig.click("gsnet", "Create a Rule…", "push button")
        self.rig.window("New Rule")
        self.rig.click("gsnet", "Add", "push button")
        self.rig.no_window("New Rule")
        rule = list(self.snetd.rules.values())[-1]
        expect((rule["action"], rule["program"], rule["remote-address"], rule["remote-port"])
               == ("deny", "/usr/bin/webserver", "127.0.0.1", 25), rule)
        self.close_console()


if __name__ == "__main__":
    main(Tests)
