# SPDX-License-Identifier: GPL-2.0-or-later
"""What all benchmarks report alike: figures of many rounds, targets, a table, JSON.

The machines are noisy. So what is compared is measured in turns, in rounds; a ratio is taken within
each round, where both sides have seen the same noise; and of these ratios the median counts.
"""

import json
import math
import statistics
import sys


def percentile(values, percent):
    """The smallest of the values that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def progress(*words):
    print("bench:", *words, file=sys.stderr, flush=True)


class Failure(Exception):
    """Something could not be measured."""


def median(nanoseconds):
    """The median; where the clock goes by steps, it is interpolated within the step that it is in."""
    return statistics.median_grouped(nanoseconds, math.gcd(*nanoseconds))


class Row:
    """One thing that is measured: in each round some calls, and how long all of them took."""

    def __init__(self, name, what):
        self.name = name
        self.what = what
        self.rounds = []  # lists of nanoseconds
        self.seconds = []

    def add(self, first, nanoseconds, seconds):
        """Adds to the last round, or begins one."""
        if first:
            self.rounds.append([])
            self.seconds.append(0)
        self.rounds[-1] += nanoseconds
        self.seconds[-1] += seconds

    def p50(self):
        """Of each round."""
        return [median(calls) / 1000 for calls in self.rounds]

    def per_second(self):
        return [len(calls) / took for calls, took in zip(self.rounds, self.seconds)]

    def as_dict(self):
        calls = [call for part in self.rounds for call in part]
        return {
            "name": self.name,
            "what": self.what,
            "calls": len(calls),
            "rounds": len(self.rounds),
            "p50_us": round(median(calls) / 1000, 2),
            "p99_us": round(percentile(calls, 99) / 1000, 2),
            "per_second": round(len(calls) / sum(self.seconds), 1),
            "p50_us_of_rounds": [round(value, 2) for value in self.p50()],
        }


class Target:
    """A figure that is to be at most, or at least, so much."""

    def __init__(self, name, values, limit, at_least=False):
        self.name = name
        self.limit = limit
        self.at_least = at_least
        self.value = statistics.median(values)
        self.quartiles = [percentile(values, 25), percentile(values, 75)]

    def is_met(self):
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def as_dict(self):
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "limit": self.limit,
            "ok": self.is_met(),
            "at_least": self.at_least,
            "quartiles": [round(value, 4) for value in self.quartiles],
        }


def print_targets(targets):
    print(f"{'target':<52} {'value':>9} {'limit':>10}  {'quartiles of rounds':<19}")
    for target in targets:
        sign = ">=" if target.at_least else "<="
        low, high = target.quartiles
        print(f"{target.name:<52} {target.value:>9.3f} {sign} {target.limit:>7g}  "
              f"{low:.3f} to {high:.3f}  {'ok' if target.is_met() else 'MISSED'}")


def print_json(**members):
    """One object on one line, which is the last one."""
    print(json.dumps(members))
