#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""--log and --log-format: the bytes that containerd, podman and conmon decode, in a file and in the host's log daemons;
and what a log that cannot be had, does not read or is full costs: never a container, never more than moments."""
import contextlib
import json
import os
import re
import resource
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, check, equal, has, main, read, test, wait_for, write  # noqa: E402
from log_sink import with_sink  # noqa: E402
from scene import COMMANDS  # noqa: E402

CID = f"bkht-{os.getpid()}-log"
SYSLOG, JOURNAL = "/dev/log", "/run/systemd/journal/socket"
MISSING = "container does not exist"
TEXT = re.compile(r'time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" level=(error|warning|debug) msg=("(?:[^"\\]|\\.)*"|[-.\w/@^+]+)\n')
JSON = re.compile(r'\{"level":"(error|warning|debug)","msg":"(?:[^"\\]|\\.)*","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}\n')


def on_bundle(function):
    def with_bundle():
        with bundle() as b:
            b.args("true").save()
            function(b)
    with_bundle.__name__ = function.__name__
    with_bundle.__doc__ = function.__doc__
    return test(with_bundle)


def fields(entry):
    """An entry of the journal's native protocol -> {name: value}, strictly."""
    found = {}
    while entry:
        name, rest = entry.split(b"\n", 1)
        if b"=" in name:
            name, value = name.split(b"=", 1)
        else:
            size = int.from_bytes(rest[:8], "little")
            value, end, rest = rest[8:8 + size], rest[8 + size:9 + size], rest[9 + size:]
            equal(end, b"\n", f"end of {name}")
        check(name.decode() not in found, f"{name} twice")
        found[name.decode()] = value.decode()
        entry = rest
    return found


@on_bundle
def lines_of_a_file(b):
    """Key order, time and quotes as logrus has them; a file that is named by a path with a colon, or by "file:"."""
    for fmt, line in (("text", TEXT), ("", TEXT), ("json", JSON)):
        for where, file in (("a:b.log", "a:b.log"), ("file:plain.log", "plain.log"), ("file:a:c", "a:c"),
                            (f"{b.top}/whole.log", "whole.log"), ("journal:x", "journal:x")):
            r = b("--log", where, f"--log-format={fmt}", "state", "a\"b\n\t\x01ä", cwd=b.top, status=1)
            text = read(f"{b.top}/{file}")
            check(line.fullmatch(text), f"{fmt} {where}: {text!r}")
            equal(len(r.err.strip().splitlines()), 1, "lines on stderr")
            if fmt == "json":
                equal(r.err, json.loads(text)["msg"] + "\n")
            os.unlink(f"{b.top}/{file}")


@on_bundle
def debug_lines_go_to_the_log(b):
    for fmt, line in (("text", TEXT), ("json", JSON)):
        log = f"{b.top}/{fmt}.log"
        r = b("--debug", "--log", log, "--log-format", fmt, "run", "-b", f"{b.top}/bundle", b.new_id())
        equal(r.all, "")
        lines = read(log).splitlines(keepends=True)
        check(len(lines) > 3, f"only {lines}")
        for one in lines:
            check(line.fullmatch(one), f"{fmt}: {one!r}")


@on_bundle
def syslog_target(b):
    for name, ident in (("box-1", "box-1"), ("", "bulkhead")):
        for fmt in ("text", "json"):
            r, got = with_sink(b, SYSLOG, *b.command("--log", f"syslog:{name}", "--log-format", fmt, "state", CID), status=1)
            equal((r.out, r.err, len(got)), ("", MISSING + "\n", 1))
            # user (1), error (3)
            m = re.fullmatch(rf"<11>[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d {ident}\[\d+\]: (.*)", got[0].decode())
            check(m, got[0])
            equal(m[1] if fmt == "text" else json.loads(m[1])["msg"], MISSING)
            check(fmt == "text" or JSON.fullmatch(m[1] + "\n"), m[1])
    r, got = with_sink(b, SYSLOG, *b.command("--log", "syslog:x", "--debug", "run", "-b", f"{b.top}/bundle", CID))
    equal(r.all, "")
    check(len(got) > 3 and all(x.startswith(b"<15>") for x in got), f"debug: {got}")


@on_bundle
def journald_target(b):
    for name, ident in (("box-1", "box-1"), ("", "bulkhead")):
        for fmt in ("text", "json"):
            r, got = with_sink(b, JOURNAL, *b.command("--log", f"journald:{name}", "--log-format", fmt, "state", CID),
                               status=1)
            equal((r.out, r.err, len(got)), ("", MISSING + "\n", 1))
            entry = fields(got[0])
            message = entry.pop("MESSAGE")
            equal(message if fmt == "text" else json.loads(message)["msg"], MISSING)
            equal(entry, {"PRIORITY": "3", "SYSLOG_FACILITY": "1", "SYSLOG_IDENTIFIER": ident})
    r, got = with_sink(b, JOURNAL, *b.command("--log", "journald:x", "--debug", "run", "-b", f"{b.top}/bundle", CID))
    equal(r.all, "")
    check(len(got) > 3 and {fields(x)["PRIORITY"] for x in got} == {"7"}, f"debug: {got}")


