#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bench daemon with a few calls: that it measures what it says, and not how long that takes.

Runs on the host, as scripts/vm does.
"""

import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CALLS = 64
EVENTS = 1000

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
    rows = {row["name"]: row for row in report["rows"]}
    check("there is each row", set(rows) == set("bre"), sorted(rows))
    check("each row has all its calls", all(row["calls"] == CALLS for row in rows.values()), rows)
    check("a rule takes longer than nobody", rows["r"]["p50_us"] > rows["b"]["p50_us"], rows)
    few, many = report["daemons"]
    check("many rules take more memory and longer to start",
          few["megabytes"] < many["megabytes"] and max(few["start_s"]) < min(many["start_s"]),
          report["daemons"])
    check("the journal was asked, and had been written to",
          report["journal"]["events"] == EVENTS and report["journal"]["per_second"] > 0 and
          len(report["journal"]["page_ms"]) > 10, report["journal"])
    check("decisions were timed among few rules and among many",
          [part["rules"] for part in report["engine"]] == [10, 100000] and
          all(min(part["decide_ns"]) > 0 for part in report["engine"]), report["engine"])
    check("each target says whether it is met",
          len(report["targets"]) >= 9 and
          all(target["ok"] == (target["value"] >= target["limit"] if target["at_least"]
                               else target["value"] <= target["limit"])
              for target in report["targets"]), report["targets"])


def main():
    run = subprocess.run([f"{TOP}/scripts/bench", "daemon", "--json", f"--connects={CALLS}",
                          "--rounds=1", f"--events={EVENTS}", "--idle=1"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    check("it measures", run.returncode == 0, f"exit status {run.returncode}")
    if run.returncode == 0:
        test_report(json.loads(run.stdout.splitlines()[-1]))
    print(f"1..{number}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
