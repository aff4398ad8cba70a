#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bulkhead(8) and a page for each command against the program: names, summaries, every option with its help.

`test_man.py --update` writes the sections NAME, OPTIONS, COMMANDS anew; the others are for people to write.
"""
import difflib
import glob
import json
import os
import re
import shutil
import subprocess
import sys

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD_DIR", os.path.join(SRC, "build"))
MAN = os.path.join(SRC, "man")
HELP = {"name": "help", "key": "h", "value": False, "repeated": False, "hidden": False, "help": "show help"}
POLICY = "bulkhead-policy.5"


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def options_section(options):
    lines = []
    for o in [x for x in options if not x["hidden"]] + [HELP]:
        value = " \\fIvalue\\fR" if o["value"] else ""
        names = [f"\\fB\\-\\-{escape(o['name'])}\\fR{value}"] + ([f"\\fB\\-{o['key']}\\fR{value}"] if "key" in o else [])
        initial = f" (default: {escape(o['initial'])})" if "initial" in o else ""
        lines += [".TP", ", ".join(names), escape(o["help"]) + initial]
    return lines


def commands_section(commands):
    lines = []
    for c in commands:
        lines += [".TP", f".BR bulkhead\\-{c['name']} (8)", escape(c["summary"])]
    return lines


def set_section(lines, title, body):
    """The text with this section anew; None: the page has none."""
    head = f".SH {title}"
    if head not in lines:
        return None
    first = lines.index(head) + 1
    end = first
    while end < len(lines) and not lines[end].startswith(".SH "):
        end += 1
    return lines[:first] + body + lines[end:]


def wanted(page, tables):
    """The sections that the program says, for a page."""
    if page == "bulkhead.8":
        return {"NAME": ["bulkhead \\- hardened Open Container Initiative runtime"],
                "COMMANDS": commands_section(tables["commands"]), "OPTIONS": options_section(tables["options"])}
    name = page.removeprefix("bulkhead-").removesuffix(".8")
    command = next(c for c in tables["commands"] if c["name"] == name)
    return {"NAME": [f"bulkhead\\-{name} \\- {escape(command['summary'])}"], "OPTIONS": options_section(command["options"])}


def look(page, tables, update):
    path = os.path.join(MAN, page)
    if not os.path.exists(path):
        return ["does not exist"]
    with open(path, encoding="utf-8") as f:
        have = f.read().rstrip("\n").split("\n")
    want, wrong = have, []
    for title, body in wanted(page, tables).items():
        new = set_section(want, title, body)
        wrong += [f"has no section {title}"] if new is None else []
        want = want if new is None else new
    for title in ("SYNOPSIS", "DESCRIPTION", "SEE ALSO"):
        wrong += [] if f".SH {title}" in have else [f"has no section {title}"]
    upper = page[:-2].upper().replace("-", "\\-")
    wrong += [] if any(line.startswith(f".TH {upper} 8 ") for line in have) else [f"has no .TH {upper} 8"]
    if update:
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(want) + "\n")
    elif want != have:
        wrong += list(difflib.unified_diff(have, want, "the page", "the program", lineterm="", n=0))
        wrong.append("run tests/golden/test_man.py --update")
    return wrong


def references(pages):
    """Pages of ours that others name must exist."""
    for page in pages:
        with open(os.path.join(MAN, page), encoding="utf-8") as f:
            for name, section in re.findall(r"(bulkhead[\\a-z-]*) ?\(([58])\)", f.read()):
                target = f"{name.replace(chr(92), '')}.{section}"
                if target not in pages:
                    yield f"{page} names {target}"


def warnings(pages):
    for page in pages:
        r = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Wbreak", "-z", os.path.join(MAN, page)], capture_output=True,
                           text=True, timeout=60, check=False)
        yield from (r.stderr.splitlines() if r.stderr or r.returncode == 0 else [f"{page}: status {r.returncode}"])


def main():
    update = sys.argv[1:] == ["--update"]
    r = subprocess.run([os.path.join(BUILD, "runtime", "option_tables")], capture_output=True, timeout=60, check=True)
    tables = json.loads(r.stdout)
    pages = ["bulkhead.8"] + [f"bulkhead-{c['name']}.8" for c in tables["commands"]]
    results = [(page, look(page, tables, update)) for page in pages]
    there = sorted(os.path.basename(p) for p in glob.glob(f"{MAN}/*"))
    results.append(("no other pages", sorted(set(there) - set(pages) - {POLICY})))
    results.append(("references", list(references(there))))
    with open(os.path.join(SRC, "contrib", "local.mk"), encoding="utf-8") as f:
        installed = f.read()
    results.append(("installed", [p for p in pages if f"man/{p}" not in installed.split()]))
    if shutil.which("groff"):
        results.append(("form", list(warnings(there))))
    else:
        results.append(("form # SKIP groff is not installed", []))
    print(f"1..{len(results)}")
    for number, (name, why) in enumerate(results, 1):
        for line in why:
            print(f"# {name}: {line}")
        print(f"{'not ok' if why else 'ok'} {number} - {name}")
    return 1 if any(why for _, why in results) else 0


if __name__ == "__main__":
    sys.exit(main())
