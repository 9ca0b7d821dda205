#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bench desktop with little of everything: that it measures what it says, and not how long
that takes.

Runs on the host, as scripts/vm does.
"""

import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROMPTS = 5
EVENTS = 3000
ROWS = 2500

failures = 0
number = 0


def check(what, holds, details=""):
    global failures, number
    number += 1
    print(f"{'ok' if holds else 'not ok'} {number} - {what}", flush=True)
    if not holds:
        failures += 1
        print(f"# {details}")


def test_report(report):
    log, idle = report["log"], report["idle"]
    check("each question was timed",
          [len(part) for part in report["prompts_ms"]] == [PROMPTS] and
          all(took > 0 for part in report["prompts_ms"] for took in part), report["prompts_ms"])
    check("the log was opened, and rows were seen", len(log["open_ms"]) > 1 and
          min(log["open_ms"]) > 0, log)
    check("it was scrolled through so many rows", log["rows"] >= ROWS and
          len(log["page_ms"]) >= ROWS // 200 - 1, log)
    # The bound that gsnet has is not a matter of the machine's speed.
    check("never more than 2000 rows were held", 1000 < log["most"] <= 2000, log)
    check("gsnet was idle, and takes memory", idle["megabytes"] > 10 and idle["wake_ups"] >= 0, idle)
    check("each target says whether it is met",
          len(report["targets"]) == 4 and
          all(target["ok"] == (target["value"] <= target["limit"])
              for target in report["targets"]), report["targets"])


def main():
    run = subprocess.run([f"{TOP}/scripts/bench", "desktop", "--json", f"--prompts={PROMPTS}",
                          "--rounds=1", f"--events={EVENTS}", f"--rows={ROWS}", "--idle=1"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    check("it measures", run.returncode == 0, f"exit status {run.returncode}")
    if run.returncode == 0:
        test_report(json.loads(run.stdout.splitlines()[-1]))
    print(f"1..{number}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
