#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bench sql with a few events: that it measures what it says, and not how long that takes."""

import glob
import shutil

from bench_check import check, check_targets, finish, run_bench

RATE, SECONDS, SENDERS = 1000, 2, 10


def test_report(report):
    flow, senders = report["rows"]
    check("there is each row", (flow["name"], senders["name"]) == ("flow", "senders"), report)
    check("of so many senders", (flow["senders"], senders["senders"]) == (1, SENDERS), report)
    check("all events are there, each once",
          all(row["rows"] == row["events"] >= RATE * SECONDS * 0.9 for row in report["rows"]), report)
    check("what they take is counted",
          flow["cpu_us_per_event"] > 0 and all(row["bytes_per_row"] > 100 for row in report["rows"]),
          report)
    check_targets(report, 4)


def main():
    if not shutil.which("postgres") and not glob.glob("/usr/lib/postgresql/*/bin/postgres"):
        print("1..0 # SKIP no PostgreSQL server is installed")
        return
    report = run_bench("sql", "--json", f"--rate={RATE}", f"--seconds={SECONDS}",
                       f"--senders={SENDERS}")
    if report:
        test_report(report)
    finish()


if __name__ == "__main__":
    main()
