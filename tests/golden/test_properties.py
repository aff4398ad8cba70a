#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/properties.md against the program: every property of the parser's tables has a row with a test, every test and rule that is named exists,
and every option of mounts is there."""
import json
import os
import re
import subprocess
import sys

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BULKHEAD = os.environ.get("BULKHEAD", os.path.join(SRC, "build", "bulkhead"))
FIELDS = os.path.join(os.path.dirname(BULKHEAD), "tests", "lib", "spec_fields")
PAGE = os.path.join(SRC, "docs", "properties.md")
TEST = re.compile(r"\b(unit|integration|vm|conformance)/([\w.]+):(\w+)")


def output(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout


def rows():
    """(patterns, cells after the first) of each row of each table."""
    with open(PAGE, encoding="utf-8") as f:
        for line in f:
            cells = [c.strip() for c in line.strip().strip("|").split("|")]
            if line.startswith("|") and cells[0].startswith("`"):
                yield re.findall(r"`([^`]+)`", cells[0]), cells[1:]


def as_pattern(pointer):
    """A star is not more than a part of one member."""
    return re.compile("^" + re.escape(pointer).replace(r"\*", "[^/]*") + "$")


def source_of(suite, name):
    base = os.path.join(SRC, "tests", suite)
    names = [name] if name.endswith(".py") else [f"test_{name}.py", f"test_{name}.c"]
    for n in names:
        if os.path.exists(os.path.join(base, n)):
            with open(os.path.join(base, n), encoding="utf-8") as f:
                return f.read()
    return None


def missing_test(suite, name, test):
    source = source_of(suite, name)
    if source is None:
        return f"there is no program tests/{suite}/{name}"
    if not re.search(rf"^(@(?:test|on_v[12]|only_if)\b[^\n]*\ndef {test}\(|TEST\({test}\))", source, re.MULTILINE):
        return f"tests/{suite}/{name} has no test {test}"
    return None


def every_property():
    known = [line.split()[0] for line in output(FIELDS).splitlines()]
    patterns = [(p, as_pattern(p)) for names, _ in rows() for p in names if p.startswith("/")]
    for pointer in known:
        n = sum(1 for _, r in patterns if r.match(pointer))
        if n != 1:
            yield f"{pointer} stands in {n} rows"
    for p, r in patterns:
        if not any(r.match(pointer) for pointer in known):
            yield f"{p} is no property"


def every_option():
    known = set(json.loads(output(BULKHEAD, "features"))["mountOptions"])
    listed = [p for names, _ in rows() for p in names if not p.startswith("/")]
    for option in sorted(known - set(listed)):
        yield f"the option {option} has no row"
    for option in listed:
        if option not in known or listed.count(option) != 1:
            yield f"the option {option} stands there {listed.count(option)} times, and is{'' if option in known else ' not'} one"


def every_test_and_rule():
    rules = set(re.findall(r'^\t\{"([a-z-]+)", LEVEL', open(os.path.join(SRC, "libcontainer-c", "harden", "harden.c"), encoding="utf-8").read(),
                           re.MULTILINE))
    if len(rules) < 20:
        yield f"only {len(rules)} rules were found"
    for names, cells in rows():
        tests = TEST.findall(cells[-1])
        if not tests and cells[-1] != "the next table":
            yield f"{names[0]} has no test"
        for t in tests:
            wrong = missing_test(*t)
            if wrong:
                yield f"{names[0]}: {wrong}"
        if names[0].startswith("/"):
            for rule in cells[0].split():
                if rule not in rules:
                    yield f"{names[0]}: there is no rule {rule}"


def main():
    number = failed = 0
    for check in (every_property, every_option, every_test_and_rule):
        wrong = list(check())
        number += 1
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {check.__name__}")
        for line in wrong:
            print(f"# {line}")
    print(f"1..{number}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
