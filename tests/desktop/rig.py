# SPDX-License-Identifier: GPL-2.0-or-later
"""A desktop of its own for the tests: display, buses, window manager, panel, notifications."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from gi.repository import Gio, GLib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "scripts" / "lib"))

import screen  # noqa: E402
from screen import NotFound as Failed, wait, window, windows, xdotool  # noqa: E402,F401

from fake_snetd import FakeSnetd  # noqa: E402

PANEL_XML = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"""


def notifyd():
    return [next(map(str, pathlib.Path("/usr/lib").glob("*/xfce4/notifyd/xfce4-notifyd")))]


# What GSNET_TEST_LOOK may name, separated by commas: how gsnet is to look. In another language the
# tests do not find their texts: those of test_look.py need none.
LOOKS = {"2x": {"GDK_SCALE": "2"}, "dark": {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"},
         "contrast": {"ADW_DEBUG_HIGH_CONTRAST": "1"}, "rtl": {"LC_ALL": "he_IL.UTF-8"},
         "fr": {"LC_ALL": "fr_FR.UTF-8"}, "es": {"LC_ALL": "es_ES.UTF-8"}, "narrow": {}}


def look_names():
    return [name for name in os.environ.get("GSNET_TEST_LOOK", "").split(",") if name]


def look():
    """The environment of gsnet for it."""
    return {key: value for name in look_names() for key, value in LOOKS[name].items()}


# Notification servers by the names that Case.notifications has: what starts each.
NOTIFICATIONS = {"xfce": notifyd, "dunst": lambda: ["dunst"]}


class Rig:
    def __init__(self, gsnet, schemas, notifications="xfce", panel=True, settings=None):
        self.gsnet = gsnet
        self.schemas = schemas
        self.notifications = notifications
        self.has_panel = panel
        self.settings = settings or {}
        self.stack = contextlib.ExitStack()
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="gsnet-test-"))
        self.stack.callback(shutil.rmtree, self.home, ignore_errors=True)
        self.log = open(self.home / "desktop.log", "w+")

    def spawn(self, *command, **options):
        options.setdefault("stdout", self.log)
        options.setdefault("stderr", self.log)
        process = subprocess.Popen(command, **options)
        self.stack.callback(self.reap, process)
        return process

    @staticmethod
    def reap(process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_bus(self, name):
        """At the same address as before, if there was one."""
        bus = self.spawn("dbus-daemon", "--session", "--nofork", "--print-address",
                         f"--address=unix:path={self.home}/{name}-bus",
                         stdout=subprocess.PIPE, text=True)
        os.environ[f"DBUS_{name.upper()}_BUS_ADDRESS"] = bus.stdout.readline().strip()
        return bus

    def restart_system_bus(self):
        """All who are on it lose it; snetd comes anew, and knows nothing of them."""
        self.reap(self.system_bus)
        self.system_bus = self.start_bus("system")
        self.snetd = FakeSnetd(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])

    def start(self):
        config = self.home / "config" / "xfce4" / "xfconf" / "xfce-perchannel-xml"
        runtime = self.home / "run"
        config.mkdir(parents=True)
        runtime.mkdir(mode=0o700)
        (config / "xfce4-panel.xml").write_text(PANEL_XML)
        self.write_settings()
        self.mask_notifications()
        for name in ("WAYLAND_DISPLAY", "DBUS_STARTER_ADDRESS", "NO_AT_BRIDGE", "GTK_A11Y"):
            os.environ.pop(name, None)
        os.environ.update(HOME=str(self.home), XDG_CONFIG_HOME=str(self.home / "config"),
                          XDG_CACHE_HOME=str(self.home / "cache"),
                          XDG_DATA_HOME=str(self.home / "data"), XDG_RUNTIME_DIR=str(runtime),
                          GDK_BACKEND="x11", GSK_RENDERER="cairo", GSETTINGS_BACKEND="keyfile",
                          GSETTINGS_SCHEMA_DIR=self.schemas, GIO_USE_VFS="local")
        read_end, write_end = os.pipe()
        screen.scale = int(look().get("GDK_SCALE", 1))
        size = f"{1280 * screen.scale}x{800 * screen.scale}x24"
        # -r: on a busy machine a key is down for so long that it would repeat itself.
        self.spawn("Xvfb", "-r", "-displayfd", str(write_end), "-screen", "0", size, "-nolisten", "tcp",
                   "-noreset", pass_fds=(write_end,))
        os.close(write_end)
        with os.fdopen(read_end) as display:
            os.environ["DISPLAY"] = ":" + display.readline().strip()
        self.start_bus("session")
        self.system_bus = self.start_bus("system")
        self.session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.session.set_exit_on_close(False)
        self.screen = screen.Screen()
        self.spawn("xfwm4", "--compositor=off")
        if self.notifications:
            self.notification_server = self.start_notifications()
        self.panel = self.start_panel() if self.has_panel else None
        self.snetd = FakeSnetd(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])

    def make_locale(self, environment):
        """The C library's part of a language, which few machines have of more than one."""
        name = look().get("LC_ALL")
        if name:
            folder = self.home / "locale"
            folder.mkdir(exist_ok=True)
            subprocess.run(["localedef", "--no-archive", "-i", name.partition(".")[0], "-f", "UTF-8",
                            str(folder / name)], check=True, capture_output=True)
            environment["LOCPATH"] = str(folder)

    def mask_notifications(self):
        """The bus would start some server when none is there; it is only to have those of the tests."""
        folder = self.home / "data" / "dbus-1" / "services"
        folder.mkdir(parents=True)
        (folder / "org.freedesktop.Notifications.service").write_text(
            "[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/bin/false\n")

    def write_settings(self):
        folder = self.home / "config" / "glib-2.0" / "settings"
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}" for key, value in self.settings.items()]
        new = folder / "keyfile.new"
        new.write_text("\n".join(["[org/snet/Gsnet]", *lines, ""]))
        new.rename(folder / "keyfile")

    def start_notifications(self):
        server = self.spawn(*NOTIFICATIONS[self.notifications]())
        self.wait_name("org.freedesktop.Notifications")
        return server

    def start_panel(self):
        panel = self.spawn("xfce4-panel", "--disable-wm-check")
        self.wait_name("org.kde.StatusNotifierWatcher")
        return panel

    def show_log(self):
        self.log.flush()
        self.log.seek(0)
        for line in self.log:
            if "dbus-daemon" not in line:
                print("#", line.rstrip(), file=sys.stderr)

    def stop(self):
        self.stack.close()
        self.log.close()

    def start_gsnet(self, *options, env=None):
        environment = {**os.environ, "G_DEBUG": "fatal-criticals", **look(), **(env or {})}
        self.make_locale(environment)
        process = self.spawn(self.gsnet, *options, env=environment)
        self.wait_name("org.snet.Gsnet")
        return process

    def call(self, name, path, interface, method, arguments=None, bus=None):
        reply = (bus or self.session).call_sync(name, path, interface, method, arguments, None, 0,
                                                5000, None)
        return reply.unpack()

    def has_name(self, name):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "NameHasOwner", GLib.Variant("(s)", (name,)))[0]

    def wait_name(self, name):
        wait(lambda: self.has_name(name), f"the name {name}")

    # What can be seen, over the accessibility bus.

    def look(self, app, name, role=None):
        return self.screen.look(app, name, role)

    def texts(self, app):
        return [name for role, name in self.screen.texts(app)]

    def find(self, app, name, role=None):
        return self.screen.find(app, name, role)

    def gone(self, app, name, role=None):
        self.screen.gone(app, name, role)

    def text(self, app, part):
        def check():
            return next((text for text in self.texts(app) if part in text), None)
        return wait(check, f"text '{part}' in {app}")

    # What a person does, with a real pointer and real keys.

    window = staticmethod(window)
    windows = staticmethod(windows)

    def has_window(self, title):
        return bool(self.windows(title))

    def no_window(self, title):
        wait(lambda: not self.has_window(title), f"no window '{title}'")

    def focus(self, title):
        xdotool("windowactivate", "--sync", self.window(title))

    def sensitive(self, app, name, role=None):
        return self.screen.sensitive(app, name, role)

    def click(self, app, name, role=None):
        self.screen.click(app, name, role)

    def type(self, text):
        xdotool("type", "--clearmodifiers", text)

    def key(self, keys):
        xdotool("key", "--clearmodifiers", keys)

    def picture(self, name):
        folder = os.environ.get("GSNET_TEST_PICTURES")
        if folder:
            subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], check=True)

    def settled(self):
        """Until some pictures of the screen, one after the other, are the same."""
        last = [None]
        again = [0]

        def same():
            now = subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"], check=True,
                                 capture_output=True).stdout
            again[0] = again[0] + 1 if now == last[0] else 0
            last[0] = now
            return again[0] == 4
        wait(same, "the screen to come to rest")
