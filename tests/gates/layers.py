#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A file includes only headers of its own room and of the rooms above it."""

import re

import _tap

# From the ground up. What a room may include is everything at or before its own place.
ROOMS = ["base", "kernel", "dbus", "oci-spec", "policy", "host", "harden", "plan", "generate", "apply",
         "lifecycle", "runtime"]
# generate holds programs that run while the library is built.
# Pure rooms take constants from kernel headers, but no function that does something.
PURE = ["harden", "plan"]
FACTS_ONLY = {"host": ["host/facts.h"], "kernel": []}
EFFECTS = ["unistd.h", "fcntl.h", "dirent.h", "time.h", "signal.h", "pthread.h", "sys/socket.h",
           "sys/mman.h", "sys/wait.h", "sys/syscall.h", "sys/ioctl.h", "sys/prctl.h"]
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def room_of(path):
    path = path.removeprefix("libcontainer-c/")
    room = path.split("/", 1)[0]
    return room if room in ROOMS else None


def complaints_about(name, room):
    for bracket, header in INCLUDE.findall(_tap.read(name)):
        if bracket == "<":
            if room in PURE and header in EFFECTS:
                yield f"{name}: {room} is pure and must not include <{header}>"
            continue
        other = room_of(header)
        if other is None:
            if header != "config.h":
                yield f"{name}: \"{header}\" names no room"
        elif ROOMS.index(other) > ROOMS.index(room):
            yield f"{name}: {room} must not know of {other} ({header})"
        elif room in PURE and header not in FACTS_ONLY.get(other, [header]):
            yield f"{name}: {room} is pure and must not include {header}"


def main():
    files = {room: [] for room in ROOMS}
    for name in _tap.source_files():
        room = room_of(name)
        if room and name.endswith((".c", ".h")):
            files[room].append(name)
    _tap.report(
        (f"{room}: {len(names)} files",
         [line for name in names for line in complaints_about(name, room)]
         or ([] if names else [f"{room} has no files: is this gate looking in the right place?"]))
        for room, names in files.items())


if __name__ == "__main__":
    main()