@on_bundle
def a_message_of_several_lines(b):
    """It is one entry, and what stands on its second line is no field."""
    r, got = with_sink(b, JOURNAL, *b.command("--log", "journald:x", "create", "-b", "/no/x\nPRIORITY=0", CID), status=1)
    equal((len(got), fields(got[0])["PRIORITY"]), (1, "3"))
    has(fields(got[0])["MESSAGE"], "\nPRIORITY=0: no such file", "message")
    r, got = with_sink(b, SYSLOG, *b.command("--log", "syslog:x", "create", "-b", "/no/x\nPRIORITY=0", CID), status=1)
    equal(len(got), 1)


@on_bundle
def targets_that_are_not_there(b):
    """One error on stderr, status 1, nothing is done: for a socket, a file, a pipe that nobody reads."""
    os.mkfifo(f"{b.top}/fifo")
    write(f"{b.top}/file", "")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as s:
        s.bind(f"{b.top}/socket")
        for where, words in ((f"{b.top}/fifo", "no such device or address"), (f"{b.top}/socket", "no such device or address"),
                             (b.top, "is a directory"), (f"{b.top}/no/log", "no such file or directory"),
                             (f"{b.top}/file/log", "not a directory"), ("x" * 4096, "file name too long"),
                             ("file:", "names no file"), ("syslog:a b", "printable characters"),
                             ("journald:a\nb", "printable characters"), ("syslog:" + "x" * 129, "at most 128")):
            for argv in (["run", "-b", f"{b.top}/bundle", CID], ["list"], ["features"], ["delete", "--force", CID]):
                r = b("--log", where, *argv, status=1)
                equal((r.out, len(r.err.strip().splitlines())), ("", 1), f"{where}: {r}")
                check(TEXT.fullmatch(r.err), r.err)
                has(r.err, words)
                b.nothing_left(CID)
    for where, path in (("syslog:x", SYSLOG), ("journald:x", JOURNAL)):
        r, got = with_sink(b, "none", *b.command("--log", where, "run", "-b", f"{b.top}/bundle", CID), status=1)
        equal(r.out, "")
        check(r.err.endswith(f'msg="Option --log: connecting to {path}: ENOENT"\n') and r.err.count("\n") == 1, r.err)
        b.nothing_left(CID)


@on_bundle
def a_daemon_that_does_not_read(b):
    """It costs a second, once, and not the container."""
    took = []
    for reads in (True, False):
        began = time.monotonic()
        r, got = with_sink(b, JOURNAL, *b.command("--debug", "--log", "journald:x", "run", "-b", f"{b.top}/bundle", CID),
                           reads=reads)
        equal(r.all, "")
        took.append(time.monotonic() - began)
    check(took[1] < 6 + 3 * took[0], f"too long: {took[1]} s, and {took[0]} s with one that reads")
    r, got = with_sink(b, SYSLOG, *b.command("--debug", "--log", "syslog:x", "state", CID), reads=False, status=1)
    equal(r.err, MISSING + "\n")


