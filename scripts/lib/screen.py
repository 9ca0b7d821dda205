# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on the screen, as the accessibility bus tells it, and clicks on it.

Speaks to the accessibility bus itself, not through libatspi: that library keeps
what it was told, also when it is out of date, and can wait for ever for a
program that has just started. Here each call is answered or has a bound.
Clicks and keys are real ones of the X server.
"""

import subprocess
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
# Roles by their numbers: their names differ from toolkit to toolkit.
ROLES = {7: "check box", 23: "frame", 29: "label", 31: "list", 37: "page tab",
         43: "push button", 62: "toggle button"}
# Bits of a state set, and kinds of coordinates.
SENSITIVE, SHOWING, VISIBLE = 24, 25, 30
ON_SCREEN, IN_WINDOW = 0, 1

# How many pixels of the screen are one of GTK 4's, in either direction: what GDK_SCALE says.
scale = 1

# Milliseconds that a program has to answer.
CALL_LIMIT = 3000
# Milliseconds from one look at the screen to the next: the bus has no event for each change.
LOOK_AGAIN = 100


class NotFound(Exception):
    """What was looked for did not come in time."""


def a11y_bus():
    session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress",
                                None, None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
    flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
             Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
    return Gio.DBusConnection.new_for_address_sync(address, flags, None, None)


class Node:
    """An object on the screen. Nothing of it is kept: each question is a call."""

    def __init__(self, bus, name, path, application=None):
        self.bus = bus
        self.owner = name
        self.path = path
        self.application = application or self

    def call(self, interface, method, arguments=None):
        return self.bus.call_sync(self.owner, self.path, interface, method, arguments, None,
                                  Gio.DBusCallFlags.NONE, CALL_LIMIT, None).unpack()

    def property(self, interface, name):
        return self.call("org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (interface, name)))[0]

    def children(self):
        """The objects right below; none if it went away."""
        try:
            found = self.call(ACCESSIBLE, "GetChildren")[0]
        except GLib.Error:
            return []
        return [Node(self.bus, name, path, self.application) for name, path in found
                if not path.endswith("/null")]

    def name(self):
        return self.property(ACCESSIBLE, "Name")

    def role(self):
        number = self.call(ACCESSIBLE, "GetRole")[0]
        return ROLES.get(number, f"role {number}")

    def has_state(self, state):
        words = self.call(ACCESSIBLE, "GetState")[0]
        return bool(words[state // 32] & 1 << state % 32)

    def extents(self, kind):
        return self.call(COMPONENT, "GetExtents", GLib.Variant("(u)", (kind,)))[0]

    def is_gtk4(self):
        """GTK 4 has its own ways here, see shows() and point_at()."""
        version = self.application.property("org.a11y.atspi.Application", "Version")
        return version.startswith("4")

    def shows(self):
        if not self.is_gtk4():
            return self.has_state(SHOWING)
        # GTK 4.8 says "showing" of windows only; but what was never shown has no size.
        return self.has_state(VISIBLE) and self.extents(IN_WINDOW)[2] > 0


class Screen:
    def __init__(self):
        self.bus = a11y_bus()

    def applications(self, name):
        """The running programs that have this in their name."""
        root = Node(self.bus, "org.a11y.atspi.Registry", ROOT)
        for node in root.children():
            application = Node(self.bus, node.owner, node.path)
            try:
                if name.lower() in application.name().lower():
                    yield application
            except GLib.Error:
                continue

    def walk(self, node):
        for child in node.children():
            yield child
            yield from self.walk(child)

    def look(self, app, name=None, role=None):
        """The first object that shows and has this name (an asterisk ends a beginning)."""
        for application in self.applications(app):
            for node in self.walk(application):
                try:
                    if matches(node, name, role) and node.shows():
                        return node
                except GLib.Error:
                    continue
        return None

    def texts(self, app):
        """Role and name of all that shows and has a name."""
        found = []
        for application in self.applications(app):
            for node in self.walk(application):
                try:
                    if node.name() and node.shows():
                        found.append((node.role(), node.name()))
                except GLib.Error:
                    continue
        return found

    def find(self, app, name=None, role=None, seconds=20):
        return wait(lambda: self.look(app, name, role), f"{role or 'object'} '{name}' of {app}",
                    seconds)

    def gone(self, app, name=None, role=None, seconds=20):
        wait(lambda: not self.look(app, name, role), f"no {role or 'object'} '{name}' of {app}",
             seconds)

    def sensitive(self, app, name=None, role=None, seconds=20):
        """An object that shows and takes clicks."""
        def ready():
            node = self.look(app, name, role)
            return node if node and node.has_state(SENSITIVE) else None
        return wait(ready, f"{role or 'object'} '{name}' of {app} to take clicks", seconds)

    def click(self, app, name=None, role=None, seconds=20):
        point_at(self.sensitive(app, name, role, seconds))
        xdotool("click", 1)


def matches(node, name, role):
    if name is not None:
        actual = node.name()
        if not (actual.startswith(name[:-1]) if name.endswith("*") else actual == name):
            return False
    return role is None or node.role() == role


def wait(check, what, seconds=20):
    """Runs the main loop until check() is true."""
    context = GLib.MainContext.default()
    end = time.monotonic() + seconds
    ticker = GLib.timeout_add(LOOK_AGAIN, lambda: True)
    try:
        while True:
            try:
                result = check()
            except GLib.Error:
                # What was looked at went away.
                result = None
            if result:
                return result
            if time.monotonic() > end:
                raise NotFound(f"{what}: not within {seconds} s")
            context.iteration(True)
    finally:
        GLib.source_remove(ticker)


def xdotool(*words):
    return subprocess.run(["xdotool", *map(str, words)], check=True, capture_output=True,
                          text=True).stdout


def managed():
    """Those that the window manager has placed: before, they come, go and move."""
    listed = subprocess.run(["xprop", "-root", "_NET_CLIENT_LIST"], capture_output=True,
                            text=True, check=True).stdout.replace(",", " ").split()
    return [str(int(word, 16)) for word in listed if word.startswith("0x")]


def windows(title):
    # One that has gone in the meantime has no name.
    return [window for window in managed()
            if subprocess.run(["xdotool", "getwindowname", window], capture_output=True,
                              text=True, check=False).stdout.strip() == title]


def windows_of(name):
    """Those of a program, by the class of its windows."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", name],
                           capture_output=True, text=True, check=False).stdout.split()
    return [window for window in found if window in managed()]


def window(title):
    return wait(lambda: windows(title), f"the window '{title}'")[-1]


def ancestor(node):
    """The top level that an object is in."""
    while True:
        owner, path = node.property(ACCESSIBLE, "Parent")
        if path == node.application.path:
            return node
        node = Node(node.bus, owner, path, node.application)


def point_at(node):
    """Moves the pointer to the middle of an object."""
    if node.is_gtk4():
        # GTK 4 does not know where its windows are; the X server does.
        left, top, width, height = (scale * value for value in node.extents(IN_WINDOW))
        where = ("--window", window(ancestor(node).name()))
    else:
        left, top, width, height = node.extents(ON_SCREEN)
        where = ()
    xdotool("mousemove", *where, left + width // 2, top + height // 2)
