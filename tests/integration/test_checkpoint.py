#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""checkpoint and restore where they are refused, and without a CRIU that could do it. What it does: tests/vm/checkpoint.py."""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, as_nobody, check, equal, has, main, run, test, wait_for, write  # noqa: E402

# Every place where it may be is empty; in a mount namespace of its own.
NO_CRIU = "for d in /usr/sbin /usr/bin /usr/local/sbin /usr/local/bin; do mount -t tmpfs none $d; done; exec \"$0\" \"$@\""


def without_criu(b, *argv):
    mount = run("sh", "-c", "command -v mount").out.strip()
    script = NO_CRIU.replace("mount -t", f"/proc/self/fd/9 -t")
    fd = os.open(mount, os.O_RDONLY)
    try:
        os.set_inheritable(fd, True)
        keep = os.dup2(fd, 9)
        return run("unshare", "-m", "sh", "-c", script, *b.command(*argv), status=1, env={"PATH": os.environ["PATH"]},
                   pass_fds=(keep,))
    finally:
        os.close(fd)
        with contextlib.suppress(OSError):
            os.close(9)


def goes_on(b, cid, pid):
    equal((b.state(cid)["status"], b.state(cid)["pid"]), ("running", pid))
    check(not os.path.exists(f"{b.top}/images"), "images are left")


@test
def without_criu_there_is_one_clear_error():
    with bundle() as b, b.started("sleep", "1000") as cid:
        pid = b.state(cid)["pid"]
        r = without_criu(b, "checkpoint", "--image-path", f"{b.top}/images", cid)
        has(r.err, "checkpoint and restore need the program criu (3.17 or newer), which is not in any of /usr/sbin")
        equal(len(r.err.splitlines()), 1, r.err)
        goes_on(b, cid, pid)
    with bundle() as b:
        b.save()
        os.mkdir(f"{b.top}/images")
        r = without_criu(b, "restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/images", "x")
        has(r.err, "bulkhead restore failed: checkpoint and restore need the program criu")
        b.nothing_left("x")


@test
def options_that_are_not_to_be_had():
    cases = (
        ("--lazy-pages", "--lazy-pages is not supported: "),
        ("--page-server=127.0.0.1:1", "--page-server is not supported: "),
        ("--status-fd=3", "--status-fd is not supported: "),
        ("--manage-cgroups-mode=full", "policy: cgroup: --manage-cgroups-mode full is refused: "),
        ("--manage-cgroups-mode=strict", "policy: cgroup: --manage-cgroups-mode strict is refused: "),
        ("--manage-cgroups-mode=ignore", "policy: cgroup: --manage-cgroups-mode ignore is refused: "),
        ("--manage-cgroups-mode=x", "Invalid manage-cgroups-mode value x"),
        ("--empty-ns=ipc", 'is not supported'),
        ("--parent-path=/x", "--parent-path must be relative"),
        ("--parent-path=../none", "/images/../none: does not exist"),
    )
    with bundle() as b, b.started("sleep", "1000") as cid:
        pid = b.state(cid)["pid"]
        for option, words in cases:
            r = b("checkpoint", "--image-path", f"{b.top}/images", option, cid, status=1)
            has(r.err, words, option)
            equal(len(r.err.splitlines()), 1, r.err)
            goes_on(b, cid, pid)
        for option, words in cases[:1] + cases[3:8] + (
                ("--auto-dedup", "--auto-dedup is not supported by restore"), ("--console-socket=x", "--console-socket: a container with a terminal")):
            r = b("restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/images", option, "other", status=1)
            has(r.err, words, option)
            b.nothing_left("other")


@test
def states_that_cannot_be_written_down():
    with bundle() as b:
        has(b("checkpoint", "--image-path", f"{b.top}/images", "nobody", status=1).err, "container does not exist")
        with b.created("sleep", "1000") as cid:
            r = b("checkpoint", "--image-path", f"{b.top}/images", cid, status=1)
            has(r.err, "Container cannot be checkpointed in created state")
            b("start", cid)
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
            r = b("checkpoint", "--image-path", f"{b.top}/images", cid, status=1)
            has(r.err, "Container cannot be checkpointed in stopped state")
        check(not os.path.exists(f"{b.top}/images"), "images are left")


@test
def it_is_for_root():
    r = as_nobody("--root", "/var/tmp/bkh-none", "restore", "--image-path", "/var/tmp", "x", status=1)
    has(r.stderr, "bulkhead restore failed: ")
    check("Traceback" not in r.stderr, r.stderr)


@test
def what_no_checkpoint_has_made():
    """The note is looked for before anything is made; and only in a directory of root's."""
    if run("sh", "-c", "command -v criu", status=None).status:
        return without_criu_there_is_one_clear_error()
    with bundle() as b:
        b.save()
        os.mkdir(f"{b.top}/images")
        argv = ("restore", "--bundle", f"{b.top}/bundle", "--image-path", f"{b.top}/images", "x")
        has(b(*argv, status=1).err, "--image-path: there is no bulkhead.json in it")
        for text in ("", "{}", '{"format": 1}', '{"format": 2, "stdio": ["", "", ""]}', '{"format": 1, "stdio": ["", ""]}', "[" * 1000):
            write(f"{b.top}/images/bulkhead.json", text)
            b(*argv, status=1)
            b.nothing_left("x")
        os.unlink(f"{b.top}/images/bulkhead.json")
        os.symlink("/etc/passwd", f"{b.top}/images/bulkhead.json")
        b(*argv, status=1)
        os.chmod(f"{b.top}/images", 0o1777)
        has(b(*argv, status=1).err, f"--image-path: {b.top}/images: it can be written by others (mode 0777)")
        os.chmod(f"{b.top}/images", 0o700)
        os.chown(f"{b.top}/images", 1000, 1000)
        has(b(*argv, status=1).err, "it belongs to uid 1000, not to root")
        b.nothing_left("x")
        check(os.path.exists(BULKHEAD), "the program")


if __name__ == "__main__":
    main()
