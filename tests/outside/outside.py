# SPDX-License-Identifier: GPL-2.0-or-later
"""Compiles programs with an installed libsnet, as somebody outside of the tree does."""

import os
import shlex
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
# The source, and how it is compiled.
WAYS = {
    "c99": ("answer.c", ["cc", "-std=c99"]),
    "c11": ("answer.c", ["cc", "-std=c11"]),
    "c-as-c++11": ("answer.c", ["c++", "-std=c++11", "-x", "c++"]),
    "c++11": ("answer.cc", ["c++", "-std=c++11"]),
    "c++17": ("answer.cc", ["c++", "-std=c++17"]),
}


def pkg_config(*arguments, environment=None):
    shown = subprocess.run(["pkg-config", *arguments, "libsnet"], check=True, text=True,
                           stdout=subprocess.PIPE, env={**os.environ, **(environment or {})})
    return shlex.split(shown.stdout)


def build(way, folder, environment=None, extra=()):
    """The program, compiled; fails on any warning."""
    source, compiler = WAYS[way]
    program = Path(folder) / way
    subprocess.run([*compiler, *STRICT, *extra, *pkg_config("--cflags", environment=environment),
                    HERE / source, "-x", "none", "-o", program,
                    *pkg_config("--libs", environment=environment)], check=True)
    return program
