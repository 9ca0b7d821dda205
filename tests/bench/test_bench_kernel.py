#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bench kernel with a few calls: that it measures what it says, and not how long that takes."""

import importlib.machinery
import importlib.util
import sys

from bench_check import TOP, check, check_targets, finish, run_bench

CALLS = 64
MEASURED = "abcdeg"  # f only where OpenSnitch is


def load_bench():
    """scripts/lib/bench-kernel as a module: its name has no suffix that says what it is."""
    sys.path.insert(0, f"{TOP}/scripts/lib")
    loader = importlib.machinery.SourceFileLoader("bench_kernel", f"{TOP}/scripts/lib/bench-kernel")
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def line_of(row, calls, **counters):
    counted = {"requests": 0, "allowed": 0, "ticket_allowed": 0, "pending": 0, **counters}
    return {"row": row, "took": 1000, "ns": [10] * calls, "counters": counted}


def is_refused(bench, line):
    try:
        bench.check_claims("x", line, bench.CLAIMS[line["row"]])
    except bench.Failure:
        return True
    return False


def test_claims(bench):
    """A row that was not decided as it claims is no measurement."""
    check("a ticket that did not decide all calls is noticed",
          is_refused(bench, line_of("ticket", 5, ticket_allowed=4, requests=1, allowed=1)))
    check("a call that the controller was not asked about is noticed",
          is_refused(bench, line_of("asked", 5, ticket_allowed=1, requests=4, allowed=4)))
    check("a call that was mediated all the same is noticed",
          is_refused(bench, line_of("unmediated", 5, requests=1, allowed=1)))
    check("a crowd that has gone is noticed",
          is_refused(bench, line_of("crowded", 5, requests=5, allowed=5, pending=999)))
    check("what is as it claims is taken",
          not is_refused(bench, line_of("crowded", 5, requests=5, allowed=5, pending=1000)))


def test_target(bench):
    check("a target is missed by what is above its limit, and by the median",
          not bench.Target("x", [1, 3, 9], 2).is_met() and bench.Target("x", [1, 2, 9], 2).is_met())
    check("a target that is a least one is missed by what is below",
          not bench.Target("x", [7], 8, at_least=True).is_met())


def test_run():
    report = run_bench("kernel", "--json", f"--connects={CALLS}", "--rounds=1")
    if not report:
        return
    rows = {row["name"]: row for row in report["rows"]}
    check("there is each row", all(name in rows for name in MEASURED), sorted(rows))
    check("OpenSnitch is measured, or it is said why not",
          ("f" in rows) != ("f" in report["skipped"]), report["skipped"])
    check("each row has all its calls", all(row["calls"] == CALLS for row in rows.values()),
          {name: row["calls"] for name, row in rows.items()})
    check("no call took no time", all(0 < row["p50_us"] <= row["p99_us"] for row in rows.values()),
          rows)
    check_targets(report, 3)


def main():
    bench = load_bench()
    test_claims(bench)
    test_target(bench)
    test_run()
    finish()


if __name__ == "__main__":
    main()
