#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/bench desktop with little of everything: that it measures what it says, and not how long
that takes.
"""

from bench_check import check, check_targets, finish, run_bench

PROMPTS = 5
EVENTS = 3000
ROWS = 2500


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
    check_targets(report, 4)


def main():
    report = run_bench("desktop", "--json", f"--prompts={PROMPTS}", "--rounds=1",
                       f"--events={EVENTS}", f"--rows={ROWS}", "--idle=1")
    if report:
        test_report(report)
    finish()


if __name__ == "__main__":
    main()
