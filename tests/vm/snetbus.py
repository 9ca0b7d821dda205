# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests in the machine need of org.snet: calls, signals, waiting.

Waiting is always for an event (a signal, the end of a process), with a bound
after which the test fails; nothing sleeps for luck.
"""

import json
import os
import subprocess
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.snet"
PATH = "/org/snet"
ERROR = "org.snet.Error."
ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"

bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)


def reconnect():
    """After the end of the bus: to the one that is there now."""
    global bus
    address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM, None)
    bus = Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
        Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)


def outlive_bus():
    """This program does not end with the connection that it has now."""
    bus.set_exit_on_close(False)


class Refused(Exception):
    """A D-Bus error: its name and its message."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


def call(interface, method, signature=None, *args):
    """Calls a method of org.snet, and returns its unpacked results."""
    parameters = GLib.Variant(f"({signature})", args) if signature else None
    try:
        reply = bus.call_sync(NAME, PATH, f"org.snet.{interface}", method,
                              parameters, None, Gio.DBusCallFlags.NONE, 10000, None)
    except GLib.Error as error:
        name = Gio.DBusError.get_remote_error(error)
        Gio.DBusError.strip_remote_error(error)
        raise Refused(name, error.message) from None
    result = reply.unpack()
    return result[0] if len(result) == 1 else result


def refusal(interface, method, signature=None, *args):
    """Calls a method that has to be refused, and returns the refusal."""
    try:
        call(interface, method, signature, *args)
    except Refused as refused:
        return refused
    raise AssertionError(f"{method}{args} was not refused")


def verdict(request, word, **options):
    call("Events", "Verdict", "tsa{sv}", request, word, variants(options))


def pending():
    return call("Events", "ListPending")


def query(limit=0, **conditions):
    return call("Events", "Query", "a{sv}u", variants(conditions), limit)


def rules():
    return call("Rules", "List")


def add_rule(**rule):
    return call("Rules", "Add", "a{sv}", variants(rule))


def control(name):
    """A property of org.snet.Control."""
    reply = bus.call_sync(NAME, PATH, "org.freedesktop.DBus.Properties", "Get",
                          GLib.Variant("(ss)", ("org.snet.Control", name)), None,
                          Gio.DBusCallFlags.NONE, 10000, None)
    return reply.unpack()[0]


def set_mode(mode, **options):
    call("Control", "SetMode", "sa{sv}", mode, variants(options))


TYPES = {
    "uid": "u", "pid": "u", "owner": "u",
    "remote_port": "q", "local_port": "q",
    "before": "t", "after": "t", "rule": "t", "id": "t",
    "since": "x", "until": "x", "duration": "u",
    "match": "as",
}


def variants(values):
    """{'remote_port': 80} to {'remote-port': <uint16 80>}."""
    return {key.replace("_", "-"):
            value if isinstance(value, GLib.Variant)
            else GLib.Variant(TYPES.get(key, "s"), value)
            for key, value in values.items()}


class Signals:
    """Keeps the signals of org.snet from its making on."""

    def __init__(self):
        self.seen = []
        self.subscription = bus.signal_subscribe(
            NAME, None, None, PATH, None, Gio.DBusSignalFlags.NONE, self._on_signal)
        # The bus has the match when it has answered a later call.
        bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                      "org.freedesktop.DBus", "GetId", None, None,
                      Gio.DBusCallFlags.NONE, -1, None)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        bus.signal_unsubscribe(self.subscription)

    def _on_signal(self, connection, sender, path, interface, member, parameters):
        self.seen.append((member, parameters.unpack()))

    def wait(self, member, test=lambda arguments: True, seconds=20):
        """Waits for a signal, and returns its arguments."""
        def find():
            for seen, arguments in self.seen:
                if seen == member and test(arguments):
                    return arguments
            return None
        return wait_until(find, seconds, f"signal {member}")


def wait_until(find, seconds, what):
    """Handles events until find() returns something, and returns it."""
    context = GLib.MainContext.default()
    expired = []
    timer = GLib.timeout_add(int(seconds * 1000), expired.append, True)
    try:
        while True:
            found = find()
            if found is not None:
                return found
            if expired:
                raise AssertionError(f"no {what} within {seconds} s")
            context.iteration(True)
    finally:
        if not expired:
            GLib.source_remove(timer)


def settle(names=(NAME,)):
    """Waits until the bus names have an owner."""
    for name in names:
        wait_owner(name, lambda owner: bool(owner))


def wait_owner(name, test, seconds=20):
    """Waits until the owner of a bus name satisfies a test; returns it."""
    owner = [None]

    def appeared(connection, unused_name, new_owner):
        owner[0] = new_owner

    def vanished(connection, unused_name):
        owner[0] = ""

    watch = Gio.bus_watch_name_on_connection(
        bus, name, Gio.BusNameWatcherFlags.NONE, appeared, vanished)
    try:
        return wait_until(lambda: owner[0] if owner[0] is not None and test(owner[0]) else None,
                          seconds, f"owner of {name}")
    finally:
        Gio.bus_unwatch_name(watch)


class Held:
    """A program that makes a network call, and is held in it."""

    def __init__(self, argv, signals, match=lambda event: True, **popen):
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **popen)
        pid = self.process.pid
        self.id, self.event = signals.wait(
            "Requested", lambda arguments: arguments[1]["pid"] == pid and match(arguments[1]))

    def finish(self, seconds=20):
        """Waits for the end; returns exit status and output."""
        output, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, output


def busctl(*words):
    """Runs busctl as a user would; returns its JSON, or None."""
    done = subprocess.run(["busctl", "--json=short", "call", NAME, PATH, *words],
                          check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["data"] if done.stdout.strip() else None


def kernel_parameter(name, value=None):
    """Reads a parameter of the kernel module, and sets it if given."""
    path = f"/sys/module/kernel/parameters/{name}"
    with open(path, encoding="ascii") as parameter:
        old = parameter.read().strip()
    if value is not None:
        with open(path, "w", encoding="ascii") as parameter:
            parameter.write(str(value))
    return old


def service_pid(unit="snetd.service"):
    return int(subprocess.run(["systemctl", "show", "-P", "MainPID", unit],
                              check=True, capture_output=True, text=True).stdout)


def is_alive(pid):
    return os.path.exists(f"/proc/{pid}")
