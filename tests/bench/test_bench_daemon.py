#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bench daemon with a few calls: that it measures what it says, and not how long that takes."""

from bench_check import check, check_targets, finish, run_bench

CALLS = 64
EVENTS = 1000


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
    check_targets(report, 9)


def main():
    report = run_bench("daemon", "--json", f"--connects={CALLS}", "--rounds=1",
                       f"--events={EVENTS}", "--idle=1")
    if report:
        test_report(report)
    finish()


if __name__ == "__main__":
    main()
