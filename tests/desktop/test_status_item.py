#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The status icon and its menu, each member of their protocols, against a panel that knows these."""

import time

import fake_host as protocol
from case import WINDOWS, Case, expect, main
from fake_host import Host
from gi.repository import GLib
from rig import Failed, wait

NO_SUCH_ITEM = 4711
PREFIX = "org.snet.Gsnet"


class Tests(Case):
    panel = False

    def set_up(self):
        self.host = Host()
        self.host.start()
        super().set_up()
        wait(lambda: self.host.item, "the icon to be registered")

    def refused(self, call, *arguments):
        """That it fails, and says so."""
        try:
            call(*arguments)
        except GLib.Error as error:
            return error.message
        raise Failed(f"{arguments} was not refused")

    def wait_icon(self, name, what):
        """Signals that came on the way to it have come, too."""
        wanted = f"{PREFIX}-{name}-symbolic" if name else f"{PREFIX}-symbolic"
        for each in ("IconName", "AttentionIconName"):
            wait(lambda each=each: self.host.property(each) == wanted, f"the {each} of {what}")

    def wait_told(self, *signals):
        for signal in signals:
            wait(lambda signal=signal: self.host.heard(signal), f"to be told by {signal}")

    # The item.

    def test_members(self):
        methods, signals, properties = self.host.described(self.host.item[1], protocol.ITEM)
        expect(methods == {name: (arguments, "") for name, arguments
                           in protocol.ITEM_METHODS.items()}, methods)
        expect(signals == protocol.ITEM_SIGNALS, signals)
        expect(properties == protocol.ITEM_PROPERTIES, properties)

    def test_properties(self):
        values = self.host.properties()
        kinds = {name: value.get_type_string() for name, value in values.items()}
        expect(kinds == protocol.ITEM_PROPERTIES, kinds)
        expect(values["Category"].unpack() in protocol.CATEGORIES, values["Category"])
        expect(values["Status"].unpack() in protocol.STATUSES, values["Status"])
        for name in ("Id", "Title"):
            expect(values[name].unpack(), f"no empty {name}")
        expect(values["ItemIsMenu"].unpack() is False, "a click does something of its own")
        self.check_pixmaps(values["IconPixmap"].unpack())
        self.check_pixmaps(values["AttentionIconPixmap"].unpack())
        for name in ("IconName", "Nonsense"):
            self.refused(self.host.bus.call_sync, self.host.item[0], self.host.item[1],
                         protocol.PROPERTIES, "Set",
                         GLib.Variant("(ssv)", (protocol.ITEM, name, GLib.Variant("s", "x"))),
                         None, 0, 5000, None)

    @staticmethod
    def check_pixmaps(pixmaps):
        expect(pixmaps, "pixels for hosts that do not find the icon")
        for width, height, data in pixmaps:
            expect(len(data) == width * height * 4, f"{len(data)} bytes of {width} x {height}")
            expect(any(data[::4]), "not transparent all over")

    def test_states(self):
        """Of each: the icon, whether it wants attention, and the words; and that it was told."""
        self.wait_icon("", "nothing that waits")
        expect(self.host.property("ToolTip")[2:] == ("Firewall", "Nothing waits"), "idle")
        for mode in ("monitor", "lockdown", "off"):
            self.host.signals.clear()
            self.snetd.set_mode(mode)
            self.wait_icon(mode, mode)
            self.wait_told("NewIcon", "NewTitle", "NewToolTip", "NewAttentionIcon")
            expect(self.host.property("Status") == "Active", mode)
            expect(self.host.property("Title").startswith("Firewall: "), mode)
        self.snetd.set_mode("ask")
        for kernel in ("absent", "busy"):
            self.host.signals.clear()
            self.snetd.set_kernel(kernel)
            self.wait_icon("nokernel", kernel)
            self.wait_told("NewIcon")
            self.snetd.set_kernel("lsm")
            self.wait_icon("", "a kernel")
        self.snetd.stop()
        wait(lambda: self.host.property("IconName").endswith("nodaemon-symbolic"), "no daemon")
        expect("not running" in self.host.property("ToolTip")[3], "its words")
        self.start_snetd()

    def test_waiting(self):
        """With how many there are."""
        self.host.signals.clear()
        events = [self.ask(remote_port=7000 + number) for number in range(3)]
        wait(lambda: self.host.property("ToolTip")[3] == "3 programs wait for your answer", "three")
        self.wait_icon("waiting", "three that wait")
        expect(self.host.property("Title") == "Firewall: 3 waiting", self.host.property("Title"))
        self.wait_told("NewStatus")
        expect(self.host.heard("NewStatus")[-1] == ("NeedsAttention",), self.host.signals)
        for event in events[1:]:
            self.snetd.withdraw(event["id"], "exited")
        wait(lambda: self.host.property("ToolTip")[3] == "1 program waits for your answer", "one")
        expect(self.host.property("Status") == "NeedsAttention", "still")
        self.snetd.withdraw(events[0]["id"], "exited")
        wait(lambda: self.host.heard("NewStatus")[-1] == ("Active",), "to be told of the end")
        expect(self.host.property("Title") == "Firewall", self.host.property("Title"))

    def test_nothing_is_told_twice(self):
        """A host reads all of it again at each signal."""
        for mode in ("off", "ask"):
            self.host.signals.clear()
            self.snetd.set_mode(mode)
            # The last one of such a change.
            self.wait_told("NewAttentionIcon")
        self.host.signals.clear()
        for number in range(50):
            self.ask(remote_port=7000 + number)
        wait(lambda: self.host.property("Title") == "Firewall: 50 waiting", "all of them")
        self.wait_told("NewIcon", "NewStatus", "NewAttentionIcon")
        for signal in ("NewIcon", "NewStatus", "NewAttentionIcon"):
            expect(len(self.host.heard(signal)) == 1, f"{signal}: {self.host.signals}")
        for id in range(self.last_id - 49, self.last_id + 1):
            self.snetd.withdraw(id, "exited")
        # The last one of that: the property is there before it is told.
        wait(lambda: ("NewStatus", "Active") in self.host.signals, "none")
        wait(lambda: self.host.property("Title") == "Firewall", "the title")
        self.host.signals.clear()
        self.snetd.set_mode("ask")
        # What comes after it was handled has come after what it would have told.
        self.snetd.set_mode("off")
        wait(lambda: self.host.heard("NewTitle"), "the mode")
        expect(len(self.host.heard("NewTitle")) == 1, self.host.signals)
        self.snetd.set_mode("ask")
        wait(lambda: self.host.property("Title") == "Firewall", "the title")

    def test_methods(self):
        event = self.ask()
        wait(lambda: self.host.property("Status") == "NeedsAttention", "the question")
        self.host.call("ProvideXdgActivationToken", "(s)", "token")
        self.host.call("Activate", "(ii)", 0, 0)
        self.rig.window("Network Request")
        self.snetd.withdraw(event["id"], "exited")
        self.rig.no_window("Network Request")
        for method in ("SecondaryActivate", "ContextMenu", "Activate"):
            self.host.call(method, "(ii)", 10, 10)
            self.rig.window("Security Console")
            self.close_console()
        self.host.call("Scroll", "(is)", 120, "vertical")
        expect(not any(self.rig.has_window(title) for title in WINDOWS), "scrolling does nothing")
        expect(not self.snetd.verdicts, "no verdict")

    def test_wrong_calls(self):
        for method in protocol.ITEM_METHODS:
            self.refused(self.host.call, method, "(d)", 1.5)
        self.refused(self.host.call, "Explode")

    def test_watchers_come_and_go(self):
        before = len(self.host.registered)
        self.host.stop()
        self.host.refuse = "org.freedesktop.DBus.Error.Failed"
        self.host.start()
        wait(lambda: len(self.host.registered) == before + 1, "to be asked by a watcher that fails")
        self.host.stop()
        self.host.item = None
        self.host.start()
        wait(lambda: self.host.item, "the next watcher")
        expect(len(self.host.registered) == before + 2, "once with each")
        self.wait_icon("", "nothing that waits")

    # The menu.

    def test_menu_members(self):
        methods, signals, properties = self.host.described(self.host.property("Menu"),
                                                           protocol.MENU)
        expect(methods == protocol.MENU_METHODS, methods)
        expect(signals == protocol.MENU_SIGNALS, signals)
        expect(properties == protocol.MENU_PROPERTIES, properties)
        expect(self.host.menu_property("Version").unpack() >= 3, "the version")
        expect(self.host.menu_property("TextDirection").unpack() == "ltr", "the direction")
        expect(self.host.menu_property("Status").unpack() in ("normal", "notice"), "the status")

    def test_layout(self):
        """Its depth, its parts, and only what is asked for."""
        whole = self.host.layout()
        expect(whole[0] == 0 and whole[1]["children-display"] == "submenu", whole)
        expect(self.host.layout(0, 0)[2] == [], "no deeper than that")
        flat = self.host.layout(0, 1)
        expect([entry[0] for entry in flat[2]] == [entry[0] for entry in whole[2]], flat)
        expect(all(entry[2] == [] for entry in flat[2]), "only one deep")
        submenus = [entry for entry in whole[2] if entry[2]]
        expect(len(submenus) == 2, "the pause and the mode")
        for entry in submenus:
            expect(entry[1]["children-display"] == "submenu", entry)
            expect(self.host.layout(entry[0]) == entry, "a part of it")
        only = self.host.layout(0, -1, ["label"])
        for entry in [only, *self.host.entries(only).values()]:
            expect(set(entry[1]) <= {"label"}, f"only the label: {entry}")
        ids = [entry[0] for entry in self.host.entries(whole).values()]
        expect(len(set(ids)) == len(ids), "an id is one entry's")
        for entry in self.host.entries(whole).values():
            expect(set(entry[1]) <= set(protocol.ENTRY_PROPERTIES), entry)
        self.refused(self.host.layout, NO_SUCH_ITEM)

    def test_properties_of_items(self):
        console = self.host.entries()["Open _Security Console"]
        one = self.host.menu("GetGroupProperties", "(aias)", [console[0], NO_SUCH_ITEM], [])
        expect(one.unpack()[0] == [(console[0], console[1])], one)
        label = self.host.menu("GetGroupProperties", "(aias)", [console[0]], ["label"])
        expect(label.unpack()[0] == [(console[0], {"label": console[1]["label"]})], label)
        every = self.host.menu("GetGroupProperties", "(aias)", [], []).unpack()[0]
        expect(len(every) > len(self.host.entries()), "no ids: all of them")
        value = self.host.menu("GetProperty", "(is)", console[0], "label").unpack()[0]
        expect(value == console[1]["label"], value)
        self.refused(self.host.menu, "GetProperty", "(is)", console[0], "nonsense")
        self.refused(self.host.menu, "GetProperty", "(is)", NO_SUCH_ITEM, "label")

    def click(self, id, event="clicked"):
        self.host.menu("Event", "(isvu)", id, event, GLib.Variant("i", 0), 0)

    def test_events(self):
        console = self.host.entries()["Open _Security Console"][0]
        for event in ("opened", "hovered", "closed", "x-unknown"):
            self.click(console, event)
        expect(not self.rig.has_window("Security Console"), "only a click does something")
        self.click(console)
        self.rig.window("Security Console")
        self.close_console()
        errors = self.host.menu("EventGroup", "(a(isvu))",
                                [(console, "clicked", GLib.Variant("i", 0), 0),
                                 (NO_SUCH_ITEM, "clicked", GLib.Variant("i", 0), 0)])
        expect(errors.unpack()[0] == [NO_SUCH_ITEM], errors)
        self.rig.window("Security Console")
        self.close_console()
        self.refused(self.click, NO_SUCH_ITEM)

    def test_about_to_show(self):
        submenu = next(entry for entry in self.host.layout()[2] if entry[2])[0]
        for id in (0, submenu):
            expect(self.host.menu("AboutToShow", "(i)", id).unpack() == (False,), "it is complete")
        self.refused(self.host.menu, "AboutToShow", "(i)", NO_SUCH_ITEM)
        group = self.host.menu("AboutToShowGroup", "(ai)", [0, submenu, NO_SUCH_ITEM]).unpack()
        expect(group == ([], [NO_SUCH_ITEM]), group)

    def test_wrong_menu_calls(self):
        for method in protocol.MENU_METHODS:
            self.refused(self.host.menu, method, "(d)", 1.5)
        self.refused(self.host.menu, "Explode")

    def test_layout_is_told(self):
        """A question comes into the menu: the layout is another, and its revision."""
        revision = self.host.menu("GetLayout", "(iias)", 0, 0, []).unpack()[0]
        self.host.signals.clear()
        event = self.ask()
        wait(lambda: self.host.heard("LayoutUpdated"), "to be told")
        told, parent = self.host.heard("LayoutUpdated")[-1]
        now = self.host.menu("GetLayout", "(iias)", 0, 0, []).unpack()[0]
        expect(parent == 0 and now >= told > revision, (revision, told, now))
        self.snetd.withdraw(event["id"], "exited")
        wait(lambda: len(self.host.heard("LayoutUpdated")) > 1, "to be told again")

    def test_properties_are_told(self):
        """The mode is another: a mark moves, and nothing else."""
        self.host.signals.clear()
        self.snetd.set_mode("monitor")
        self.wait_told("LayoutUpdated")
        wait(lambda: "_Ask Again" in self.host.entries(), "the menu of monitor mode")
        entries = self.host.entries()
        self.host.signals.clear()
        self.snetd.set_mode("off")
        wait(lambda: self.host.heard("ItemsPropertiesUpdated"), "to be told")
        changed, removed = self.host.heard("ItemsPropertiesUpdated")[0]
        changed = dict(changed)
        expect(removed == [], removed)
        expect(set(changed) == {entries["_Off"][0], entries["_Monitor: Allow and Log"][0]}, changed)
        expect(changed[entries["_Off"][0]]["toggle-state"] == 1, changed)
        expect(not self.host.heard("LayoutUpdated"), "the layout is the same")
        self.snetd.set_mode("ask")
        wait(lambda: "_Pause Asking" in self.host.entries(), "the menu of asking")

    def labels(self):
        return [entry[1].get("label", "-") for entry in self.host.layout()[2]]

    def test_menu_of_each_state(self):
        program = ["-", "Open _Security Console", "_Quit"]
        modes = "What No _Rule Decides"
        expect(self.labels() == ["_Pause Asking", modes, *program], self.labels())
        for mode in ("monitor", "lockdown", "off"):
            self.snetd.set_mode(mode)
            wait(lambda: self.labels() == ["_Ask Again", modes, *program], f"the menu of {mode}")
            entries = self.host.entries()
            marked = [label for label, entry in entries.items() if entry[1].get("toggle-state") == 1]
            expect(len(marked) == 1, marked)
        self.snetd.set_mode("ask")
        wait(lambda: self.labels()[0] == "_Pause Asking", "asking again")
        for label in ("For 15 _Minutes", "Until _Tomorrow"):
            expect(self.host.entries()[label][1]["enabled"], label)
        self.snetd.stop()
        wait(lambda: self.labels() == program[1:], "nothing to choose without snetd")
        self.start_snetd()

    def test_pauses_and_modes_are_chosen(self):
        wait(lambda: "For 15 _Minutes" in self.host.entries(), "the menu")
        self.click(self.host.entries()["For 15 _Minutes"][0])
        wait(lambda: self.snetd.mode()[0] == "monitor", "the pause")
        left = self.snetd.mode()[1] / 1e6 - time.time()
        expect(850 < left <= 900, left)
        wait(lambda: "_Ask Again" in self.host.entries(), "its menu")
        self.click(self.host.entries()["_Ask Again"][0])
        wait(lambda: self.snetd.mode() == ("ask", 0), "the end of the pause")
        wait(lambda: "Until _Tomorrow" in self.host.entries(), "the menu")
        self.click(self.host.entries()["Until _Tomorrow"][0])
        wait(lambda: self.snetd.mode()[0] == "monitor", "the long pause")
        for label, mode in (("_Lock Down: Deny", "lockdown"), ("_Off", "off"), ("_Ask", "ask")):
            wait(lambda label=label: label in self.host.entries(), label)
            self.click(self.host.entries()[label][0])
            wait(lambda mode=mode: self.snetd.mode() == (mode, 0), mode)

    def test_many_wait(self):
        """The menu has the first ones, and leads to all of them."""
        for number in range(20):
            self.ask(remote_port=7200 + number)
        wait(lambda: self.labels()[0] == "20 waiting", "the count")
        sentences = [label for label in self.labels() if "wants to" in label]
        expect(sentences and len(sentences) <= 12, f"{len(sentences)} of them")
        expect("port 7200 " in sentences[0], "the oldest first")
        old = self.host.entries()[sentences[0]][0]
        self.click(self.host.layout()[2][0][0])
        self.rig.window("Security Console")
        self.close_console()
        for id in range(self.last_id - 19, self.last_id + 1):
            self.snetd.withdraw(id, "exited")
        wait(lambda: self.labels()[0] == "_Pause Asking", "none")
        self.refused(self.click, old)


if __name__ == "__main__":
    main(Tests)
