#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the objects of the build call: harden/ and plan/ nothing that touches the system, and the
library nothing that prints or ends the process."""

import glob
import os
import re
import subprocess
import sys

import _tap

BUILD = os.environ.get("BUILD_DIR") or os.path.join(_tap.SRC, "build")
PURE = ["harden", "plan", "policy"]
# The C library: memory, strings, numbers, sorting. libseccomp and libcap: look-ups of names.
ALLOWED = re.compile(r"""
    malloc|calloc|realloc|reallocarray|free
    |(mem|str)[a-z]+(_np)?|__(mem|str)[a-z]+_chk|__isoc99_sscanf|sscanf|__isoc23_\w+
    |v?snprintf|__v?snprintf_chk|qsort|bsearch|__ctype_\w+|isalnum|isdigit|toupper|tolower
    |log2|pow|ceil
    |__errno_location|__stack_chk_fail|abort|__assert_fail
    |cap_from_name|cap_to_name|cap_free
    |seccomp_(syscall_resolve_\w+|arch_\w+|version|api_get)
    |_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|sanitizer)_\w+
""", re.VERBOSE)
NEVER = re.compile(r"""
    (__)?(f|d)?(v?printf|puts|putc|putchar|fwrite|perror)(_chk|_unlocked)?|stdout|stderr|v?syslog
    |v?(warn|err)x?|exit|quick_exit
""", re.VERBOSE)


def symbols(paths, *options):
    """(object, symbol) pairs."""
    run = subprocess.run(["nm", *options, "--print-file-name", "--format=posix", *paths],
                         stdout=subprocess.PIPE, check=True, text=True)
    for line in run.stdout.splitlines():
        path, name = line.split()[:2]
        yield os.path.relpath(path.rstrip(":"), BUILD), name


def objects(room):
    """The room's objects, but for those left in an old build tree whose source is gone."""
    found = []
    for directory in (f"libcontainer-c/{room}", room):
        for path in sorted(glob.glob(os.path.join(BUILD, directory, "*.o"))):
            source = os.path.basename(path)[:-2] + ".c"
            if os.path.exists(os.path.join(_tap.SRC, directory, source)):
                found.append(path)
    return found


def pure(room, own):
    """Complaints about one room; @own: what the pure rooms and those below them define."""
    if not objects(room):
        return [f"no objects of {room} in {BUILD}"]
    return [f"{path} calls {name}" for path, name in symbols(objects(room), "--undefined-only")
            if name not in own and not ALLOWED.fullmatch(name)]


def silent(paths):
    return [f"{path} uses {name}" for path, name in symbols(paths, "--undefined-only")
            if NEVER.fullmatch(name)]


def main():
    if not objects("base"):
        print(f"1..0 # SKIP nothing is built in {BUILD}")
        sys.exit(0)
    # Of base, all but what handles descriptors and files.
    ground = [path for path in objects("base") if not path.endswith("/fd.o")]
    ground += [path for room in PURE + ["oci-spec"] for path in objects(room)]
    own = {name for _, name in symbols(ground, "--defined-only", "--extern-only")}
    library = [path for room in ["base", "kernel", "dbus", "oci-spec", "host", *PURE, "apply", "lifecycle"]
               for path in objects(room)]
    _tap.report([*((f"{room} is pure", pure(room, own)) for room in PURE),
                 ("the library neither prints nor exits", silent(library))])


if __name__ == "__main__":
    main()
