# SPDX-License-Identifier: GPL-2.0-or-later
"""What a screen reader and the keyboard find in gsnet's windows."""

import re

from gi.repository import GLib
from rig import screen

# Bits of a state set.
FOCUSABLE, FOCUSED, SELECTED, SENSITIVE = 11, 12, 23, 24
# Roles by their numbers: those that say nothing; those of what holds controls and is none itself,
# such as a row of a table, which GTK 4.8 gives no name: its cells have their texts.
NO_ROLES = {0, 67}
CONTAINERS = {20: "filler", 22: "layered pane", 31: "list", 39: "panel", 49: "scroll pane",
              55: "table", 66: "tree table",
              90: "table row"}
ROW, COMBO_ROW, ENTRY_ROW = 32, 11, 61
BUTTONS = {7: "check box", 43: "push button", 44: "radio button", 62: "toggle button"}
# GTK 4.8 calls what has no name by its class.
CLASS_NAME = re.compile(r"(Gtk|Adw|Gsnet)[A-Z]\w*$")


class Control:
    """One object as it was when it was looked at."""

    def __init__(self, node):
        self.node = node
        self.path = node.path
        self.role = node.call(screen.ACCESSIBLE, "GetRole")[0]
        self.name = node.name()
        low, high = node.call(screen.ACCESSIBLE, "GetState")[0]
        self.states = low | high << 32

    def has(self, state):
        return bool(self.states >> state & 1)

    def is_named(self):
        return bool(self.name) and not CLASS_NAME.match(self.name)

    def is_control(self):
        return self.has(FOCUSABLE) and self.role not in CONTAINERS

    def __repr__(self):
        return f"{BUTTONS.get(self.role, f'role {self.role}')} '{self.name}'"


def window(display, title):
    """The top level of gsnet with this title, or None."""
    for application in display.applications("gsnet"):
        for child in application.children():
            try:
                if child.name() == title:
                    return child
            except GLib.Error:
                continue
    return None


def serve():
    """The buses' other ends are in this program, too, and gsnet waits only so long for them."""
    while GLib.MainContext.default().iteration(False):
        pass


def visible(node):
    """All that shows below an object."""
    for child in node.children():
        serve()
        try:
            if not child.shows():
                continue
            control = Control(child)
        except GLib.Error:
            continue
        yield control
        yield from visible(child)


def focused(node):
    """What has the keyboard below an object, or None. That the text in an entry's row has it,
    libadwaita does not tell: it is there when it is nowhere else."""
    entries = []
    for control in visible(node):
        if control.has(FOCUSED):
            return control
        if control.role == ENTRY_ROW and control.has(SENSITIVE):
            entries.append(control)
    return entries[0] if len(entries) == 1 else None
