#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gsnet on a real desktop, with a scripted snetd. Usage: test_gsnet.py GSNET SCHEMA-DIR [TEST…]"""

import contextlib
import os
import subprocess
import sys
import time
import traceback

from fake_snetd import FakeSnetd, curl
from gi.repository import GLib
from rig import Failed, Rig, wait, xdotool

SNI = ("/StatusNotifierItem", "org.kde.StatusNotifierItem")
DBUSMENU = ("/MenuBar", "com.canonical.dbusmenu")
ALL = ["operation", "program", "protocol", "remote-address", "remote-port"]


def expect(condition, what):
    if not condition:
        raise Failed(what)


class Tests:
    def __init__(self, rig):
        self.rig = rig
        self.snetd = rig.snetd
        self.gsnet = None
        self.last_id = 0

    @property
    def sni(self):
        return f"org.kde.StatusNotifierItem-{self.gsnet.pid}-1"

    def ask(self, **more):
        self.last_id += 1
        event = curl(self.last_id, **more)
        self.snetd.ask(event)
        return event

    def verdict(self):
        """The one verdict that was given; snetd then tells everybody that it is over."""
        wait(lambda: self.snetd.verdicts, "a verdict")
        id, verdict, options = self.snetd.verdicts.pop()
        expect(not self.snetd.verdicts, "one verdict only")
        self.snetd.withdraw(id, "answered")
        return id, verdict, options

    def sni_property(self, name):
        reply = self.rig.call(self.sni, SNI[0], "org.freedesktop.DBus.Properties", "Get",
                              GLib.Variant("(ss)", (SNI[1], name)))
        return reply[0]

    def wait_status(self, status):
        wait(lambda: self.sni_property("Status") == status, f"the status {status}")

    def layout(self):
        reply = self.rig.call(self.sni, *DBUSMENU, "GetLayout",
                              GLib.Variant("(iias)", (0, -1, [])))
        return reply[1][2]

    def menu(self):
        return [(item[0], item[1].get("label")) for item in self.layout()]

    def submenu(self, label):
        return [item for parent in self.layout() if parent[1].get("label") == label
                for item in parent[2]]

    def choose(self, label, item_label):
        """A click on an item of a submenu of the status icon's menu."""
        wait(lambda: [item for item in self.submenu(label) if item[1]["label"] == item_label
                      and item[1]["enabled"]], f"{item_label} in {label}")
        id = [item[0] for item in self.submenu(label) if item[1]["label"] == item_label][0]
        self.rig.call(self.sni, *DBUSMENU, "Event",
                      GLib.Variant("(isvu)", (id, "clicked", GLib.Variant("i", 0), 0)))

    def registered_items(self):
        reply = self.rig.call("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher",
                              "org.freedesktop.DBus.Properties", "Get",
                              GLib.Variant("(ss)", ("org.kde.StatusNotifierWatcher",
                                                    "RegisteredStatusNotifierItems")))
        return " ".join(reply[0])

    def open_console(self):
        subprocess.run([self.rig.gsnet, "--console"], check=True, timeout=20)
        self.rig.window("Security Console")

    def page(self, name):
        """By its key: a window that has just come may still move under the pointer."""
        self.rig.focus("Security Console")
        self.rig.key(f"ctrl+{('Waiting', 'Rules', 'Log').index(name) + 1}")

    def close_console(self):
        self.rig.focus("Security Console")
        self.rig.key("ctrl+w")
        self.rig.no_window("Security Console")

    def clean_up(self):
        """After a test that failed, so that the next one starts as usual."""
        for id in range(1, self.last_id + 1):
            self.snetd.withdraw(id, "exited")
        self.snetd.set_mode("ask")
        for title in ("Security Console", "Create a Rule"):
            if self.rig.has_window(title):
                self.rig.focus(title)
                self.rig.key("ctrl+w")

    # The tests, in this order, on one desktop. A later one does not need an earlier one.

    def test_starts_without_snetd(self):
        self.gsnet = self.rig.start_gsnet()
        self.rig.wait_name(self.sni)
        wait(lambda: self.sni in self.registered_items(), "the icon in the panel")
        expect(self.sni_property("IconName") == "org.snet.Gsnet-nodaemon-symbolic", "its state")
        expect(self.sni_property("Id") and self.sni_property("Menu") == "/MenuBar", "Id and Menu")
        expect(self.sni_property("ItemIsMenu") is False, "ItemIsMenu")
        expect(len(self.sni_property("IconPixmap")) == 3, "pixmaps for hosts without the icon")
        for title in ("Security Console", "Create a Rule"):
            expect(not self.rig.has_window(title), "no window at start")

    def test_registers_when_snetd_appears(self):
        self.snetd.start()
        wait(lambda: self.snetd.agents, "an agent")
        wait(lambda: self.sni_property("IconName") == "org.snet.Gsnet-symbolic", "the idle icon")
        expect(self.snetd.agents[0][1] == "/org/snet/Gsnet/Agent", "the agent's path")

    def test_notification_allow(self):
        event = self.ask(deadline=int((time.time() + 60) * 1e6))
        self.rig.text("notifyd", "curl wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)")
        for button in ("Allow", "Deny", "Details…"):
            self.rig.find("notifyd", button, "push button")
        self.wait_status("NeedsAttention")
        self.rig.picture("notification")
        self.rig.click("notifyd", "Allow", "push button")
        expect(self.verdict() == (event["id"], "allow", {}), "allowed, this once")
        self.rig.gone("notifyd", "Allow", "push button")
        self.wait_status("Active")

    def test_notification_deny(self):
        event = self.ask()
        self.rig.click("notifyd", "Deny", "push button")
        expect(self.verdict() == (event["id"], "deny", {}), "denied, this once")

    def test_notification_withdrawn(self):
        event = self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.gone("notifyd", "Allow", "push button")
        self.wait_status("Active")
        expect(not self.snetd.verdicts, "no verdict")

    def test_markup_is_shown_as_it_is(self):
        self.ask(program="/tmp/<b>evil<b> & co\u202egnp.exe")
        self.rig.text("notifyd", "<b>evil<b> & co<U+202E>gnp.exe wants to connect to")
        self.rig.click("notifyd", "Deny", "push button")
        self.verdict()

    def test_at_most_three_notifications(self):
        first = [self.ask(remote_port=7000 + n) for n in range(5)]

        def shown():
            return {n for n in range(5) for text in self.rig.texts("notifyd")
                    if f"port {7000 + n}" in text}
        wait(lambda: shown() == {0, 1, 2}, "three of five")
        self.snetd.withdraw(first[1]["id"], "exited")
        wait(lambda: shown() == {0, 2, 3}, "the next one in its place")
        self.rig.picture("notifications")
        for event in first:
            self.snetd.withdraw(event["id"], "exited")
        wait(lambda: not shown(), "none")

    def details(self, **more):
        event = self.ask(**more)
        self.rig.click("notifyd", "Details…", "push button")
        self.rig.window("Create a Rule")
        return event

    def test_details_forever(self):
        event = self.details(deadline=int((time.time() + 60) * 1e6))
        self.rig.find("gsnet", "Your answer holds for this one call. You will be asked again.")
        self.rig.picture("rule-once")
        self.rig.click("gsnet", "Forever", "push button")
        self.rig.text("gsnet", "From now on, your answer also holds for connections that curl makes")
        self.rig.picture("rule-forever")
        self.rig.click("gsnet", "Allow", "push button")
        id, verdict, options = self.verdict()
        expect((id, verdict, options["lifetime"]) == (event["id"], "allow", "forever"), options)
        expect(sorted(options["match"]) == ALL, options["match"])
        self.rig.no_window("Create a Rule")

    def test_details_widened(self):
        self.details()
        self.rig.click("gsnet", "Until Restart", "push button")
        self.rig.click("gsnet", "This port", "label")
        self.rig.text("gsnet", "connections that curl makes (address 127.0.0.1, protocol tcp)")
        self.rig.click("gsnet", "Deny", "push button")
        verdict, options = self.verdict()[1:]
        expect((verdict, options["lifetime"]) == ("deny", "reboot"), options)
        expect(sorted(options["match"]) == sorted(set(ALL) - {"remote-port"}), options["match"])

    def test_details_error_is_shown(self):
        self.details()
        self.snetd.next_error = ("org.snet.Error.StoreFailed", "disk full")
        self.rig.click("gsnet", "Allow", "push button")
        self.rig.text("gsnet", "could not be saved, so nothing was decided")
        self.rig.picture("rule-error")
        self.rig.click("gsnet", "Allow", "push button")
        expect(self.verdict()[1:] == ("allow", {"lifetime": "once"}), "the second try")

    def test_details_keyboard(self):
        self.details()
        self.rig.focus("Create a Rule")
        self.rig.sensitive("gsnet", "Deny", "push button")
        self.rig.key("alt+d")
        expect(self.verdict()[1] == "deny", "denied by Alt+D")
        self.rig.no_window("Create a Rule")

    def test_details_escape_answers_nothing(self):
        event = self.details()
        self.rig.focus("Create a Rule")
        self.rig.key("Escape")
        self.rig.no_window("Create a Rule")
        expect(not self.snetd.verdicts, "no verdict")
        self.wait_status("NeedsAttention")
        self.snetd.withdraw(event["id"], "timeout")
        self.wait_status("Active")

    def test_typing_ahead_answers_nothing(self):
        """Keys that come as the window does, before a person can have read it."""
        event = self.ask()
        self.rig.click("notifyd", "Details…", "push button")
        for keys in ("alt+a", "Return", "space", "alt+d"):
            self.rig.key(keys)
        self.rig.window("Create a Rule")
        for keys in ("alt+a", "Return", "alt+d"):
            self.rig.key(keys)
        self.rig.sensitive("gsnet", "Deny", "push button")
        expect(not self.snetd.verdicts, "no verdict from keys that came too early")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")

    def test_details_withdrawn(self):
        event = self.details()
        self.snetd.withdraw(event["id"], "exited")
        self.rig.text("gsnet", "The program has ended.")
        self.rig.picture("rule-withdrawn")
        self.rig.no_window("Create a Rule")

    def test_menu(self):
        before = self.menu()
        expect([label for _, label in before] ==
               ["_Pause Asking", "What No _Rule Decides", None, "Open _Security Console", "_Quit"],
               before)
        event = self.ask(program="/opt/a_b")
        wait(lambda: len(self.menu()) == 8, "the request in the menu")
        after = self.menu()
        expect(after[0][1] == "1 waiting" and after[2][1] is None, after)
        expect(after[1][1] == "a__b wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)", after)
        expect(after[3:] == before, "items keep their ids")
        arguments = GLib.Variant("(isvu)", (after[1][0], "clicked", GLib.Variant("i", 0), 0))
        self.rig.call(self.sni, *DBUSMENU, "Event", arguments)
        self.rig.window("Create a Rule")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")
        with contextlib.suppress(GLib.Error):
            self.rig.call(self.sni, *DBUSMENU, "Event", arguments)
            raise Failed("a click on an item that is gone")

    def test_icon_opens_what_waits(self):
        event = self.ask()
        self.wait_status("NeedsAttention")
        self.rig.call(self.sni, *SNI, "Activate", GLib.Variant("(ii)", (0, 0)))
        self.rig.window("Create a Rule")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Create a Rule")

    def test_console_waiting(self):
        self.open_console()
        self.rig.text("gsnet", "A program that wants to use the network")
        self.rig.picture("console-empty")
        first = self.ask()
        self.ask(program="/usr/bin/python3.11", operation="listen", remote_address=None,
                 remote_port=None, local_address="0.0.0.0", local_port=8000)
        self.rig.find("gsnet", "python3.11 wants to accept connections", "label")
        self.rig.sensitive("gsnet", "Programs that wait for an answer", "list")
        self.rig.picture("console-waiting")
        self.rig.click("gsnet", "Deny", "push button")
        id, verdict = self.verdict()[:2]
        expect((id, verdict) == (first["id"], "deny"), f"the first row's Deny: {id} {verdict}")
        # The second row has moved up, and takes clicks after a moment only.
        self.rig.gone("gsnet", "curl wants to connect", "label")
        self.rig.sensitive("gsnet", "Programs that wait for an answer", "list")
        self.rig.click("gsnet", "Allow", "push button")
        expect(self.verdict()[:2] == (self.last_id, "allow"), "the second row's Allow")
        self.close_console()

    def test_console_rules(self):
        def rule(**conditions):
            self.snetd.do_Add(None, {key.replace("_", "-"): value
                                     for key, value in conditions.items()})
        rule(action="allow", lifetime="forever", owner=os.getuid(), operation="connect",
             program="/usr/bin/curl", remote_address="127.0.0.1", remote_port=8080, protocol="tcp")
        rule(action="deny", lifetime="reboot", owner=os.getuid(), operation="listen",
             program="/usr/bin/python3.11", local_port=8000)
        rule(action="ask", remote_address="192.0.2.0/24")
        self.open_console()
        self.page("Rules")
        self.rig.find("gsnet", "127.0.0.1, port 8080, tcp")
        self.rig.picture("console-rules")
        self.rig.click("gsnet", "Remove the rule for curl", "push button")
        wait(lambda: 1 not in self.snetd.rules, "the rule to be removed")
        self.rig.click("gsnet", "Undo", "label")
        wait(lambda: 4 in self.snetd.rules, "the rule to be made again")
        again = self.snetd.rules[4]
        expect((again["remote-port"], again["owner"]) == (8080, os.getuid()), again)
        self.rig.find("gsnet", "127.0.0.1, port 8080, tcp")
        self.close_console()

    def test_console_log(self):
        now = int(time.time() * 1e6)
        self.snetd.events = [curl(10000 + n, serial=n, time=now - 60_000_000 + n,
                                  remote_port=n, verdict=("allow", "deny")[n % 2],
                                  reason=("rule", "user", "timeout")[n % 3]) for n in range(1, 501)]
        self.snetd.queries.clear()
        self.open_console()
        self.page("Log")
        self.rig.text("gsnet", "127.0.0.1, port 500")
        self.rig.picture("console-log")
        self.snetd.decided(curl(20000, verdict="allow", reason="user", remote_port=9999))
        self.rig.text("gsnet", "127.0.0.1, port 9999")
        # To the end: the next page is asked for by the number of the last row.
        self.rig.focus("Security Console")
        xdotool("mousemove", "--window", self.rig.window("Security Console"), 300, 300)

        def scrolled():
            xdotool("click", "--repeat", 30, 5)
            return len(self.snetd.queries) > 1
        wait(scrolled, "the second page")
        expect(self.snetd.queries[1]["before"] == 301, self.snetd.queries)
        self.close_console()

    def test_console_states(self):
        self.open_console()
        self.page("Waiting")
        self.snetd.set_kernel("absent")
        self.rig.text("gsnet", "This kernel asks nobody")
        self.rig.picture("console-nokernel")
        wait(lambda: "nokernel" in self.sni_property("IconName"), "the icon")
        self.snetd.set_kernel("lsm")
        self.rig.text("gsnet", "Nothing Waits")
        self.close_console()

    def test_modes(self):
        def tooltip():
            return self.sni_property("ToolTip")[3]
        self.open_console()
        for mode, words, sentence in (
                ("monitor", "Monitoring", "What no rule denies is allowed"),
                ("lockdown", "Locked Down", "What no rule allows is denied"),
                ("off", "Off", "The firewall is off")):
            self.snetd.set_mode(mode)
            self.rig.find("gsnet", words)
            wait(lambda: self.sni_property("IconName") == f"org.snet.Gsnet-{mode}-symbolic",
                 f"the icon of {mode}")
            wait(lambda: tooltip().startswith(sentence), f"the tooltip of {mode}")
            wait(lambda: self.sni_property("Title") == f"Firewall: {words}", f"the title of {mode}")
            self.rig.picture(f"console-{mode}")
        self.snetd.set_mode("off", int(time.time() * 1e6) + 60_000_000)
        wait(lambda: ", until " in tooltip(), "the end in the tooltip")
        self.snetd.set_mode("ask")
        self.rig.find("gsnet", "Asking")
        wait(lambda: tooltip() == "Nothing waits", "the tooltip without a mode")
        expect(self.sni_property("Title") == "Firewall", self.sni_property("Title"))
        self.close_console()

    def test_mode_is_chosen(self):
        def chosen():
            return [item[1]["label"] for item in self.submenu("What No _Rule Decides")
                    if item[1]["toggle-state"]]
        wait(lambda: chosen() == ["_Ask"], "asking in the menu")
        self.choose("What No _Rule Decides", "_Off")
        wait(lambda: chosen() == ["_Off"], "off in the menu")
        expect(self.snetd.mode() == ("off", 0), self.snetd.mode())
        wait(lambda: not self.submenu("_Pause Asking"), "nothing to pause")
        self.choose("What No _Rule Decides", "_Ask")
        wait(lambda: chosen() == ["_Ask"], "asking again in the menu")

        self.choose("_Pause Asking", "For 15 _Minutes")
        wait(lambda: chosen() == ["_Monitor: Allow and Log"], "monitoring in the menu")
        mode, until = self.snetd.mode()
        expect(mode == "monitor" and 890e6 < until - time.time() * 1e6 < 900e6, (mode, until))
        self.snetd.set_mode("ask")
        self.choose("_Pause Asking", "Until _Tomorrow")
        wait(lambda: chosen() == ["_Monitor: Allow and Log"], "monitoring until tomorrow")
        mode, until = self.snetd.mode()
        expect(time.localtime(until / 1e6)[3:6] == (6, 0, 0), (mode, until))
        expect(0 < until / 1e6 - time.time() < 26 * 3600, (mode, until))

        self.snetd.next_error = ("org.freedesktop.DBus.Error.AccessDenied", "no")
        self.choose("What No _Rule Decides", "_Off")
        self.rig.window("Security Console")
        self.rig.text("gsnet", "You are not allowed to do this.")
        self.rig.picture("console-mode-refused")
        self.rig.click("gsnet", "Monitoring")
        self.rig.find("gsnet", "Ask Again")
        self.rig.picture("console-mode-menu")
        self.rig.key("a")
        wait(lambda: self.snetd.mode() == ("ask", 0), "asking, by the console")
        self.close_console()

    def test_snetd_restarts(self):
        self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        self.snetd.stop()
        self.rig.gone("notifyd", "Allow", "push button")
        wait(lambda: "nodaemon" in self.sni_property("IconName"), "the icon")
        self.open_console()
        self.rig.text("gsnet", "The firewall service is not running")
        self.rig.picture("console-nodaemon")
        self.close_console()
        self.snetd.start()
        wait(lambda: self.snetd.agents, "the agent again")
        wait(lambda: self.sni_property("IconName") == "org.snet.Gsnet-symbolic", "the idle icon")

    def test_panel_restarts(self):
        self.rig.reap(self.rig.panel)
        wait(lambda: not self.rig.has_name("org.kde.StatusNotifierWatcher"), "no watcher")
        self.rig.panel = self.rig.start_panel()
        wait(lambda: self.sni in self.registered_items(), "the icon in the new panel")

    def test_strangers_are_refused(self):
        stranger = FakeSnetd(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
        sender, path = self.snetd.agents[0]
        event = GLib.Variant("(ta{sv})", (1, {}))
        try:
            stranger.bus.call_sync(sender, path, "org.snet.Agent", "Ask", event, None, 0, 5000,
                                   None)
        except GLib.Error as error:
            expect("AccessDenied" in error.message, error.message)
            return
        raise Failed("a stranger may ask")

    def test_quit(self):
        self.ask()
        self.rig.find("notifyd", "Allow", "push button")
        quit_id = next(id for id, label in self.menu() if label == "_Quit")
        self.rig.call(self.sni, *DBUSMENU, "Event",
                      GLib.Variant("(isvu)", (quit_id, "clicked", GLib.Variant("i", 0), 0)))
        expect(self.gsnet.wait(20) == 0, "a clean exit")
        self.rig.gone("notifyd", "Allow", "push button")
        expect(not self.snetd.verdicts, "no verdict")


def main():
    rig = Rig(*sys.argv[1:3])
    names = [name for name in vars(Tests) if name.startswith("test_")]
    if sys.argv[3:]:
        names = [*names[:2], *sys.argv[3:]]
    print(f"1..{len(names)}", flush=True)
    failed = False
    with contextlib.ExitStack() as stack:
        stack.callback(rig.stop)
        rig.start()
        tests = Tests(rig)
        for number, name in enumerate(names, 1):
            try:
                tests.snetd.verdicts.clear()
                getattr(tests, name)()
                print(f"ok {number} - {name}", flush=True)
            except Exception:  # any failure is one of this test, and the next one is tried
                failed = True
                traceback.print_exc()
                rig.picture(f"failed-{name}")
                print(f"not ok {number} - {name}", flush=True)
                tests.clean_up()
        if failed:
            rig.show_log()
    return failed


if __name__ == "__main__":
    sys.exit(main())
