#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine-readable specification of the ABI says the same as its header.

test_spec.py HEADER SPEC: every enumerator of the header is in the specification with the same
value, and the other way round.
"""

import re
import sys

import yaml


def read_header(path):
    """Of each enum the names and values, and the bounds."""
    text = open(path).read()
    enums = {}
    for name, body in re.findall(r"^enum (\w+) \{(.*?)^\};", text, re.S | re.M):
        values = {}
        following = 0
        for member, given in re.findall(r"^\t(\w+)(?: = ([^,]+))?,", body, re.M):
            if given:
                # Numbers, shifts, and names that were defined further up.
                known = {k: v for e in enums.values() for k, v in e.items()}
                following = eval(given, {"__builtins__": {}}, known)  # pylint: disable=eval-used
            if not member.startswith("__"):
                values[member] = following
            following += 1
        enums[name] = values
    bounds = re.findall(r"^#define (SNET_\w+) (\d+)\b", text, re.M)
    return enums, {name: int(value) for name, value in bounds}


def c_name(prefix, name):
    return (prefix + name).upper().replace("-", "_")


def spec_values(entries, prefix, start=0, shift=False):
    return {
        c_name(prefix, entry["name"]): 1 << i if shift else i + start
        for i, entry in enumerate(entries)
    }


def compare(what, header, spec):
    for name in sorted(header.keys() | spec.keys()):
        if header.get(name) != spec.get(name):
            yield f"{what}: {name} is {header.get(name)} in the header, {spec.get(name)} in the spec"


def check_definitions(enums, bounds, spec):
    for entry in spec["definitions"]:
        name = entry["name"]
        if entry["type"] == "const":
            yield (name, compare(name, {c_name("snet-", name): bounds.get(c_name("snet-", name))},
                                 {c_name("snet-", name): entry["value"]}))
            continue
        header = dict(enums["snet_" + name.replace("-", "_")])
        header.pop("SNET_FIELD_ALL", None)
        yield (name, compare(name, header, spec_values(entry["entries"], entry["name-prefix"],
                                                       shift=entry["type"] == "flags")))


def check_all(header_path, spec_path):
    enums, bounds = read_header(header_path)
    spec = yaml.safe_load(open(spec_path))
    yield from check_definitions(enums, bounds, spec)

    defined = {"snet_" + d["name"].replace("-", "_") for d in spec["definitions"]}
    missing = enums.keys() - defined - {"snet_attr", "snet_command"}
    yield ("every enum is there", [f"{name} is not in the spec" for name in sorted(missing)])

    attrs = spec["attribute-sets"][0]
    header = {k: v for k, v in enums["snet_attr"].items() if v}
    yield ("attributes", compare("attributes", header,
                                 spec_values(attrs["attributes"], attrs["name-prefix"], 1)))

    operations = spec["operations"]
    header = {k: v for k, v in enums["snet_command"].items() if v}
    yield ("commands", compare("commands", header,
                               spec_values(operations["list"], operations["name-prefix"], 1)))

    known = {attr["name"] for attr in attrs["attributes"]}
    unknown = [
        f"{operation['name']} has an unknown attribute {attr}"
        for operation in operations["list"]
        for attr in attributes_of(operation)
        if attr not in known
    ]
    yield ("attributes of operations", unknown)


def attributes_of(operation):
    yield from operation.get("event", {}).get("attributes", [])
    for kind in ("do", "dump"):
        for direction in (operation.get(kind) or {}).values():
            yield from direction.get("attributes", [])


def main():
    failed = False
    number = 0
    for number, (what, problems) in enumerate(check_all(*sys.argv[1:3]), 1):
        problems = list(problems)
        for problem in problems:
            print("#", problem)
        print("not ok" if problems else "ok", number, "-", what)
        failed = failed or bool(problems)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
