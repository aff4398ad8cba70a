#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bulkhead-policy(5) against the program: every member is described, with its built-in value.

`test_policy_man.py --update` writes the values of now into the page; descriptions are for people to write.
"""
import difflib
import json
import os
import re
import subprocess
import sys

SRC = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BULKHEAD = os.environ.get("BULKHEAD", os.path.join(SRC, "build", "bulkhead"))
PAGE = os.path.join(SRC, "man", "bulkhead-policy.5")
MARK = "Built\\-in:"
EXAMPLE = re.compile(r"^Containers get.*?^\.nf\n(.*?)^\.fi", re.MULTILINE | re.DOTALL)


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def entry(item):
    """An element of a list: what it is about, and why it is there."""
    if isinstance(item, str):
        return item, ""
    if "pattern" in item:
        return item["pattern"] + (" (mounts)" if item["mounts"] else ""), item["why"]
    if "path" in item:
        return f"{item['path']}: {item['treatment']}", item["why"]
    if "major" in item:
        minor = "*" if item["minor"] < 0 else item["minor"]
        return f"{item['type']} {item['major']}:{minor} {item['access']}", item["why"]
    return f"{item['type']}: {item['max']}", item["why"]


def built_in(value):
    """The lines from the mark on."""
    if isinstance(value, (dict, list)):
        if not value:
            return [f"{MARK} none"]
        pairs = value.items() if isinstance(value, dict) else [entry(i) for i in value]
        lines = [MARK, ".RS"]
        for key, why in pairs:
            lines += [f'.IP "{escape(key)}" 4'] + ([escape(why)] if why else [])
        return lines + [".RE"]
    return [f"{MARK} " + escape(json.dumps(value))]


def members(policy):
    yield "version", policy["version"]
    for section, value in policy.items():
        if isinstance(value, dict):
            for name, member in value.items():
                yield f"{section}.{name}", member


def block_of(lines, name):
    """First and last line of a member's paragraph, and the line of its mark; None: not there."""
    try:
        first = lines.index(f".B {name}")
    except ValueError:
        return None
    end = first + 1
    while end < len(lines) and not re.match(r"\.(TP|SS|SH)\b", lines[end]):
        end += 1
    marks = [i for i in range(first, end) if lines[i].startswith(MARK)]
    return (first, end, marks[0]) if len(marks) == 1 else None


def look(policy, lines, update):
    """One result per member: its name and what is wrong."""
    for name, value in members(policy):
        block = block_of(lines, name)
        if not block:
            yield name, "has no paragraph with one line of its built-in value"
            continue
        first, end, mark = block
        if mark - first < 2 or len(lines[first + 1]) < 12:
            yield name, "is not described"
            continue
        want = built_in(value)
        if update:
            lines[mark:end] = want
        have = lines[mark:mark + len(want) if update else end]
        yield name, None if have == want else "; ".join(
            line for line in difflib.ndiff(have, want) if line[0] in "+-")


def strangers(policy, lines):
    """Paragraphs about members that are not there."""
    known = {name for name, _ in members(policy)}
    for line in lines:
        name = line.removeprefix(".B ")
        if line != name and "." in name and not name.startswith("exceptions.") and name not in known:
            yield name


def check_example(text):
    """The example is a policy."""
    example = EXAMPLE.search(text).group(1).replace("\\-", "-")
    path = f"/tmp/bulkhead-man-{os.getpid()}.json"
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644), "w", encoding="utf-8") as f:
        f.write(example)
    try:
        r = subprocess.run([BULKHEAD, "policy", "check", path], capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.unlink(path)
    return None if r.returncode == 0 else r.stderr.strip()


def main():
    update = sys.argv[1:] == ["--update"]
    r = subprocess.run([BULKHEAD, "policy", "default"], capture_output=True, text=True, timeout=60, check=True)
    policy = json.loads(r.stdout)
    with open(PAGE, encoding="utf-8") as f:
        text = f.read()
    lines = text.split("\n")
    results = list(look(policy, lines, update))
    results += [(name, "is in the page and not in the policy") for name in strangers(policy, lines)]
    results.append(("the example", check_example(text)))
    if update:
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
    print(f"1..{len(results)}")
    for number, (name, why) in enumerate(results, 1):
        if why:
            print(f"# {name}: {why}")
        print(f"{'not ok' if why else 'ok'} {number} - {name}")
    return 1 if any(why for _, why in results) else 0


if __name__ == "__main__":
    sys.exit(main())
