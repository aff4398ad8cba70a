#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every source file says under which licence it is, and what it is for."""

import _tap

TAG = "SPDX-License-Identifier: LGPL-2.1-or-later"


def kind_of(name, text):
    if name.endswith((".c", ".h")):
        return "C files"
    if name.endswith((".py", ".sh")) or text.startswith("#!"):
        return "scripts"
    if name.endswith((".ac", ".am", ".mk", ".m4")):
        return "build files"
    return None


def complaints_about(kind, name, text):
    lines = text.split("\n")
    if kind == "C files":
        if lines[0] != f"/* {TAG} */":
            yield f"{name}:1: expected /* {TAG} */"
        elif not lines[1].startswith("/*"):
            yield f"{name}:2: expected a comment that says what the file owns"
    elif kind == "scripts":
        if f"# {TAG}" not in lines[:2]:
            yield f"{name}: no \"# {TAG}\" in the first two lines"
    elif not name.endswith(".mk") and f"# {TAG}" not in lines[:2]:
        yield f"{name}: no \"# {TAG}\" in the first two lines"
    if "\r" in text:
        yield f"{name}: has carriage returns"


def main():
    results = {"C files": [], "scripts": [], "build files": []}
    count = dict.fromkeys(results, 0)
    for name in _tap.source_files():
        try:
            text = _tap.read(name)
        except UnicodeDecodeError:
            continue  # test data
        kind = kind_of(name, text)
        if kind:
            count[kind] += 1
            results[kind] += complaints_about(kind, name, text)
    _tap.report((f"{kind}: {count[kind]}", lines if count[kind] else ["none found"])
                for kind, lines in results.items())


if __name__ == "__main__":
    main()
