#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The library is what programs that are compiled already want: libsnet/libsnet.abi has it all.

Usage: test_abi.py [--update] LIBRARY LAYOUT LIST

LAYOUT is the program that make-layout makes. With --update the list is written: what is in it
already must not change any more, unless libsnet.so gets another soname.
"""

import platform
import re
import subprocess
import sys
from pathlib import Path

HEAD = "# SPDX-License-Identifier: LGPL-2.1-or-later\n# See tests/unit/libsnet/test_abi.py.\n"


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def soname(library):
    return re.findall(r"\(SONAME\).*\[(.*)\]", output("readelf", "-dW", library))


def symbols(library):
    """Each with its version, in the order of their names."""
    found = re.findall(r"^[0-9a-f]+ (\w) (\S+)$",
                       output("nm", "-D", "--defined-only", "--with-symbol-versions", library),
                       re.MULTILINE)
    return sorted(f"{name} ({kind})" for kind, name in found)


def layout(program):
    return output(program).splitlines()


def differences(wanted, there):
    for line in wanted:
        if line not in there:
            yield f"lost: {line}"
    for line in there:
        if line not in wanted:
            yield f"not in the list: {line}"


def main(arguments):
    update = arguments[:1] == ["--update"]
    library, program, path = arguments[update:]
    path = Path(path)
    parts = {"soname": soname(library), "symbols": symbols(library), "layout": layout(program)}
    if update:
        path.write_text(HEAD + "".join(
            f"\n[{part}]\n" + "".join(line + "\n" for line in lines)
            for part, lines in parts.items()))
        return 0
    listed = {part: text.splitlines() for part, text in
              re.findall(r"^\[(\w+)\]\n((?:.+\n)+)", path.read_text(), re.MULTILINE)}
    failed = listed.keys() != parts.keys()
    print(f"1..{len(parts)}")
    for number, (part, there) in enumerate(parts.items(), 1):
        if part == "layout" and platform.machine() != "x86_64":
            print(f"ok {number} - {part} # SKIP the list is of x86-64")
            continue
        problems = list(differences(listed.get(part, []), there))
        for problem in problems:
            print("#", problem)
        print("not ok" if problems else "ok", number, "- the same", part)
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
