# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots of scripts/vm, for the benchmarks that measure calls in them by tests/bench/bench-kernel."""

import os
import subprocess

from bench_report import Failure

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# How often the rows take turns within one boot.
TURNS = 4
# Seconds that a boot and all that is measured in it may take: this, and so much for each call.
BOOT_LIMIT = 240
CALL_LIMIT = 0.2


class Machine:
    """Boots of one kernel, and what bench-kernel prints in them."""

    def __init__(self, kernel, build, options=()):
        self.kernel = kernel
        self.program = f"{build}/tests/bench/bench-kernel"
        self.environment = dict(os.environ, SNET_BUILD=build)
        self.options = options

    def run(self, script, append=(), calls=0):
        """Runs a shell script in a boot of its own; returns its lines."""
        command = [f"{TOP}/scripts/vm", f"--kernel={self.kernel}",
                   f"--timeout={round(BOOT_LIMIT + calls * CALL_LIMIT)}", *self.options]
        command += [f"--append={words}" for words in append]
        result = subprocess.run(command + ["--", "sh", "-ec", script], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                check=False)
        if result.returncode:
            raise Failure(f"the machine ended with status {result.returncode}")
        return result.stdout.splitlines()

    def measure(self, rows, calls):
        """The command that measures these rows, in turns."""
        return f"{self.program} {calls // TURNS} {' '.join([*rows] * TURNS)}"


def check_claims(name, line, claims):
    """That the kernel has counted, for each call, what the row claims to be."""
    calls = len(line["ns"])
    for counter, each in claims.items():
        wanted = each if counter == "pending" else each * calls
        counted = line["counters"][counter]
        if counted != wanted:
            raise Failure(f"row {name}: {calls} calls, and the kernel counts {counted} "
                          f"as '{counter}', not {wanted}")


def output_of(*command):
    """What a command prints on its last line."""
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        raise Failure(f"{command[0]} failed")
    return result.stdout.strip()


def build_all(kernel):
    """Builds the kernel and the rest; returns the folder of the latter."""
    build = output_of(f"{TOP}/scripts/lib/test-build")
    output_of(f"{TOP}/scripts/lib/kernel-build", kernel)
    return build


def stay_on_one_processor():
    """User-Mode Linux has each process of its machine run as one of the host's. Whether two of them
    are on the same processor when one waits for the other makes times differ fourfold: so they are,
    always. It has but one processor itself."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
