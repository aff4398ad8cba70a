#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Bad values for every option of every command, as the program's own tables list them: missing, empty, 4 KB, as long as
the kernel lets an argument be, beyond 64 bits, negative, a word, control characters, bytes that are no UTF-8. Each is
refused with runc's exit status and one line, on stderr and in the log, or it is right by its kind; nothing is printed,
nothing is left.

An option that comes to the tables needs a kind in KINDS; without one the test fails.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from harness import BULKHEAD, check, equal, main, read, test  # noqa: E402
from scene import COMMANDS, GLOBALS, own_status, with_scene  # noqa: E402

VALUES = {"empty": "", "4k": "x" * 4096, "longest": "x" * 131071, "2^64": "18446744073709551616", "10^30": "1" + "0" * 30,
          "-1": "-1", "word": "no-such-thing", "control": "a\n\x1b[2J", "bytes": b"\xff\xfe"}
SHORT = {"2^64", "10^30", "-1", "word", "control", "bytes"}

# What is right of each kind of value; "unset": as if the option were not there.
KINDS = {
    "word": {},
    "word or nothing": {"empty"},
    "number": {},
    "number or unset": {"empty"},
    "limit or unset": {"empty", "-1"},
    "path to read": {},
    "path to read or unset": {"empty"},
    "path to write": SHORT,
    "path to write or unset": SHORT | {"empty"},
    "socket": {},
    "socket or unset": {"empty"},
    "word or -1": {"-1"},
    "text": set(VALUES),
}
OPTIONS = {
    "log": "path to write or unset", "log-format": "word or nothing", "policy": "path to read", "root": "path to write",
    "cgroup-manager": "word", "rootless": "word or nothing", "criu": "text",
    "uid": "number", "gid": "number", "id": "text", "since": "number", "event": "word", "format": "word",
    "file": "path to read", "bundle": "path to read or unset", "decisions": "path to write",
    "console-socket": "socket", "pidfd-socket": "socket or unset", "pid-file": "path to write or unset",
    "preserve-fds": "number", "interval": "number", "cwd": "path to read or unset", "env": "number", "user": "number or unset",
    "additional-gids": "number", "process": "path to read", "process-label": "word or nothing",
    "apparmor": "word or nothing", "cap": "text", "cgroup": "path to read or unset",
    "resources": "path to read or unset", "blkio-weight": "number or unset", "cpu-period": "number or unset",
    "cpu-quota": "limit or unset", "cpu-burst": "number or unset", "cpu-share": "number or unset",
    "cpu-shares": "number or unset", "cpu-rt-period": "number or unset", "cpu-rt-runtime": "number or unset",
    "cpuset-cpus": "number or unset", "cpuset-mems": "number or unset", "memory": "limit or unset",
    "memory-reservation": "limit or unset", "memory-swap": "limit or unset", "pids-limit": "limit or unset",
    "cpu-idle": "number or unset", "l3-cache-schema": "word or nothing", "mem-bw-schema": "word or nothing",
    "kernel-memory": "text", "kernel-memory-tcp": "text",
    "image-path": "path to write or unset", "work-path": "path to write or unset", "parent-path": "text",
    "manage-cgroups-mode": "word or nothing", "empty-ns": "word", "page-server": "word or nothing", "status-fd": "word or -1",
    "lsm-profile": "text", "lsm-mount-context": "text",
}
# With what is right they go on to CRIU, which is another matter: test_checkpoint.py.
CRIU = ("checkpoint", "restore")
# Where a message speaks of the member of the document that the option stands for.
WORDS = {"env": "/process/env/", "user": "bad uid", "additional-gids": "bad additional gid", "cwd": "Cwd",
         "process-label": "selinux", "format": "format option", "cpuset-cpus": "/cpu/cpus", "cpuset-mems": "/cpu/mems",
         "l3-cache-schema": "/linux/intelRdt", "mem-bw-schema": "/linux/intelRdt", "cpu-rt-runtime": "real-time", "cpu-shares": "cpu-share", "log": "open "}


def value_options(options):
    return [o for o in options if o["value"]]


def around(b, command, option, cid, new):
    """What the command needs before and behind the option; @new: an id for a container."""
    if command == "restore":
        return [] if option == "bundle" else ["-b", f"{b.top}/bundle"], [new]
    if command in ("create", "run"):
        b.config["process"]["terminal"] = option == "console-socket"
        b.save()
        return [] if option == "bundle" else ["-b", f"{b.top}/bundle"], [*(["-d"] if command == "run" else []), new]
    if command in ("explain", "harden"):
        return [] if option == "bundle" else ["-b", f"{b.top}/bundle"], []
    if command == "exec":
        tty = ["-t", "-d"] if option == "console-socket" else []
        return tty, [cid] if option == "process" else [cid, "true"]
    if command == "events":
        return ["--stats"], [cid]
    if command == "spec":
        return ["--print"], []
    if command == "policy":
        return [], ["default"]
    return [], [] if command in ("list", "features", "check", "audit") else [cid]