@on_bundle
def pipes(b):
    """One that is full and never read; one whose reader is gone; and stderr whose reader is gone."""
    os.mkfifo(f"{b.top}/fifo")
    reader = os.open(f"{b.top}/fifo", os.O_RDONLY | os.O_NONBLOCK)
    filler = os.open(f"{b.top}/fifo", os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(filler, b"x" * 4096)
    r = b("--log", f"{b.top}/fifo", "state", CID, status=1)
    equal(r.err, MISSING + "\n")
    os.close(reader)
    os.close(filler)
    # The reader takes one line and goes, as `head -1` does; the container is made and can be used.
    for options in (["--log", "/dev/fd/9"], []):
        out, into = os.pipe()
        os.dup2(into, 9)
        os.close(into)
        p = subprocess.Popen(b.command("--debug", *options, "create", "-b", f"{b.top}/bundle", CID), pass_fds=[9],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL if options else 9)
        os.close(9)
        os.read(out, 1)
        os.close(out)
        equal(p.wait(60), 0, f"create with {options}")
        equal(b.state(CID)["status"], "created")
        b("delete", "--force", CID)
        b.nothing_left(CID)


@on_bundle
def full_files(b):
    """A full disk and RLIMIT_FSIZE: the error is on stderr, the status is right, the container is whole."""
    r = b("--log", "/dev/full", "state", CID, status=1)
    equal(r.err, MISSING + "\n")
    for fmt in ("text", "json"):
        b("--debug", "--log", "/dev/full", "--log-format", fmt, "run", "-b", f"{b.top}/bundle", CID)
    p = subprocess.run(b.command("--debug", "--log", f"{b.top}/log", "features"), capture_output=True, timeout=60,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    equal((p.returncode, p.stderr), (0, b""))
    p = subprocess.run(b.command("--log", f"{b.top}/log", "state", CID), capture_output=True, timeout=60,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    equal((p.returncode, p.stderr), (1, (MISSING + "\n").encode()))


@on_bundle
def the_log_is_not_handed_on(b):
    """Neither to the container nor to its hooks."""
    write(f"{b.top}/hook", '#!/bin/sh\nls -l /proc/self/fd > "$1"\n', 0o755)
    b.config["hooks"] = {"createRuntime": [{"path": f"{b.top}/hook", "args": ["hook", f"{b.top}/fds"]}]}
    b.args("sh", "-c", "ls -l /proc/self/fd").save()
    for where in (f"{b.top}/the.log", "syslog:x"):
        r, got = with_sink(b, SYSLOG, *b.command("--log", where, "run", "-b", f"{b.top}/bundle", b.new_id()))
        for text in (r.out, read(f"{b.top}/fds")):
            check("the.log" not in text and "socket" not in text, text)


def successes(b, cid, other):
    """A way for each command to succeed, in an order in which they can: a container @cid is made, @other exists."""
    return {
        "create": ["-b", f"{b.top}/bundle", cid], "state": [cid], "start": [cid], "list": [], "ps": [cid],
        "exec": [cid, "true"], "events": ["--stats", cid], "update": ["--pids-limit", "99", cid], "pause": [cid],
        "resume": [cid], "verify": [cid], "kill": [cid, "KILL"], "delete": ["--force", cid],
        "run": ["-d", "-b", f"{b.top}/bundle", other], "spec": ["--print"], "features": [], "check": [],
        "explain": ["-b", f"{b.top}/bundle"], "harden": ["-b", f"{b.top}/bundle"], "policy": ["default"],
        "audit": ["--file", f"{b.top}/audit.log"],
    }


# What fails for a command without a container, where that is not it.
FAILURES = {"create": ["-b", "/none", CID], "run": ["-b", "/none", CID], "spec": ["-b", "/none"], "explain": ["-b", "/none"],
            "harden": ["-b", "/none"], "policy": ["check", "/none"], "audit": ["--file", "/none"], "list": ["-f", "x"],
            "check": ["-f", "x"], "features": ["x"], "exec": [CID, "true"]}


@on_bundle
def success_is_silent(b):
    """Every command: nothing on stderr, and nothing in the log but what --debug asks for."""
    write(f"{b.top}/audit.log", "", 0o600)
    b.args("sleep", "600").save()
    for options in ([], ["--log", f"{b.top}/log"], ["--log", f"{b.top}/log", "--log-format", "json"], ["--debug", "--log", f"{b.top}/log"]):
        cid, other = b.new_id(), b.new_id()
        todo = successes(b, cid, other)
        # Those two need a CRIU that runs on this kernel: tests/vm/checkpoint.py.
        equal(sorted(todo), sorted(set(COMMANDS) - {"checkpoint", "restore"}), "commands")
        write(f"{b.top}/log", "")
        for name, argv in todo.items():
            with open(f"{b.top}/stdout", "w") as out, open(f"{b.top}/stderr", "w") as err:
                p = subprocess.run(b.command(*options, name, *argv), stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=60)
            # Of check it is about the host whether all is well.
            check(p.returncode == 0 or name == "check", f"{options} {name}: {p.returncode} {read(f'{b.top}/stderr')!r}")
            equal(read(f"{b.top}/stderr"), "", f"{options} {name}: stderr")
            if "--debug" not in options:
                equal(read(f"{b.top}/log"), "", f"{options} {name}: log")
        b("delete", "--force", other)
        for x in (cid, other):
            b.nothing_left(x)


@on_bundle
def a_failure_is_one_line(b):
    """Every command: in the log exactly one entry of level error and no other, on stderr the bare words; without a log
    one entry on stderr. containerd decodes the log as a stream of JSON, podman the whole of it as one value."""
    for name in COMMANDS:
        argv = [name, *FAILURES.get(name, [CID])]
        for fmt, line in (("text", TEXT), ("json", JSON)):
            r = b("--log-format", fmt, *argv, status=None)
            check(r.status not in (0, 139) and line.fullmatch(r.err), f"{argv}: {r}")
            log = f"{b.top}/{name}.{fmt}"
            r = b("--log", log, "--log-format", fmt, *argv, status=None)
            text = read(log)
            check(line.fullmatch(text), f"{argv}: {text!r}")
            equal(r.err.count("\n"), 1, f"{argv}: {r.err!r}")
            if fmt == "json":
                entry = json.loads(text)
                equal((entry["level"], entry["msg"] + "\n"), ("error", r.err), name)
                # What a log of a container's life comes to: one value after the other.
                b("--log", log, "--log-format", fmt, *argv, status=None)
                decoder, rest, n = json.JSONDecoder(), read(log), 0
                while rest.strip():
                    _, end = decoder.raw_decode(rest)
                    rest, n = rest[end:].lstrip(), n + 1
                equal(n, 2, f"{argv}: values in the log")


if __name__ == "__main__":
    main()
