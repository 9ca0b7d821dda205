# SPDX-License-Identifier: GPL-2.0-or-later
"""Notification servers as those of GNOME Shell and KDE Plasma are, as far as a program can tell.

What they do differently is theirs: what they say they can, how many buttons and notifications they
show, which ids they give, what they close by themselves and with which reason, what they refuse. What
a program does against the specification is a problem, after which a test fails.
"""

import dataclasses
import time
import xml.etree.ElementTree

from gi.repository import Gio, GLib

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
XML = """<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="Notify">
    <arg type="s" name="app_name" direction="in"/><arg type="u" name="replaces" direction="in"/>
    <arg type="s" name="icon" direction="in"/><arg type="s" name="summary" direction="in"/>
    <arg type="s" name="body" direction="in"/><arg type="as" name="actions" direction="in"/>
    <arg type="a{sv}" name="hints" direction="in"/><arg type="i" name="timeout" direction="in"/>
    <arg type="u" direction="out"/></method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="ActivationToken"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""
# The hints of version 1.2 of the specification. Those of others begin with "x-"; the sender's
# process is what libnotify adds.
HINTS = {"action-icons": "b", "category": "s", "desktop-entry": "s", "image-data": "(iiibiiay)",
         "image-path": "s", "resident": "b", "sound-file": "s", "sound-name": "s",
         "suppress-sound": "b", "transient": "b", "x": "i", "y": "i", "urgency": "y",
         "sender-pid": "x"}
EXPIRED, DISMISSED, BY_PROGRAM = 1, 2, 3
CRITICAL = 2


@dataclasses.dataclass
class Notification:
    id: int
    sender: str
    app_name: str
    icon: str
    summary: str
    body: str
    actions: dict
    hints: dict
    timeout: int

    def text(self):
        """What is read, without the markup."""
        return "".join(xml.etree.ElementTree.fromstring(f"<body>{self.body}</body>").itertext())


class Server:
    """Owns org.freedesktop.Notifications from start() to stop()."""

    # What GetServerInformation and GetCapabilities say.
    information = ("", "", "", "1.2")
    capabilities = ()
    # How many buttons a notification, and how many notifications a program has at most.
    max_buttons = None
    max_shown = None

    def __init__(self, address):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.bus.set_exit_on_close(False)
        info = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
        self.bus.register_object(PATH, info, self._call, None, None)
        self.next_id = 1
        self.shown = {}
        # Ids and reasons of those that were closed; of all that were ever shown; problems.
        self.closed = []
        self.all = []
        self.problems = []
        # A test may have it refuse the next notification, or answer nothing for a while: then this
        # is the list of what was called.
        self.refuse = None
        self.held = None

    def start(self):
        self._bus_call("RequestName", GLib.Variant("(su)", (NAME, 0)))

    def stop(self):
        """As a server that dies: nothing is said, and the next one begins with its ids anew."""
        self.shown.clear()
        self.next_id = 1
        self._bus_call("ReleaseName", GLib.Variant("(s)", (NAME,)))

    def _bus_call(self, method, arguments):
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", method, arguments, None, 0, -1, None)

    def _call(self, bus, sender, path, interface, method, arguments, invocation):
        if self.held is not None:
            self.held.append((bus, sender, path, interface, method, arguments, invocation))
        elif method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (self.capabilities,)))
        elif method == "GetServerInformation":
            invocation.return_value(GLib.Variant("(ssss)", self.information))
        elif method == "CloseNotification":
            self.close(arguments.unpack()[0], BY_PROGRAM)
            invocation.return_value(None)
        else:
            self._notify(sender, arguments, invocation)

    def hang(self):
        self.held = []

    def go_on(self):
        calls, self.held = self.held, None
        for call in calls or ():
            self._call(*call)

    def _notify(self, sender, arguments, invocation):
        app_name, replaces, icon, summary, body, actions, hints, timeout = arguments.unpack()
        self._check(arguments.get_child_value(6), actions, body)
        new = Notification(replaces, sender, app_name, icon, summary, body,
                           dict(zip(actions[::2], actions[1::2])), hints, timeout)
        error = self.refuse or self.refusal(new)
        self.refuse = None
        if error:
            invocation.return_dbus_error(error, "The server does not want to")
            return
        new.id = self.id_for(replaces)
        self.shown[new.id] = new
        self.all.append(new)
        invocation.return_value(GLib.Variant("(u)", (new.id,)))
        while self.max_shown and len(self.shown) > self.max_shown:
            self.close(min(self.shown), EXPIRED)

    def _check(self, hints, actions, body):
        for index in range(hints.n_children()):
            entry = hints.get_child_value(index)
            key = entry.get_child_value(0).get_string()
            kind = entry.get_child_value(1).get_variant().get_type_string()
            if HINTS.get(key) != kind and not key.startswith("x-"):
                self.problems.append(f"the hint {key} is of the type {kind}")
        if len(actions) % 2 or len(set(actions[::2])) * 2 != len(actions):
            self.problems.append(f"the actions {actions}")
        if actions and "actions" not in self.capabilities:
            self.problems.append("actions for a server that has none")
        if "body-markup" in self.capabilities:
            try:
                xml.etree.ElementTree.fromstring(f"<body>{body}</body>")
            except xml.etree.ElementTree.ParseError as error:
                self.problems.append(f"the body '{body}': {error}")

    def refusal(self, new):
        """The error that a new notification gets, or None."""

    def id_for(self, replaces):
        raise NotImplementedError

    def new_id(self):
        self.next_id += 1
        return self.next_id - 1

    def emit(self, sender, signal, arguments):
        self.bus.emit_signal(sender, PATH, NAME, signal, arguments)

    def close(self, id, reason):
        notification = self.shown.pop(id, None)
        if notification:
            self.closed.append((id, reason))
            self.emit(notification.sender, "NotificationClosed",
                      GLib.Variant("(uu)", (id, reason)))

    # What a person does.

    def buttons(self, notification):
        """The labels: the action "default" is a click on the text, and no button."""
        labels = [label for action, label in notification.actions.items() if action != "default"]
        return labels[:self.max_buttons]

    def invoke(self, notification, action):
        token = GLib.Variant("(us)", (notification.id, f"token-{notification.id}"))
        self.emit(notification.sender, "ActivationToken", token)
        self.emit(notification.sender, "ActionInvoked",
                  GLib.Variant("(us)", (notification.id, action)))
        if not notification.hints.get("resident"):
            self.close(notification.id, DISMISSED)

    def press(self, notification, label):
        if label not in self.buttons(notification):
            raise LookupError(f"no button {label} in {notification}")
        self.invoke(notification, next(action for action, text in notification.actions.items()
                                       if text == label and action != "default"))

    def click(self, notification):
        """On the text."""
        self.invoke(notification, "default")

    def dismiss(self, notification):
        self.close(notification.id, DISMISSED)

    def focus_window_of(self, sender):
        """A window of the program gets the keyboard."""


class Gnome(Server):
    """gnome-shell 43, js/ui/notificationDaemon.js and messageTray.js.

    The fourth notification of a program drives out the oldest, the fourth button is not drawn, and
    when the program's window gets the focus, what is not resident is closed. A timeout is ignored.
    Signals go to who sent the notification. An id that is not known is not taken for a new one.
    """

    information = ("gnome-shell", "GNOME", "43.9", "1.2")
    capabilities = ("actions", "body", "body-markup", "icon-static", "persistence", "sound")
    max_buttons = 3
    max_shown = 3

    def id_for(self, replaces):
        return replaces if replaces in self.shown else self.new_id()

    def focus_window_of(self, sender):
        for notification in list(self.shown.values()):
            if notification.sender == sender and not notification.hints.get("resident"):
                self.close(notification.id, DISMISSED)


class Plasma(Server):
    """plasmashell 5.27, libnotificationmanager.

    What says the same as the one before, less than a second later, is refused. Signals go to all.
    """

    information = ("Plasma", "KDE", "5.27.5", "1.2")
    capabilities = ("body", "body-hyperlinks", "body-markup", "body-images", "icon-static",
                    "actions", "persistence", "inline-reply", "x-kde-urls", "x-kde-origin-name",
                    "x-kde-display-appname", "inhibitions")

    def __init__(self, address):
        super().__init__(address)
        self.last = None
        self.refused = 0

    def stop(self):
        self.last = None
        super().stop()

    def id_for(self, replaces):
        return replaces or self.new_id()

    def refusal(self, new):
        """Of those that are refused, the first one is the one to compare with."""
        said = (new.app_name, new.summary, new.body, tuple(new.actions),
                new.hints.get("desktop-entry"))
        now = time.monotonic()
        if self.last and self.last[0] == said and now - self.last[1] < 1:
            self.refused += 1
            return "org.freedesktop.Notifications.Error.ExcessNotificationGeneration"
        self.last = (said, now)
        return None

    def emit(self, sender, signal, arguments):
        super().emit(None, signal, arguments)


class Plain(Server):
    """One that shows text and has no buttons, as several small ones."""

    information = ("plain", "nobody", "1", "1.2")
    capabilities = ("body",)

    def id_for(self, replaces):
        return replaces or self.new_id()
