#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications on GNOME Shell, as a fake of it has them."""

from case import main
from fake_notifications import Gnome
from servers import ServerTests


class Tests(ServerTests):
    server_class = Gnome


if __name__ == "__main__":
    main(Tests)
