# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of gsnet have in common.

Each test_NAME.py has a class of Case with methods test_…, and ends with main(…). It is a test of
meson's, and has a display, buses and a gsnet of its own, so that several run at a time. Within it
the tests run in their order, on one desktop; a later one does not need an earlier one.

    test_NAME.py GSNET SCHEMA-DIR [TEST…]
"""

import contextlib
import subprocess
import sys
import traceback

from fake_snetd import curl
from gi.repository import GLib
from rig import Failed, Rig, wait

SNI = ("/StatusNotifierItem", "org.kde.StatusNotifierItem")
DBUSMENU = ("/MenuBar", "com.canonical.dbusmenu")
PROPERTIES = "org.freedesktop.DBus.Properties"
IDLE = "org.snet.Gsnet-symbolic"
WINDOWS = ("Security Console", "Create a Rule", "Network Request")


def expect(condition, what):
    if not condition:
        raise Failed(what)


class Case:
    # What the desktop has: a name of rig.NOTIFICATIONS, or None for none; a panel.
    notifications = "xfce"
    panel = True
    # Options of gsnet, and what is to be in its environment.
    options = ()
    environment = {}
    # Settings of gsnet, as text, that are not as for a new user.
    settings = {"welcomed": "true"}

    def __init__(self, rig):
        self.rig = rig
        self.snetd = rig.snetd
        self.gsnet = None
        self.last_id = 0

    @classmethod
    def prepare(cls, home):
        """Before the desktop starts: files in the home folder."""

    def set_up(self):
        """Before the first test: gsnet runs, and is snetd's agent."""
        self.start_gsnet()
        self.start_snetd()

    def start_gsnet(self):
        self.gsnet = self.rig.start_gsnet(*self.options, env=self.environment)
        self.rig.wait_name(self.sni)

    def start_snetd(self):
        self.snetd.start()
        wait(lambda: self.snetd.agents, "an agent")
        wait(lambda: self.sni_property("IconName") == IDLE, "the idle icon")

    def clean_up(self):
        """After a test that failed, so that the next one starts as usual."""
        for id in range(1, self.last_id + 1):
            self.snetd.withdraw(id, "exited")
        if self.gsnet and self.gsnet.poll() is not None:
            self.snetd.agents.clear()
            self.start_gsnet()
            wait(lambda: self.snetd.agents, "the agent again")
        self.snetd.errors.clear()
        self.snetd.set_mode("ask")
        for title in WINDOWS:
            if self.rig.has_window(title):
                self.rig.focus(title)
                self.rig.key("ctrl+w")

    def check(self):
        """After each test: what nobody looked at has not gone wrong meanwhile."""
        status = self.gsnet.poll() if self.gsnet else None
        expect(not status, f"gsnet has ended with status {status}")
        expect(not self.snetd.problems, self.snetd.problems)

    # What snetd asks, and how it is answered.

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

    # The status icon.

    @property
    def sni(self):
        return f"org.kde.StatusNotifierItem-{self.gsnet.pid}-1"

    def sni_property(self, name):
        return self.rig.call(self.sni, SNI[0], PROPERTIES, "Get",
                             GLib.Variant("(ss)", (SNI[1], name)))[0]

    def wait_status(self, status):
        wait(lambda: self.sni_property("Status") == status, f"the status {status}")

    def layout(self):
        reply = self.rig.call(self.sni, *DBUSMENU, "GetLayout",
                              GLib.Variant("(iias)", (0, -1, [])))
        return reply[1][2]

    def menu(self):
        return [(item[0], item[1].get("label")) for item in self.layout()]

    def menu_event(self, id, event="clicked"):
        self.rig.call(self.sni, *DBUSMENU, "Event",
                      GLib.Variant("(isvu)", (id, event, GLib.Variant("i", 0), 0)))

    def registered_items(self):
        reply = self.rig.call("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher",
                              PROPERTIES, "Get",
                              GLib.Variant("(ss)", ("org.kde.StatusNotifierWatcher",
                                                    "RegisteredStatusNotifierItems")))
        return " ".join(reply[0])

    # The windows.

    def activate(self, action, *parameter):
        """One of gsnet's own actions, as its menus have them."""
        arguments = GLib.Variant("(sava{sv})", (action, parameter, {}))
        self.rig.call("org.snet.Gsnet", "/org/snet/Gsnet", "org.gtk.Actions", "Activate", arguments)

    def open_console(self):
        subprocess.run([self.rig.gsnet, "--console"], check=True, timeout=20)
        self.rig.window("Security Console")

    def close_console(self):
        self.rig.focus("Security Console")
        self.rig.key("ctrl+w")
        self.rig.no_window("Security Console")


def run_test(case, name):
    """Whether it has passed."""
    try:
        case.snetd.verdicts.clear()
        getattr(case, name)()
        case.check()
        return True
    except Exception:  # any failure is one of this test, and the next one is tried
        traceback.print_exc()
        case.rig.picture(f"failed-{name}")
        case.snetd.problems.clear()
        with contextlib.suppress(Failed, GLib.Error, subprocess.SubprocessError):
            case.clean_up()
        return False


def main(tests):
    gsnet, schemas, *names = sys.argv[1:]
    names = names or [name for name in dir_of(tests) if name.startswith("test_")]
    print(f"1..{len(names)}", flush=True)
    failures = 0
    with contextlib.ExitStack() as stack:
        rig = Rig(gsnet, schemas, tests.notifications, tests.panel, tests.settings)
        stack.callback(rig.stop)
        try:
            tests.prepare(rig.home)
            rig.start()
            case = tests(rig)
            case.set_up()
            for number, name in enumerate(names, 1):
                passed = run_test(case, name)
                failures += not passed
                print(f"{'ok' if passed else 'not ok'} {number} - {name}", flush=True)
        except Exception:
            failures += 1
            raise
        finally:
            if failures:
                rig.show_log()
    sys.exit(failures > 0)


def dir_of(tests):
    """The names of a class in the order of the file, and before them those of what it is made of."""
    names = {}
    for part in reversed(tests.__mro__):
        names.update(dict.fromkeys(vars(part)))
    return list(names)
