#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is installed of libsnet is enough for programs in C and C++.

Usage: test_installed.py MESON BUILD
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import outside

MESON, BUILD = sys.argv[1:]


def options():
    shown = subprocess.run([MESON, "introspect", "--buildoptions", BUILD], check=True,
                           stdout=subprocess.PIPE)
    return {option["name"]: option["value"] for option in json.loads(shown.stdout)}


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        subprocess.run([MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root,
                        "--tags", "runtime,devel"], check=True)
        pkgconfig = next(root.rglob("libsnet.pc"))
        environment = {"PKG_CONFIG_PATH": str(pkgconfig.parent),
                       "PKG_CONFIG_SYSROOT_DIR": str(root)}
        # A library with sanitizers wants programs that have them.
        sanitize = options()["b_sanitize"]
        extra = [] if sanitize == "none" else [f"-fsanitize={sanitize}"]
        version = outside.pkg_config("--modversion", environment=environment)[0]
        print(f"1..{len(outside.WAYS)}")
        failed = False
        for number, way in enumerate(outside.WAYS, 1):
            program = outside.build(way, folder, environment, extra)
            shown = subprocess.run(
                [program], stdout=subprocess.PIPE, text=True, check=False,
                env={**os.environ, "LD_LIBRARY_PATH": str(pkgconfig.parent.parent)})
            # Where there is a kernel it may be any other word.
            good = shown.stdout.startswith(f"libsnet {version}, compiled with {version}\n")
            print("ok" if good else "not ok", number, f"- {way}, without warnings")
            if not good:
                print("#", shown.stdout)
                failed = True
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
