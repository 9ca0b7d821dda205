#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The console's overview: what is drawn, and where a click leads."""

import time

from case import Case, expect, main
from fake_snetd import curl
from rig import wait, xdotool

MINUTE = 60_000_000


class Tests(Case):
    def overview(self):
        self.open_console()
        self.rig.focus("Security Console")
        self.rig.key("ctrl+4")

    def fill(self):
        now = int(time.time() * 1e6)
        self.snetd.events = [
            curl(1000 + n, serial=n, time=now - n * 7 * MINUTE, program=program,
                 verdict="deny" if n % 5 == 0 else "allow", reason="user" if n % 9 == 0 else "rule",
                 remote_address=f"192.0.2.{n % 7}",
                 **({"remote_host": "example.org", "remote_host_source": "resolved"}
                    if n % 3 else {}))
            for n, program in enumerate(["/usr/bin/curl", "/usr/bin/curl", "/usr/lib/firefox",
                                         "/usr/bin/apt"] * 50, 1)]

    def last_summary(self):
        calls = [call for call in self.snetd.calls if call[0] == "Summarize"]
        return calls[-1] if calls else None

    def test_nothing_yet(self):
        self.snetd.events = []
        self.overview()
        self.rig.text("gsnet", "0 allowed, 0 denied, 0 asked about")
        expect(not self.rig.look("gsnet", "Busiest Programs"), "no programs")
        self.rig.picture("overview-empty")
        self.close_console()

    def test_drawn(self):
        self.fill()
        self.snetd.calls.clear()
        self.overview()
        wait(lambda: self.last_summary(), "a summary")
        self.rig.text("gsnet", "160 allowed, 40 denied, 22 asked about")
        self.rig.find("gsnet", "curl", "label")
        self.rig.find("gsnet", "example.org", "label")
        self.rig.find("gsnet", "Decisions over time")
        self.rig.picture("overview")
        for key, span, bars in (("Last Hour", 3600, 30), ("Last Week", 7 * 86400, 42),
                                ("Last Day", 86400, 48)):
            self.rig.click("gsnet", key)
            wait(lambda: self.last_summary()[2] == bars, f"{bars} bars")
            filter = self.last_summary()[1]
            expect(filter["until"] - filter["since"] == span * 1_000_000, filter)
        self.close_console()

    def test_leads_to_the_log(self):
        self.fill()
        self.overview()
        self.rig.click("gsnet", "firefox", "label")
        wait(lambda: self.snetd.queries and self.snetd.queries[-1].get("program")
             == "/usr/lib/firefox", "the log of the program")
        self.rig.find("gsnet", "Do not filter any more: Program: /usr/lib/firefox", "push button")
        self.rig.picture("overview-to-log")
        self.rig.key("ctrl+4")
        self.rig.key("ctrl+3")
        self.close_console()

    def test_bars_by_keyboard(self):
        self.fill()
        self.overview()
        chart = self.rig.find("gsnet", "Decisions over time")
        width = chart.extents(1)[2]
        expect(width > 200, width)
        self.rig.click("gsnet", "Last Week")
        wait(lambda: self.last_summary()[2] == 42, "the summary of a week")
        self.rig.key("Tab")
        self.rig.key("Left")
        self.rig.key("Left")
        self.rig.text("gsnet", " to ")
        self.rig.picture("overview-bar")
        self.rig.key("Return")
        wait(lambda: {"since", "until"} <= set(self.snetd.queries[-1]), "the log of a bar")
        asked = self.snetd.queries[-1]
        expect(asked["until"] - asked["since"] == 4 * 3600 * 1_000_000, asked)
        # It may have been counted again since.
        counted = [call[1]["since"] for call in self.snetd.calls if call[0] == "Summarize"]
        expect(asked["since"] - 40 * 4 * 3600 * 1_000_000 in counted, (asked, counted))
        self.close_console()

    def test_pointer(self):
        self.fill()
        self.overview()
        self.rig.find("gsnet", "Decisions over time")
        self.snetd.queries.clear()
        self.rig.click("gsnet", "Decisions over time")
        wait(lambda: self.snetd.queries and "until" in self.snetd.queries[-1], "the log of a bar")
        self.close_console()

    def test_failure(self):
        self.open_console()
        self.rig.focus("Security Console")
        self.snetd.errors["Summarize"] = ("org.snet.Error.StoreFailed", "the journal is damaged")
        self.rig.key("ctrl+4")
        self.rig.text("gsnet", "This cannot be shown")
        self.close_console()


if __name__ == "__main__":
    main(Tests)