def names_of(option, value):
    text = value.decode(errors="replace") if isinstance(value, bytes) else value
    return [x for x in (option, option.replace("-", " "), WORDS.get(option), text[:20]) if x]


@test
def every_option_has_a_kind():
    known = {o["name"] for options in [GLOBALS, *(c["options"] for c in COMMANDS.values())] for o in value_options(options)}
    equal(sorted(known - set(OPTIONS)), [], "options without a kind")
    equal(sorted(set(OPTIONS) - known), [], "kinds of options that there are not")


@with_scene(600)
def values_of_commands(s):
    for name, command in COMMANDS.items():
        for o in value_options(command["options"]):
            for label, value in VALUES.items():
                what = f"{name} --{o['name']} {label}"
                if name in CRIU and label in KINDS[OPTIONS[o["name"]]]:
                    continue
                before, behind = around(s.b, name, o["name"], s.cid, s.new)
                answer = s.call(name, *before, f"--{o['name']}", value, *behind,
                                cwd=f"{s.b.top}/bundle" if o["name"] == "bundle" else None)
                if label in KINDS[OPTIONS[o["name"]]]:
                    s.expect((answer[0], answer[2], read(s.log)) == (0, "", ""), f"{what}: {answer!r:.300}")
                else:
                    s.refused(what, answer, own_status(name), names_of(o["name"], value), "number" in OPTIONS[o["name"]])
                if name in ("create", "run"):
                    s.unchanged(what)
            s.unchanged(f"{name} --{o['name']}")


@with_scene(300)
def values_of_global_options(s):
    """In front of a command that starts something."""
    for o in value_options(GLOBALS):
        for label, value in VALUES.items():
            what = f"--{o['name']} {label}"
            root = f"{s.b.top}/state" if o["name"] != "root" else None
            argv = [BULKHEAD, *(["--root", root] if root else []), f"--{o['name']}", value,
                    "run", "-b", f"{s.b.top}/bundle", s.new]
            s.b.args("true").save()
            status, out, err = s.run(argv)
            equal(out, "", f"{what}: stdout")
            if label in KINDS[OPTIONS[o["name"]]]:
                s.expect((status, err) == (0, ""), f"{what}: {status} {err!r:.300}")
            else:
                s.expect((status, len(err.splitlines())) == (1, 1), f"{what}: {status} {err!r:.300}")
                s.expect(any(x in err for x in names_of(o["name"], value)), f"{what}: {err!r:.300}")
            s.unchanged(what)


@with_scene(300)
def missing_values_and_wrong_flags(s):
    """The last word of the line is an option that needs a value; a flag has one that is no truth value."""
    for name, command in [("", {"options": GLOBALS}), *COMMANDS.items()]:
        for o in command["options"]:
            names = [f"--{o['name']}", f"-{o['name']}"] + ([f"-{o['key']}"] if "key" in o else [])
            for spelled in names:
                bad = [spelled] if o["value"] else [f"{spelled}=maybe"]
                for argv in [bad] + ([[f"{spelled}="]] if not o["value"] else []):
                    p = subprocess.run([BULKHEAD, *([name] if name else []), *argv], cwd=s.work, capture_output=True,
                                       text=True, timeout=60)
                    want = (f"flag needs an argument: -{spelled.lstrip('-')}" if o["value"] else
                            f'invalid boolean value \\"{argv[0].split("=")[1]}\\" for -{spelled.lstrip("-")}: parse error')
                    equal((p.returncode, len(p.stderr.splitlines())), (1, 1), f"{name} {argv}: {p.stderr!r}")
                    check(p.stderr.endswith(f'msg="{want}"\n'), f"{name} {argv}: {p.stderr!r}, want {want!r}")
                    check(p.stdout.startswith("Incorrect Usage"), f"{name} {argv}: {p.stdout!r:.99}")
    s.unchanged("missing values")


@with_scene(120)
def a_megabyte_of_options(s):
    """An argument is at most 128 KB, but there may be many: of an option that is a list, and of one that is not."""
    big = "x" * 120000
    status, out, err = s.call("exec", *[x for i in range(9) for x in ("-e", f"A{i}={big}")], s.cid, "true")
    equal((status, out, err), (0, "", ""), "environment of a megabyte")
    for options in (["-g", big] * 9, ["--cgroup", big] * 9, ["-u", big] * 9):
        s.refused(f"a megabyte of {options[0]}", s.call("exec", *options, s.cid, "true"), 255, ["gid", "cgroup", "uid"])
        status, out, err = s.call("state", *[big] * 9)
    equal((status, len(err.splitlines())), (1, 1), f"a megabyte of ids: {err!r:.200}")
    s.unchanged("a megabyte")


if __name__ == "__main__":
    main()
