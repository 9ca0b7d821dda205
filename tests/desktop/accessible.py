# SPDX-License-Identifier: GPL-2.0-or-later
"""What each window has to be for a screen reader, and for the keyboard alone."""

import tree
from case import expect
from fake_notifications import Gnome
from rig import Failed, wait
from servers import ServerCase

# More presses of a key than any window has controls.
ENOUGH = 80


class AccessibleCase(ServerCase):
    server_class = Gnome
    panel = True

    def root(self, title):
        return wait(lambda: tree.window(self.rig.screen, title), f"the window {title}")

    def check_names(self, title):
        controls = list(tree.visible(self.root(title)))
        expect(len(controls) > 5, f"{len(controls)} objects in {title}")
        found = [each for each in controls if each.is_control()]
        expect(found, f"no controls in {title}")
        values = self.values(controls)
        unnamed = [each for each in found if not each.is_named() and not self.is_expander(each)
                   and each.path not in values]
        expect(not unnamed, f"without a name in {title}: {unnamed}")
        unknown = [each for each in controls if each.role in tree.NO_ROLES]
        expect(not unknown, f"without a role in {title}: {unknown}")

    @staticmethod
    def is_expander(control):
        """A row of libadwaita that unfolds: its header is a row in it, and has the name."""
        return control.role == tree.ROW and any(each.role == tree.ROW and each.is_named()
                                                for each in tree.visible(control.node))

    @staticmethod
    def values(controls):
        """The rows in libadwaita's rows with a choice, which show what is chosen."""
        return {each.path for combo in controls if combo.role == tree.COMBO_ROW
                for each in tree.visible(combo.node) if each.role == tree.ROW}

    @staticmethod
    def focus_after(root, last):
        """What has the keyboard, once that is another than the last one."""
        def moved():
            now = tree.focused(root)
            return now if now and (not last or now.path != last.path) else None
        return wait(moved, f"the focus to move on from {last}")

    def walk(self, title, key="Tab"):
        """What is reached, in order, until the walk comes round."""
        root = self.root(title)
        reached = [self.focus_after(root, None)]
        for _ in range(ENOUGH):
            self.rig.key(key)
            now = self.focus_after(root, reached[-1])
            if any(now.path == each.path for each in reached):
                return reached
            reached.append(now)
        raise Failed(f"the walk through {title} does not end: {reached}")

    @staticmethod
    def is_reached(control, paths):
        """Itself, or the button in it, as in those of GTK that open a menu."""
        return control.path in paths or any(each.path in paths for each in tree.visible(control.node))

    def check_walk(self, title, key="Tab"):
        """That each button is reached."""
        reached = self.walk(title, key)
        paths = {each.path for each in reached}
        missed = [each for each in tree.visible(self.root(title))
                  if each.role in tree.BUTTONS and each.has(tree.SENSITIVE)
                  and each.name not in ("Minimize", "Maximize", "Close")
                  and not self.is_reached(each, paths)]
        expect(not missed, f"{key} does not reach {missed} in {title}, only {reached}")
