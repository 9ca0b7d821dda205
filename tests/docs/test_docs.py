#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""All that can be called, set, and go wrong is described, and the descriptions are up to date."""

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
DOCS = TOP / "docs"
REFERENCE = DOCS / "reference"
DBUS = sorted((TOP / "dbus").glob("*.xml"))
SETTING = re.compile(r"^#\w+=.*$", re.MULTILINE)


def load(path):
    """A program as a module."""
    loader = importlib.machinery.SourceFileLoader(path.name.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


make_reference = load(DOCS / "make-reference")
make_man = load(DOCS / "make-man")


def reference():
    """The reference is what docs/make-reference makes of dbus/ and data/snetd.conf"""
    check = subprocess.run([DOCS / "make-reference", "--check"], stderr=subprocess.PIPE, text=True)
    if check.returncode:
        yield check.stderr


def is_refused(make, name, text):
    """Whether a page cannot be made of a file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text)
        try:
            make(path)
        except make_reference.Missing:
            return True
    return False


def without_each(text, pattern, replacement=""):
    """For each place that is like the pattern: its line, and the text without it."""
    for match in re.finditer(pattern, text, re.DOTALL | re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        yield line, text[:match.start()] + match.expand(replacement) + text[match.end():]


# What there has to be: the comment; the text of it, between the head and the end; of each argument.
PARTS = {
    "comment": (r"^ +<!--\n(?:(?!-->).)*-->\n(?= *<(?:interface|method|signal|property) )", ""),
    "text": (r"(^ +<!--\n(?: *\S[^\n]*\n)+\n)(?:(?!-->).)*?(^ +Since: )", r"\1\2"),
    "@argument": (r"^( +)@\w+: [^\n]*\n(?:\1  \S[^\n]*\n)*", ""),
    "Since": (r"^ +Since: [^\n]*\n", ""),
}


def members():
    """Nothing in dbus/ can be left out: comment, text, argument, or Since"""
    for path in DBUS:
        text = path.read_text()
        elements = len(re.findall(r"<(?:interface|method|signal|property) ", text))
        wanted = {"comment": elements, "text": elements, "Since": elements,
                  "@argument": len(re.findall("<arg ", text)) + 1}
        for part, (pattern, replacement) in PARTS.items():
            tried = 0
            for line, less in without_each(text, pattern, replacement):
                tried += 1
                if not is_refused(make_reference.interface_page, path.name, less):
                    yield f"{path.name}:{line}: nobody misses this {part}"
            if tried != wanted[part]:
                yield f"{path.name}: {tried} of {wanted[part]} × {part} were left out"


def settings():
    """Each setting that a service reads is described, with its default"""
    yield from settings_of("snetd.conf", TOP / "snetd" / "snetd-config.c")
    yield from settings_of("snet-sql.conf", TOP / "tools" / "snet-sql" / "snet-sql-config.c")


def settings_of(name, source):
    path = TOP / "data" / name
    text = path.read_text()
    table = re.findall(r'^  \{ "(\w+)", "(\w+)",(?: TRUE,| FALSE,)? parse_', source.read_text(),
                       re.MULTILINE)
    page = (REFERENCE / f"{name}.md").read_text()
    if not table:
        yield f"{source.name} has no table of settings"
    for group, key in table:
        wanted = rf"^## \[{group}\]\n(?:(?!^## ).)*^### {key}="
        if not re.search(wanted, page, re.DOTALL | re.MULTILINE):
            yield f"{key} of [{group}] is not described"
    if len(SETTING.findall(text)) != len(table):
        yield f"{name} has settings that {source.name} does not read"
    for line, less in without_each(text, r"(?:^# [^\n]*\n)+(?=^#\w+=)"):
        if not is_refused(make_reference.configuration_page, path.name, less):
            yield f"{name}:{line}: nobody misses this comment"


def names(kind):
    """Names of snet-names.h, without what their macros begin with."""
    text = (TOP / "dbus" / "snet-names.h").read_text()
    define = rf'^#define SNET_{kind}\w+ +(?:SNET_ERROR_PREFIX )?"([^"]+)"'
    found = re.findall(define, text, re.MULTILINE)
    assert found, f"snet-names.h has no SNET_{kind}"
    return found


def terms(text):
    """The words in the first columns of tables, and that begin the items of lists."""
    rows = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    items = re.findall(r"^- (`[^:]*):", text, re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", " ".join(rows + items)))


def errors():
    """Each error is described in dbus.md, and by what can fail with it"""
    described = {term for term in terms((DOCS / "dbus.md").read_text())
                 if term.startswith("org.snet.Error.")}
    known = {"org.snet.Error." + name for name in names("ERROR_NAME_")}
    used = set()
    for path in DBUS:
        used |= set(re.findall(r"- `(org\.snet\.Error\.\w+)`: ", path.read_text()))
    places = {"snet-names.h": known, "dbus.md": described, "dbus/*.xml": used}
    for name in sorted(known | described | used):
        for where, there in places.items():
            if name not in there:
                yield f"{name} is not in {where}"


def keys():
    """Each key and word is described, in a table or a list"""
    described = terms((DOCS / "rules.md").read_text())
    text = ""
    for path in REFERENCE.glob("org.snet.*"):
        described |= terms(path.read_text())
        text += path.read_text()
    for name in names("KEY_"):
        if name not in described:
            yield f"the key {name} is not described"
    for kind in ("VERDICT_WORD_", "LIFETIME_WORD_", "MODE_WORD_", "FORMAT_"):
        for word in names(kind):
            if f"`{word}`" not in text:
                yield f"the word {word} is not described"


def authority():
    """The table of who may do what is that of snetd-authority.c"""
    source = (TOP / "snetd" / "snetd-authority.c").read_text()
    actions = dict(re.findall(r'^#define (SNET_ACTION_\w+) +"([^"]+)"',
                              (TOP / "dbus" / "snet-names.h").read_text(), re.MULTILINE))
    actions |= {"FREE": "everybody", "NULL": "nobody"}
    wanted = {
        method: (actions[own], actions[other]) for method, own, other in re.findall(
            r'^  \{ "\w+\.(\w+)", (\w+), (\w+), (?:TRUE|FALSE) \}', source, re.MULTILINE)}
    table = (DOCS / "dbus.md").read_text().partition("## Who may do what")[2].partition("\n## ")[0]
    said = {}
    for methods, own, other in re.findall(r"^\| (.*) \| (.*) \| (.*)\|$", table, re.MULTILINE):
        for method in re.findall(r"`(\w+)`", methods):
            own_word = re.search(r"[\w.-]+", own).group()
            other_word = re.search(r"[\w.-]+|$", other).group() or own_word
            said[method] = (own_word, other_word)
    for method in sorted(wanted.keys() | said.keys()):
        if wanted.get(method) != said.get(method):
            yield f"{method}: {said.get(method)} instead of {wanted.get(method)}"


def daemon():
    """snetd(8) has each option, and each id of a message"""
    page = (TOP / "data" / "snetd.8.in").read_text().replace("\\-", "-")
    options = re.findall(r'^    \{ "([\w-]+)", 0, 0, G_OPTION', (TOP / "snetd/main.c").read_text(),
                         re.MULTILINE)
    ids = re.findall(r'"([0-9a-f]{32})"', (TOP / "snetd" / "snetd-log.h").read_text())
    assert options and ids, "there are none to look for"
    for option in options:
        if not re.search(rf"^\.BI? --{option}\b", page, re.MULTILINE):
            yield f"--{option} is not described"
    for name in ids:
        if not re.search(rf"^\.TP\n\.B {name}\n\w", page, re.MULTILINE):
            yield f"the message {name} is not described"


def sql():
    """snet-sql(8) has each option, each id of a message, and each table and view"""
    page = (DOCS / "snet-sql.md").read_text()
    tools = TOP / "tools" / "snet-sql"
    options = re.findall(r'^    \{ "([\w-]+)", 0, 0, G_OPTION', (tools / "main.c").read_text(),
                         re.MULTILINE)
    ids = re.findall(r'"([0-9a-f]{32})"', (tools / "snet-sql-log.h").read_text())
    there = {name for path in (TOP / "data" / "snet-sql").rglob("*.sql") for name in re.findall(
        r"^CREATE (?:OR REPLACE )?(?:TABLE|VIEW) (?:snet\.)?(\w+)(?! PARTITION)\b",
        path.read_text(), re.MULTILINE)}
    assert options and ids and there, "there are none to look for"
    for option in options:
        if f"- `--{option}" not in page:
            yield f"--{option} is not described"
    for name in ids:
        if f"- `{name}`: " not in page:
            yield f"the message {name} is not described"
    for name in sorted(there):
        if f"`{name}`" not in page and f"`snet.{name}`" not in page:
            yield f"{name} is not described"


def desktop():
    """gsnet(1) has each option and each setting"""
    page = (TOP / "data" / "gsnet.1").read_text().replace("\\-", "-")
    source = (TOP / "gsnet" / "gsnet-application.c").read_text()
    options = re.findall(r"^    \{ \"([\w-]+)\", '\w', 0, G_OPTION", source, re.MULTILINE)
    schema = (TOP / "data" / "org.snet.Gsnet.gschema.xml").read_text()
    keys_there = re.findall(r'<key name="([\w-]+)"', schema)
    assert options and keys_there, "there are none to look for"
    for option in options:
        if not re.search(rf'^\.BR -\w ", " --{option}$', page, re.MULTILINE):
            yield f"--{option} is not described"
    for key in keys_there:
        if not re.search(rf"^\.TP\n\.BR? (?:.* )?{key}\b", page, re.MULTILINE):
            yield f"the setting {key} is not described"


def listener():
    """snet-listen(1) has each option and each exit status"""
    folder = TOP / "tools" / "snet-listen"
    page = (folder / "snet-listen.1.in").read_text().replace("\\-", "-")
    options = re.findall(r"^    \{ \"([\w-]+)\", '(\w)',", (folder / "snet-listen-options.c").read_text(),
                         re.MULTILINE)
    statuses = re.findall(r"^  SNET_LISTEN_EXIT_\w+,$", (folder / "snet-listen-session.h").read_text(),
                          re.MULTILINE)
    assert options and statuses, "there are none to look for"
    for option, letter in options:
        if not re.search(rf'^\.BR -{letter} ", " --{option}\b', page, re.MULTILINE):
            yield f"-{letter}, --{option} is not described"
    described = re.findall(r"^\.TP\n\.B (\d)$", page, re.MULTILINE)
    if described != [str(status) for status in range(len(statuses))]:
        yield f"the exit statuses {described} of {len(statuses)} are described"


def library():
    """libsnet(3), and each function of libsnet and each struct, has a page that apropos finds"""
    symbols = re.findall(r"^\t(\w+);$", (TOP / "libsnet" / "libsnet.map").read_text(), re.MULTILINE)
    structs = re.findall(r"^struct (\w+) \{$", (TOP / "libsnet" / "snet.h").read_text(), re.MULTILINE)
    made = {Path(file).stem: file for file in sys.argv[1:] if file.endswith(".3")}
    assert symbols and structs, "there are none to look for"
    for name in sorted({"libsnet", "snet_enumerations", *symbols, *structs} ^ made.keys()):
        yield f"{name} is a page, or in the library, but not both"
    for name, file in made.items():
        found = subprocess.run(["lexgrog", file], capture_output=True, text=True).stdout
        if f'"{name} - ' not in found:
            yield f"{file}: no name and no description: {found}"
    overview = (DOCS / "libsnet.md").read_text()
    for name in symbols:
        if f"`{name}()`" not in overview:
            yield f"{name}() is not in libsnet.md"


def header():
    """Nothing in snet.h can be left out: comment, parameter, member, value, what is returned"""
    make_man3 = load(DOCS / "make-man3")
    text = (TOP / "libsnet" / "snet.h").read_text()
    body = text.index("struct snet;")
    parts = {"comment": r"^/\*\*(?:(?!\*/).)*\*/\n",
             "line": r"^ \* @\w+: [^\n]*\n", "member": r"[ \t]*/\*\*<.*?\*/",
             "return": r"^ \* Return: [^\n]*\n"}
    for part, pattern in parts.items():
        tried = 0
        for match in re.finditer(pattern, text[body:], re.DOTALL | re.MULTILINE):
            tried += 1
            less = text[:body + match.start()] + text[body + match.end():]
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "snet.h"
                path.write_text(less)
                try:
                    make_man3.Header(path)
                except (make_man3.Missing, IndexError, ValueError):
                    continue
            yield f"snet.h: nobody misses this {part}: {match.group()[:60]!r}"
        assert tried > 20, f"there is no {part} to leave out"


def command_line():
    """snetctl(1) has each command and each option"""
    page = re.sub(r"\\f[BIR]", "", (TOP / "data" / "snetctl.1").read_text().replace("\\-", "-"))
    names, options = [], {"version"}
    for path in sorted((TOP / "tools" / "snetctl").glob("snetctl-*.c")):
        source = path.read_text()
        names += re.findall(r'^const SnetctlCommand \w+ = \{\s+"([\w ]+)"', source, re.MULTILINE)
        options |= set(re.findall(r'\{ "([\w-]+)",\s+(?:0|\'\w\'),[^}]*G_OPTION_ARG', source))
        options |= set(re.findall(r'^  \{ "([\w-]+)", \'\w\', N_', source, re.MULTILINE))
    assert len(names) > 10 and len(options) > 10, "there are none to look for"
    for name in names:
        if not re.search(rf"^\.BR?I? [^\n]*\b{name}\b", page, re.MULTILINE):
            yield f"the command {name} is not described"
    for option in options:
        if not re.search(rf"^\.BR? [^\n]*--{option}\b", page, re.MULTILINE):
            yield f"--{option} is not described"


def pictures():
    """Each picture is shown, and those of the metainfo are there"""
    there = {path.name for path in (DOCS / "pictures").iterdir()}
    texts = [path.read_text() for path in (TOP / "README.md", *DOCS.glob("*.md"))]
    shown = {name for text in texts for name in re.findall(r"pictures/([\w-]+\.png)", text)}
    metainfo = (TOP / "data" / "org.snet.Gsnet.metainfo.xml.in").read_text()
    wanted = set(re.findall(r"@pictures_url@/([\w-]+\.png)", metainfo))
    assert there and wanted, "there are none to look for"
    for name in sorted(there - shown):
        yield f"{name} is in no document"
    for name in sorted((wanted | shown) - there):
        yield f"{name} is missing"


def pages():
    """Manual pages are made of all documents that name one, and of nothing that is not known"""
    build = (DOCS / "meson.build").read_text()
    built = dict(re.findall(r"^  '(\S+\.md)': '(\S+)',$", build, re.MULTILINE))
    for path in sorted(DOCS.rglob("*.md")):
        page = make_man.page_of(path)
        name = str(path.relative_to(DOCS))
        if built.get(name) != (".".join(page) if page else None):
            yield f"docs/meson.build makes {built.get(name)} of {name}"
    for strange in ("> words", "![picture](of.png)", "#### deep", "- a\n  - b", "    " + 72 * "x"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "strange.md"
            path.write_text(f"<!-- man: strange(7): strange -->\n\n{strange}\n")
            try:
                make_man.Page(path, "1")
            except make_man.Unknown:
                continue
            yield f"a page was made of “{strange}”"


def looks():
    """man has nothing to say about the pages, and they fit a terminal"""
    environment = {"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}
    for file in sys.argv[1:]:
        shown = subprocess.run(["man", "--warnings", "-l", file], env=environment,
                               capture_output=True, text=True)
        if shown.returncode or shown.stderr:
            yield f"{file}: {shown.stderr}"
        if "NAME\n" not in shown.stdout:
            yield f"{file}: nothing is shown"
        for line in shown.stdout.splitlines():
            if len(line) > 80:
                yield f"{file}: too wide: {line}"


def commands():
    """What is to be typed calls methods that there are, with arguments of their types"""
    signatures = {}
    for path in DBUS:
        interface, _, found = make_reference.read_interface(path)
        for element, _ in found:
            signatures[interface.get("name"), element.get("name")] = "".join(
                argument.get("type") for argument in element.findall("arg")
                if argument.get("direction") == "in")
    calls = 0
    for path in [TOP / "README.md", TOP / "data" / "snetd.8.in", *sorted(DOCS.rglob("*.md"))]:
        text = re.sub(r"\\e?\n\s*", "", path.read_text())
        for interface, method, types in re.findall(
                r"busctl (?:-\S+ )*call org\.snet /org/snet (\S+) +(\w+)(?: +(\S+))?", text):
            calls += 1
            wanted = signatures.get((interface, method))
            # With nothing to give the command ends, or goes on with something else.
            types = types.strip("'") if wanted else ""
            if types != wanted:
                yield f"{path.name}: {interface} {method} {types}: {wanted}"
    assert calls > 20, "there is nothing to type"


def links():
    """Links between the documents lead to files and headings that there are"""
    for path in [TOP / "README.md", *sorted(DOCS.rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
            if "://" in target:
                continue
            file, _, anchor = target.partition("#")
            linked = path.parent / file if file else path
            if not linked.exists():
                yield f"{path.name}: there is no {target}"
            elif anchor:
                headings = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
                anchors = [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
                           for heading in headings]
                if anchor not in anchors:
                    yield f"{path.name}: there is no {target}"


def main():
    failed = False
    checks = (reference, members, settings, errors, keys, authority, daemon, desktop, command_line,
              sql, listener, library, header, pictures, pages, looks, commands, links)
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        problems = list(check())
        for problem in problems:
            print("#", problem.strip().replace("\n", "\n# "))
        print("not ok" if problems else "ok", number, "-", check.__doc__)
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
