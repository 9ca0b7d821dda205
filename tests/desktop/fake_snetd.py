# SPDX-License-Identifier: GPL-2.0-or-later
"""An snetd that does what a test tells it, and writes down what it is asked.

It is held to dbus/*.xml and docs/rules.md: it has all members with their arguments, and a call, a
reply or a key that is not as described there is a problem, after which a test fails.
"""

import time
import traceback

from contract import Broken, Contract
from gi.repository import Gio, GLib

CONTRACT = Contract()
PATH = "/org/snet"
CONTROL = "org.snet.Control"
# What Query compares otherwise than by being equal.
ORDERED = {"before": lambda event, value: event["serial"] < value,
           "after": lambda event, value: event["serial"] > value,
           "since": lambda event, value: event["time"] >= value,
           "until": lambda event, value: event["time"] < value}
TEXTS = ("program", "command", "comm", "remote-host", "remote-address")


def vardict(values, keys=CONTRACT.event_keys):
    """a{sv} of an event, or of what the keys are of."""
    return {key: GLib.Variant(keys[key], value) for key, value in values.items()}


def dictionaries(values, keys=CONTRACT.event_keys):
    return GLib.Variant("(aa{sv})", ([vardict(value, keys) for value in values],))


def curl(id, **more):
    event = {"id": id, "time": int(time.time() * 1e6), "operation": "connect", "family": "inet",
             "type": "stream", "protocol": "tcp", "uid": 1000, "pid": 4242, "comm": "curl",
             "program": "/usr/bin/curl", "netns": 4026531840, "local-address": "127.0.0.1",
             "remote-address": "127.0.0.1", "remote-port": 8080, "hold": "thread"}
    event.update({key.replace("_", "-"): value for key, value in more.items()})
    return {key: value for key, value in event.items() if value is not None}


def is_found(event, wanted):
    """Whether Query finds it."""
    for key, value in wanted.items():
        if key in ORDERED:
            found = ORDERED[key](event, value)
        elif key == "text":
            found = any(value.lower() in str(event.get(part, "")).lower() for part in TEXTS)
        else:
            found = event.get(key) == value
        if not found:
            return False
    return True


def tally(events):
    return {"allowed": GLib.Variant("t", sum(e["verdict"] == "allow" for e in events)),
            "denied": GLib.Variant("t", sum(e["verdict"] == "deny" for e in events)),
            "asked": GLib.Variant("t", sum(e["reason"] in ("user", "timeout") for e in events))}


def top(events, *keys):
    """Of the first of these keys that an event has: its values, and their numbers."""
    names = {}
    for event in events:
        key = next((key for key in keys if key in event), None)
        if key:
            names.setdefault((key, event[key]), []).append(event)
    ranked = sorted(names.items(), key=lambda item: -len(item[1]))[:20]
    return GLib.Variant("aa{sv}", [{key: GLib.Variant("s", value), **tally(found)}
                                   for (key, value), found in ranked])


