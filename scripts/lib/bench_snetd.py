# SPDX-License-Identifier: GPL-2.0-or-later
"""A snetd for the benchmarks, on a bus of its own; and what is read of any process."""

import os
import re
import socket
import subprocess
import time

from bench_report import Failure

# Seconds that snetd may take to start.
START_LIMIT = 60


def megabytes(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status.read(), re.M).group(1)) / 1024


def sleeps(pid):
    """Of each thread: how often it went to sleep, which is how often it had woken up."""
    counts = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as status:
            counts[task] = int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read(),
                                         re.M).group(1))
    return counts


def wake_ups(before, after):
    """From one time to another. A thread that has ended had woken up for it."""
    return (sum(count - before.get(task, 0) for task, count in after.items())
            + len(before.keys() - after.keys()))


class Daemon:
    """A snetd on a bus of its own, which is as far as it goes here: there is no snet in this kernel."""

    def __init__(self, build, state):
        self.build = build
        self.state = state
        self.processes = []
        self.address = None

    def __enter__(self):
        bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"],
                               stdout=subprocess.PIPE, text=True)
        self.processes.append(bus)
        self.address = bus.stdout.readline().strip()
        notify = f"{self.state}/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(notify)
            ready.settimeout(START_LIMIT)
            environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.address,
                               NOTIFY_SOCKET=notify)
            began = time.monotonic()
            daemon = subprocess.Popen([f"{self.build}/snetd/snetd", "--session",
                                       f"--state-dir={self.state}", "--config=/dev/null"],
                                      env=environment, stderr=subprocess.DEVNULL)
            self.processes.append(daemon)
            try:
                if b"READY=1" not in ready.recv(4096):
                    raise Failure("snetd says something else than that it is ready")
            except TimeoutError as error:
                raise Failure(f"snetd is not ready after {START_LIMIT} seconds") from error
            self.start = time.monotonic() - began
        os.unlink(notify)
        self.pid = daemon.pid
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def megabytes(self):
        return megabytes(self.pid)

    def sleeps(self):
        return sleeps(self.pid)
