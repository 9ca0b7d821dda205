#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A window with a text field, which says on a line of its own each time what is in it."""

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk  # noqa: E402

entry = Gtk.Entry()
entry.connect("changed", lambda entry: print(entry.get_text(), flush=True))
window = Gtk.Window(title="Text Field", child=entry)
window.present()
GLib.MainLoop().run()