def summary(events, since, until, buckets):
    """What Summarize makes of events."""
    width = (until - since - 1) // buckets + 1
    parts = [[] for _ in range(buckets)]
    for event in events:
        parts[(event["time"] - since) // width].append(event)
    tallies = [tally(part) for part in parts]
    return {"since": GLib.Variant("x", since), "until": GLib.Variant("x", until),
            "width": GLib.Variant("x", width), "events": GLib.Variant("t", len(events)),
            **{key: GLib.Variant("at", [part[key].unpack() for part in tallies])
               for key in ("allowed", "denied", "asked")},
            "programs": top(events, "program"),
            "destinations": top([event for event in events
                                 if event["operation"] in ("connect", "send")],
                                "remote-host", "remote-address")}


class FakeSnetd:
    """Owns org.snet from start() to stop(). Its state is public: a test reads and sets it."""

    def __init__(self, address):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.bus.set_exit_on_close(False)
        self.agents = []
        # What was done: each call, and some of them again in a handier way.
        self.calls = []
        self.verdicts = []
        self.queries = []
        self.problems = []
        # What there is: that waits, by id; that was missed; the journal; the rules, by id.
        self.waiting = {}
        self.missed = []
        self.events = []
        self.rules = {}
        self.next_rule = 1
        # What the next call of a method fails with: a name and a message; and what some calls reply.
        self.errors = {}
        self.statistics = {"waiting": GLib.Variant("t", 0)}
        self.explained = []
        self.proposals = []
        self.imported = ([], 0, [])
        self.exported = ""
        self.properties = {"Version": GLib.Variant("s", "0"), "Kernel": GLib.Variant("s", "lsm"),
                           "Features": GLib.Variant("as", ["accept", "identity", "flow"]),
                           "Mode": GLib.Variant("s", "ask"), "ModeUntil": GLib.Variant("x", 0),
                           "ModeAfter": GLib.Variant("s", "ask"),
                           "VerdictDelay": GLib.Variant("u", 30),
                           "VerdictPolicy": GLib.Variant("s", "deny")}
        CONTRACT.check_stand_in(self)
        for info in CONTRACT.own():
            self.bus.register_object(PATH, info, self._call, self._get, None)

    def start(self):
        self._bus_call("RequestName", GLib.Variant("(su)", ("org.snet", 0)))

    def stop(self):
        self.agents = []
        self.waiting = {}
        self._bus_call("ReleaseName", GLib.Variant("(s)", ("org.snet",)))

    def _bus_call(self, method, arguments):
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", method, arguments, None, 0, -1, None)

    def _get(self, bus, sender, path, interface, name):
        return self.properties[name]

    def _call(self, bus, sender, path, interface, method, arguments, invocation):
        self.calls.append((method, *arguments.unpack()))
        try:
            CONTRACT.check_dictionaries(interface, method, arguments)
            if method in self.errors:
                invocation.return_dbus_error(*self.errors.pop(method))
                return
            result = getattr(self, f"do_{method}")(sender, *arguments.unpack())
            CONTRACT.check_reply(interface, method, result)
        except Exception as error:  # any of them is the test's to tell
            self.problems.append("".join(traceback.format_exception(error)))
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", repr(error))
            return
        invocation.return_value(result)
        self.bus.flush_sync(None)

    # What gsnet calls.

    def do_Register(self, sender, agent):
        self.agents.append((sender, agent))
        GLib.idle_add(self._offer, sender, agent)

    def _offer(self, sender, agent):
        """After the reply, as snetd does."""
        if (sender, agent) in self.agents:
            for event in self.waiting.values():
                self._tell_one(sender, agent, "Ask", self._question(event))
        return GLib.SOURCE_REMOVE

    def do_Unregister(self, sender, agent):
        self.agents.remove((sender, agent))

    def do_Watch(self, sender, agent):
        raise PermissionError("gsnet asks, and does not only watch")

    def do_Verdict(self, sender, id, verdict, options):
        self.verdicts.append((id, verdict, options))

    def do_ListPending(self, sender):
        return dictionaries(self.waiting.values())

    def do_ListMissed(self, sender):
        return dictionaries(self.missed)

    def do_Dismiss(self, sender, id):
        self.missed = [event for event in self.missed if event["id"] != id]
        self.tell_missed()

    def do_Query(self, sender, filter, limit):
        self.queries.append(filter)
        found = [event for event in self.events if is_found(event, filter)]
        found = sorted(found, key=lambda event: -event["serial"])[:limit or 1000]
        return dictionaries(found)

    def do_Read(self, sender, after, limit):
        raise PermissionError("only root and the group snet may read the journal so")

    def do_SetMode(self, sender, mode, options):
        until = options.get("until", 0)
        if "duration" in options:
            until = int((time.time() + options["duration"]) * 1e6)
        self.set_mode(mode, until)

    def do_SetVerdictDelay(self, sender, seconds):
        self._change(VerdictDelay=GLib.Variant("u", seconds))

    def do_SetVerdictPolicy(self, sender, policy):
        self._change(VerdictPolicy=GLib.Variant("s", policy))

    def do_FlushTickets(self, sender):
        pass

    def do_Reload(self, sender):
        pass

    def do_GetStatistics(self, sender):
        return GLib.Variant("(a{sv})", (self.statistics,))

    def do_List(self, sender):
        return dictionaries(self.rules.values(), CONTRACT.rule_keys)

    def do_Lists(self, sender):
        return dictionaries([])

    def do_Get(self, sender, id):
        return GLib.Variant("(a{sv})", (vardict(self.rules[id], CONTRACT.rule_keys),))

    def do_Add(self, sender, rule):
        id = self.next_rule
        self.next_rule += 1
        self.rules[id] = dict(rule, id=id, created=1)
        self.rules_changed("Added", id)
        return GLib.Variant("(t)", (id,))

    def do_Update(self, sender, id, rule):
        old = self.rules[id]
        kept = {key: old[key] for key in ("id", "created", "owner") if key in old}
        self.rules[id] = {**rule, **kept}
        self.rules_changed("Changed", id)

    def do_Remove(self, sender, id):
        del self.rules[id]
        self.rules_changed("Removed", id)

    def do_Import(self, sender, format, text, options):
        rules, present, problems = self.imported
        return GLib.Variant("(aa{sv}uas)", ([vardict(rule, CONTRACT.rule_keys) for rule in rules],
                                            present, problems))

    def do_Export(self, sender, options):
        return GLib.Variant("(s)", (self.exported,))

    def do_Explain(self, sender, event):
        return dictionaries(self.explained, CONTRACT.rule_keys)

    def do_Match(self, sender, rule, filter):
        conditions = {key: value for key, value in rule.items() if key in CONTRACT.event_keys}
        found = [event for event in self.events if is_found(event, filter)][-10000:]
        matched = [event for event in found if is_found(event, conditions)]
        return GLib.Variant("(uu)", (len(matched), len(found)))

    def do_Summarize(self, sender, filter, buckets):
        until = filter.get("until", int(time.time() * 1e6))
        found = [event for event in self.events if is_found(event, filter)]
        return GLib.Variant("(a{sv})", (summary(found, filter["since"], until, buckets),))

    def do_Propose(self, sender, filter):
        return dictionaries(self.proposals, dict(CONTRACT.rule_keys, count="t"))

    # What a test makes happen.

    def _emit(self, interface, signal, arguments):
        CONTRACT.check_signal(interface, signal, arguments)
        self.bus.emit_signal(None, PATH, interface, signal, arguments)

    def rules_changed(self, signal, id):
        self._emit("org.snet.Rules", signal, GLib.Variant("(t)", (id,)))

    def _change(self, **properties):
        for name, value in properties.items():
            if value.get_type_string() != self.properties[name].get_type_string():
                raise Broken(f"{name} is not of the type {value.get_type_string()}")
        self.properties.update(properties)
        changed = GLib.Variant("(sa{sv}as)", (CONTROL, properties, []))
        self.bus.emit_signal(None, PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                             changed)

    def set_kernel(self, kernel):
        self._change(Kernel=GLib.Variant("s", kernel))

    def mode(self):
        return self.properties["Mode"].unpack(), self.properties["ModeUntil"].unpack()

    def set_mode(self, mode, until=0):
        self._change(Mode=GLib.Variant("s", mode), ModeUntil=GLib.Variant("x", until))

    def _tell_one(self, sender, agent, method, arguments, bus=None):
        CONTRACT.check_agent_call(method, arguments)
        (bus or self.bus).call(sender, agent, "org.snet.Agent", method, arguments, None, 0, -1,
                               None, None)

    def _tell(self, method, arguments, bus=None):
        for sender, agent in self.agents:
            self._tell_one(sender, agent, method, arguments, bus)
        (bus or self.bus).flush_sync(None)

    @staticmethod
    def _question(event):
        return GLib.Variant("(ta{sv})", (event["id"], vardict(event)))

    def ask(self, event, bus=None):
        self.waiting[event["id"]] = event
        self._tell("Ask", self._question(event), bus)

    def withdraw(self, id, reason):
        self.waiting.pop(id, None)
        self._tell("Withdraw", GLib.Variant("(ts)", (id, reason)))

    def decided(self, event):
        self._tell("Decided", GLib.Variant("(tsa{sv})",
                                           (event["id"], event["verdict"], vardict(event))))

    def tell_missed(self):
        self._tell("Missed", GLib.Variant("(u)", (len(self.missed),)))
