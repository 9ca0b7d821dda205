# SPDX-License-Identifier: GPL-2.0-or-later
"""An snetd that does what a test tells it, and writes down what it is asked."""

import pathlib
import time

from gi.repository import Gio, GLib

DBUS_DIR = pathlib.Path(__file__).resolve().parents[2] / "dbus"
TYPES = {"id": "t", "time": "x", "uid": "u", "pid": "u", "netns": "t", "local-port": "q",
         "remote-port": "q", "deadline": "x", "rule": "t", "waited": "x", "serial": "t",
         "owner": "u", "created": "x"}


def vardict(values):
    return {key: GLib.Variant(TYPES.get(key, "s"), value) for key, value in values.items()}


def curl(id, **more):
    event = {"id": id, "time": int(time.time() * 1e6), "operation": "connect", "family": "inet",
             "type": "stream", "protocol": "tcp", "uid": 1000, "pid": 4242, "comm": "curl",
             "program": "/usr/bin/curl", "netns": 4026531840, "local-address": "127.0.0.1",
             "remote-address": "127.0.0.1", "remote-port": 8080, "hold": "thread"}
    event.update({key.replace("_", "-"): value for key, value in more.items()})
    return {key: value for key, value in event.items() if value is not None}


class FakeSnetd:
    """Owns org.snet from start() to stop(). Its state is public: a test reads and sets it."""

    def __init__(self, address):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.agents = []
        self.verdicts = []
        self.queries = []
        self.events = []
        self.rules = {}
        self.next_rule = 1
        self.next_error = None
        self.properties = {"Version": GLib.Variant("s", "0"), "Kernel": GLib.Variant("s", "lsm"),
                           "Features": GLib.Variant("as", ["accept", "identity", "flow"]),
                           "Mode": GLib.Variant("s", "ask"), "ModeUntil": GLib.Variant("x", 0),
                           "ModeAfter": GLib.Variant("s", "ask"),
                           "VerdictDelay": GLib.Variant("u", 30),
                           "VerdictPolicy": GLib.Variant("s", "deny")}
        for name in ("Events", "Rules", "Agents", "Control"):
            xml = (DBUS_DIR / f"org.snet.{name}.xml").read_text()
            info = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
            self.bus.register_object("/org/snet", info, self._call, self._get, None)

    def start(self):
        self._bus_call("RequestName", GLib.Variant("(su)", ("org.snet", 0)))

    def stop(self):
        self.agents = []
        self._bus_call("ReleaseName", GLib.Variant("(s)", ("org.snet",)))

    def _bus_call(self, method, arguments):
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", method, arguments, None, 0, -1, None)

    def _get(self, bus, sender, path, interface, name):
        return self.properties[name]

    def _call(self, bus, sender, path, interface, method, arguments, invocation):
        if self.next_error:
            name, message = self.next_error
            self.next_error = None
            invocation.return_dbus_error(name, message)
            return
        result = getattr(self, f"do_{method}")(sender, *arguments.unpack())
        invocation.return_value(result)
        self.bus.flush_sync(None)

    # What gsnet calls.

    def do_Register(self, sender, path):
        self.agents.append((sender, path))

    def do_Verdict(self, sender, id, verdict, options):
        self.verdicts.append((id, verdict, options))

    def do_SetMode(self, sender, mode, options):
        until = options.get("until", 0)
        if "duration" in options:
            until = int((time.time() + options["duration"]) * 1e6)
        self.set_mode(mode, until)

    def do_GetStatistics(self, sender):
        return GLib.Variant("(a{sv})", ({"waiting": GLib.Variant("t", 0)},))

    def do_List(self, sender):
        return GLib.Variant("(aa{sv})", ([vardict(rule) for rule in self.rules.values()],))

    def do_Add(self, sender, rule):
        id = self.next_rule
        self.next_rule += 1
        self.rules[id] = dict(rule, id=id, created=1)
        self.rules_changed("Added", id)
        return GLib.Variant("(t)", (id,))

    def do_Remove(self, sender, id):
        del self.rules[id]
        self.rules_changed("Removed", id)

    def do_Query(self, sender, wanted, limit):
        self.queries.append(wanted)
        found = [event for event in self.events
                 if event["serial"] < wanted.get("before", 2 ** 63)]
        found = sorted(found, key=lambda event: -event["serial"])[:limit or 1000]
        return GLib.Variant("(aa{sv})", ([vardict(event) for event in found],))

    # What a test makes happen.

    def rules_changed(self, signal, id):
        self.bus.emit_signal(None, "/org/snet", "org.snet.Rules", signal,
                             GLib.Variant("(t)", (id,)))

    def _change(self, **properties):
        self.properties.update(properties)
        changed = GLib.Variant("(sa{sv}as)", ("org.snet.Control", properties, []))
        self.bus.emit_signal(None, "/org/snet", "org.freedesktop.DBus.Properties",
                             "PropertiesChanged", changed)

    def set_kernel(self, kernel):
        self._change(Kernel=GLib.Variant("s", kernel))

    def mode(self):
        return self.properties["Mode"].unpack(), self.properties["ModeUntil"].unpack()

    def set_mode(self, mode, until=0):
        self._change(Mode=GLib.Variant("s", mode), ModeUntil=GLib.Variant("x", until))

    def _tell(self, method, arguments, bus=None):
        for sender, path in self.agents:
            (bus or self.bus).call(sender, path, "org.snet.Agent", method, arguments, None, 0, -1,
                                   None, None)
        (bus or self.bus).flush_sync(None)

    def ask(self, event, bus=None):
        self._tell("Ask", GLib.Variant("(ta{sv})", (event["id"], vardict(event))), bus)

    def withdraw(self, id, reason):
        self._tell("Withdraw", GLib.Variant("(ts)", (id, reason)))

    def decided(self, event):
        self._tell("Decided", GLib.Variant("(tsa{sv})",
                                           (event["id"], event["verdict"], vardict(event))))
