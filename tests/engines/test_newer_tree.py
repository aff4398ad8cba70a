#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The newer Debian that engines' tests run in: how it is entered and left, and what its making says when it cannot be made."""
import contextlib
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from harness import BULKHEAD, LONG, check, equal, has, lacks, main, mount_points, read, run, scratch, test, wait_for  # noqa: E402


def inside(*argv, **kw):
    return run(f"{HERE}/in-newer", *argv, **kw)


def namespaces():
    return {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "pid", "net", "ipc", "uts")}


def processes_named(name):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if name in read(f"/proc/{pid}/cmdline").split("\0"):
                found.append(pid)
    return found


@test
def it_is_newer_and_apart():
    mounts, hostname = mount_points(), os.uname().nodename
    r = inside("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME; readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/net "
               "/proc/self/ns/ipc /proc/self/ns/uts; ls /host 2>&1; cat /proc/self/mountinfo; hostname")
    lacks(r.out.splitlines()[0], "bookworm", "the suite")
    equal(set(r.out.splitlines()[1:6]) & set(namespaces().values()), set(), "namespaces of the host")
    has(r.out, "cannot access '/host'")
    lacks(r.out, " /host", "a way back")
    equal((mount_points(), os.uname().nodename), (mounts, hostname), "the host's mounts and name")


@test
def the_program_under_test_is_there():
    equal(inside(BULKHEAD, "--version").out, run(BULKHEAD, "--version").out)
    equal(inside("sh", "-c", "exit 7", status=None).status, 7, "the status is handed on")


@test
def what_is_written_is_gone_afterwards():
    tree = run(f"{HERE}/fetch-newer-debian").out.strip()
    inside("sh", "-c", "echo x >/etc/left; echo x >/root/left; rm /etc/os-release; ip link add left0 type bridge")
    check(not os.path.exists(f"{tree}/etc/left") and not os.path.exists(f"{tree}/root/left"), "the tree is as it was fetched")
    check(os.path.lexists(f"{tree}/etc/os-release"), "the tree is as it was fetched")
    check(not os.path.exists("/sys/class/net/left0"), "the host has no such device")
    equal(inside("sh", "-c", "ls /etc/left /sys/class/net/left0", status=None).out, "", "nor has who comes next")


@test
def all_ends_with_the_first_process():
    """Whatever ends it: here a kill that nobody can answer."""
    mark = f"86{os.getpid()}"
    p = subprocess.Popen([f"{HERE}/in-newer", "sh", "-c", f"setsid sleep {mark} & setsid sleep {mark}"], stdin=subprocess.DEVNULL)
    wait_for(lambda: len(processes_named(mark)) == 2, "two processes")
    p.send_signal(signal.SIGKILL)
    p.wait(LONG)
    wait_for(lambda: not processes_named(mark), "their end")


@test
def why_there_is_none():
    with scratch() as h:
        env = dict(os.environ, XDG_CACHE_HOME=h, NEWER_SUITES="nosuchsuite", NEWER_PAUSES="")
        r = run(f"{HERE}/fetch-newer-debian", env=env, status=77, limit=180)
        has(r.err, "debootstrap: nosuchsuite: E: ")
        equal(os.listdir(f"{h}/bulkhead/engines"), [], "left by it")
        r = run(f"{HERE}/in-newer", "true", env={k: v for k, v in env.items() if k != "NEWER_TREE"}, status=77, limit=180)
        has(r.err, "debootstrap: nosuchsuite: E: ")


if __name__ == "__main__":
    main()
