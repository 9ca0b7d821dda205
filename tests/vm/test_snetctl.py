#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands of snetctl on the real kernel: what is shown, and what is answered.

Run by scripts/vm --up: the system bus, polkit and snetd are the installed ones.
"""

import json

import tap
from snetctl import as_user, clean, expect, probe, set_up, snetctl
from snetbus import Signals, verdict


def test_status():
    """status: the kernel's module holds calls"""
    done = snetctl("status", "--json")
    expect(json.loads(done.stdout)["Kernel"], "lsm", "kernel")


def test_pending():
    """pending: root sees what waits, another user nothing of it"""
    with Signals() as signals:
        held = probe(signals)
        expect([event["id"] for event in json.loads(snetctl("pending", "--json").stdout)], [held.id],
               "what waits")
        expect(as_user("pending", "--json").stdout, "[]\n", "what another user sees")
        verdict(held.id, "allow")
        expect(held.finish()[0], 0, "exit status")


if __name__ == "__main__":
    set_up()
    tap.run([test_status, test_pending], clean)
