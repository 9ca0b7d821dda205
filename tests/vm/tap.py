# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs functions as tests and writes TAP, the Test Anything Protocol."""

import sys
import time
import traceback


class Skip(Exception):
    """Something that a test needs is not there."""


def run(tests, before_each=None):
    """Runs each test; exits with 0 if all passed."""
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__doc__.strip().splitlines()[0]
        started = time.monotonic()
        try:
            if before_each:
                before_each()
            detail = test()
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}")
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().rstrip().splitlines():
                print(f"# {line}")
        else:
            seconds = time.monotonic() - started
            print(f"ok {number} - {name}")
            print(f"# {detail or 'passed'} (test took {seconds:.2f} s)")
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
