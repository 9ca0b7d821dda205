# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the benchmarks have in common: they run one with little of everything, on the
host, as scripts/vm does, and look at what it reports. That goes out as TAP.
"""

import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

failures = 0
number = 0


def check(what, holds, details=""):
    global failures, number
    number += 1
    print(f"{'ok' if holds else 'not ok'} {number} - {what}", flush=True)
    if not holds:
        failures += 1
        print(f"# {details}")


def check_targets(report, at_least):
    """There are at least so many."""
    check("each target says whether it is met",
          len(report["targets"]) >= at_least and
          all(target["ok"] == (target["value"] >= target["limit"] if target["at_least"]
                               else target["value"] <= target["limit"])
              for target in report["targets"]), report["targets"])


def run_bench(*arguments):
    """What it reports, or None."""
    run = subprocess.run([f"{TOP}/scripts/bench", *arguments], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True, check=False)
    check("it measures", run.returncode == 0, f"exit status {run.returncode}")
    if run.returncode:
        return None
    try:
        return json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        check("the last line is JSON", False, error)
        return None


def finish():
    print(f"1..{number}")
    sys.exit(1 if failures else 0)
