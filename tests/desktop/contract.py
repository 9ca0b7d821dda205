# SPDX-License-Identifier: GPL-2.0-or-later
"""What dbus/*.xml and the documents say of snetd's interfaces, to hold a stand-in to it."""

import inspect
import pathlib
import re

from gi.repository import Gio

TOP = pathlib.Path(__file__).resolve().parents[2]
# What snetd has on the bus, and what it calls.
OWN = ("Events", "Rules", "Agents", "Control")
AGENT = "org.snet.Agent"
# Arguments that are an event or a rule, by method and position.
EVENTS = {("Explain", 0)}
RULES = {("Add", 0), ("Update", 1), ("Match", 0)}
# Methods that take the same options as another one.
SAME_OPTIONS = dict.fromkeys(("Propose", "Match", "Summarize"), ("org.snet.Events", "Query"))


class Broken(Exception):
    """Something is not as it is described."""


def keys_of_list(text):
    """The types of the keys that an enumeration describes: "- `a`, `b` (s), `c` (u): …"."""
    keys = {}
    for item in re.split(r"\n\s*- ", text)[1:]:
        pending = []
        head = re.split(r":\s", item, maxsplit=1)[0]
        for name, kind in re.findall(r"`([a-z-]+)`|\(([a-z{}]{1,5})\)", head):
            if name:
                pending.append(name)
            else:
                keys.update(dict.fromkeys(pending, kind))
                pending = []
    return keys


def keys_of_table(text):
    """Those of a table: "| `a` | s | …"."""
    return dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z{}]{1,5}) \|", text, re.M))


class Contract:
    def __init__(self):
        self.texts = {name: (TOP / "dbus" / f"org.snet.{name}.xml").read_text()
                      for name in (*OWN, "Agent")}
        infos = [Gio.DBusNodeInfo.new_for_xml(text).interfaces[0] for text in self.texts.values()]
        self.interfaces = {info.name: info for info in infos}
        heading = self.texts["Events"].split("<interface")[0]
        self.event_keys = keys_of_list(heading)
        self.rule_keys = keys_of_table((TOP / "docs" / "rules.md").read_text())

    def own(self):
        return [self.interfaces[f"org.snet.{name}"] for name in OWN]

    def options(self, interface, method):
        """The keys that the comment of a method describes for its argument a{sv}."""
        interface, method = SAME_OPTIONS.get(method, (interface, method))
        text = self.texts[interface.rpartition(".")[2]]
        found = re.search(rf"<!--\s*{method}:((?:(?!-->).)*)-->\s*<method name=\"{method}\"", text,
                          re.S)
        return keys_of_list(found.group(1))

    def check_stand_in(self, stand_in):
        """That it has all members, each with its arguments, and no others."""
        described = {method.name: method for info in self.own() for method in info.methods}
        has = {name[3:] for name in dir(stand_in) if name.startswith("do_")}
        if has != set(described):
            raise Broken(f"methods: {sorted(has ^ set(described))}")
        for name, method in described.items():
            wanted = ["sender", *(arg.name for arg in method.in_args)]
            takes = list(inspect.signature(getattr(stand_in, f"do_{name}")).parameters)
            if takes != wanted:
                raise Broken(f"{name} takes {takes}, and is described with {wanted}")
        kinds = {part.name: part.signature for info in self.own() for part in info.properties}
        has = {name: value.get_type_string() for name, value in stand_in.properties.items()}
        if has != kinds:
            raise Broken(f"properties: {has}, described as {kinds}")

    @staticmethod
    def _signature(arguments):
        return f"({''.join(argument.signature for argument in arguments)})"

    def _check(self, what, value, arguments):
        wanted = self._signature(arguments)
        has = value.get_type_string() if value else "()"
        if has != wanted:
            raise Broken(f"{what} is {has}, and described as {wanted}")

    def check_reply(self, interface, method, value):
        info = self.interfaces[interface].lookup_method(method)
        self._check(f"the reply of {method}", value, info.out_args)

    def check_signal(self, interface, signal, value):
        info = self.interfaces[interface].lookup_signal(signal)
        if not info:
            raise Broken(f"{interface} has no signal {signal}")
        self._check(f"the signal {signal}", value, info.args)

    def check_agent_call(self, method, value):
        info = self.interfaces[AGENT].lookup_method(method)
        if not info:
            raise Broken(f"an agent has no method {method}")
        self._check(f"the call of {method}", value, info.in_args)

    def check_dictionaries(self, interface, method, arguments):
        """Of what is called: that each key of each dictionary is known there, with its type."""
        for position in range(arguments.n_children()):
            argument = arguments.get_child_value(position)
            if argument.get_type_string() != "a{sv}":
                continue
            if (method, position) in EVENTS:
                known = self.event_keys
            elif (method, position) in RULES:
                known = self.rule_keys
            else:
                known = self.options(interface, method)
            for index in range(argument.n_children()):
                entry = argument.get_child_value(index)
                key = entry.get_child_value(0).get_string()
                kind = entry.get_child_value(1).get_variant().get_type_string()
                if known.get(key) != kind:
                    raise Broken(f"{method}: the key {key} is {kind}, "
                                 f"and described as {known.get(key)}")
