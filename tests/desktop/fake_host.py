# SPDX-License-Identifier: GPL-2.0-or-later
"""A panel that shows status icons: a StatusNotifierWatcher and host that knows the protocols by heart.

What is written here is the protocols' own text (org.kde.StatusNotifierItem of freedesktop.org and
com.canonical.dbusmenu, version 3), not what gsnet says of itself: it is compared with that.
"""

import os

from gi.repository import Gio, GLib

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
WATCHER_XML = """<node><interface name="org.kde.StatusNotifierWatcher">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
  <signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
  <signal name="StatusNotifierItemUnregistered"><arg type="s"/></signal>
  <signal name="StatusNotifierHostRegistered"/>
</interface></node>"""
PROPERTIES = "org.freedesktop.DBus.Properties"

ITEM = "org.kde.StatusNotifierItem"
ITEM_PATH = "/StatusNotifierItem"
PIXMAPS = "a(iiay)"
ITEM_PROPERTIES = {
    "Category": "s", "Id": "s", "Title": "s", "Status": "s", "WindowId": "i", "IconThemePath": "s",
    "IconName": "s", "IconPixmap": PIXMAPS, "OverlayIconName": "s", "OverlayIconPixmap": PIXMAPS,
    "AttentionIconName": "s", "AttentionIconPixmap": PIXMAPS, "AttentionMovieName": "s",
    "ToolTip": f"(s{PIXMAPS}ss)", "ItemIsMenu": "b", "Menu": "o"}
ITEM_METHODS = {"ContextMenu": "ii", "Activate": "ii", "SecondaryActivate": "ii", "Scroll": "is",
                "ProvideXdgActivationToken": "s"}
ITEM_SIGNALS = {"NewTitle": "", "NewIcon": "", "NewAttentionIcon": "", "NewOverlayIcon": "",
                "NewMenu": "", "NewToolTip": "", "NewStatus": "s", "NewIconThemePath": "s"}
CATEGORIES = {"ApplicationStatus", "Communications", "SystemServices", "Hardware"}
STATUSES = {"Passive", "Active", "NeedsAttention"}

MENU = "com.canonical.dbusmenu"
MENU_PROPERTIES = {"Version": "u", "TextDirection": "s", "Status": "s", "IconThemePath": "as"}
MENU_METHODS = {"GetLayout": ("iias", "u(ia{sv}av)"), "GetGroupProperties": ("aias", "a(ia{sv})"),
                "GetProperty": ("is", "v"), "Event": ("isvu", ""), "EventGroup": ("a(isvu)", "ai"),
                "AboutToShow": ("i", "b"), "AboutToShowGroup": ("ai", "aiai")}
MENU_SIGNALS = {"ItemsPropertiesUpdated": "a(ia{sv})a(ias)", "LayoutUpdated": "ui",
                "ItemActivationRequested": "iu"}
# What an item of a menu can have, and what it has if it does not say.
ENTRY_PROPERTIES = {"type": "s", "label": "s", "enabled": "b", "visible": "b", "icon-name": "s",
                    "icon-data": "ay", "shortcut": "aas", "toggle-type": "s", "toggle-state": "i",
                    "children-display": "s", "disposition": "s"}


class Host:
    def __init__(self):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.bus = Gio.DBusConnection.new_for_address_sync(os.environ["DBUS_SESSION_BUS_ADDRESS"],
                                                           flags, None, None)
        self.bus.set_exit_on_close(False)
        # Names that were registered, each time; the error that the next one gets.
        self.registered = []
        self.refuse = None
        # Signals of the item and its menu: their names and arguments.
        self.signals = []
        self.item = None
        self.menu_path = None
        info = Gio.DBusNodeInfo.new_for_xml(WATCHER_XML).interfaces[0]
        self.bus.register_object(WATCHER_PATH, info, self._call, self._get, None)
        for interface in (ITEM, MENU):
            self.bus.signal_subscribe(None, interface, None, None, None, 0, self._signal)

    def start(self):
        self._bus_call("RequestName", GLib.Variant("(su)", (WATCHER, 0)))

    def stop(self):
        self._bus_call("ReleaseName", GLib.Variant("(s)", (WATCHER,)))

    def _bus_call(self, method, arguments):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus", method, arguments, None, 0, -1, None)

    def _get(self, bus, sender, path, interface, name):
        return {"RegisteredStatusNotifierItems": GLib.Variant("as", self.registered),
                "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
                "ProtocolVersion": GLib.Variant("i", 0)}[name]

    def _call(self, bus, sender, path, interface, method, arguments, invocation):
        name = arguments.unpack()[0]
        self.registered.append(name)
        if self.refuse:
            error, self.refuse = self.refuse, None
            invocation.return_dbus_error(error, "Not now")
            return
        # A path is an object of the caller; a name has the object of the protocol.
        self.item = (sender, name) if name.startswith("/") else (name, ITEM_PATH)
        invocation.return_value(None)

    def _signal(self, bus, sender, path, interface, signal, arguments):
        self.signals.append((signal, *arguments.unpack()))

    def heard(self, signal):
        return [heard[1:] for heard in self.signals if heard[0] == signal]

    # The item.

    def _item_call(self, path, interface, method, arguments):
        return self.bus.call_sync(self.item[0], path, interface, method, arguments, None, 0, 5000,
                                  None)

    def properties(self):
        """All of them, as variants."""
        reply = self._item_call(self.item[1], PROPERTIES, "GetAll", GLib.Variant("(s)", (ITEM,)))
        values = reply.get_child_value(0)
        return {entry.get_child_value(0).get_string(): entry.get_child_value(1).get_variant()
                for entry in (values.get_child_value(i) for i in range(values.n_children()))}

    def property(self, name):
        return self.properties()[name].unpack()

    def call(self, method, signature="()", *arguments):
        return self._item_call(self.item[1], ITEM, method, GLib.Variant(signature, arguments))

    # Its menu.

    def menu(self, method, signature="()", *arguments):
        path = self.property("Menu")
        return self._item_call(path, MENU, method, GLib.Variant(signature, arguments))

    def layout(self, parent=0, depth=-1, names=()):
        return self.menu("GetLayout", "(iias)", parent, depth, list(names)).unpack()[1]

    def menu_property(self, name):
        reply = self._item_call(self.property("Menu"), PROPERTIES, "Get",
                                GLib.Variant("(ss)", (MENU, name)))
        return reply.get_child_value(0).get_variant()

    def entries(self, layout=None):
        """All entries of the menu, with those of its submenus, by their labels."""
        found = {}
        for entry in (layout or self.layout())[2]:
            if "label" in entry[1]:
                found[entry[1]["label"]] = entry
            found.update(self.entries(entry))
        return found

    def described(self, path, interface):
        """What the object says of itself: its methods, signals and properties by name."""
        reply = self._item_call(path, "org.freedesktop.DBus.Introspectable", "Introspect", None)
        info = Gio.DBusNodeInfo.new_for_xml(reply.unpack()[0]).lookup_interface(interface)

        def signature(arguments):
            return "".join(argument.signature for argument in arguments)
        return ({method.name: (signature(method.in_args), signature(method.out_args))
                 for method in info.methods},
                {signal.name: signature(signal.args) for signal in info.signals},
                {value.name: value.signature for value in info.properties})
