#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One dockerd, several runtimes with several policies: runtimeArgs in daemon.json."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
from harness import BULKHEAD, TOP, check, equal, has, lacks, read, run, test, write  # noqa: E402

d = dockerd.make()
SHOW = ("sh", "-c", "grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; cat /proc/self/uid_map; "
        "cat /sys/fs/cgroup/pids/pids.max")


def policy(name, **changes):
    """A copy of a shipped policy, with an audit trail that is not the host's."""
    document = json.loads(read(f"{TOP}/contrib/policy/{name}.json"))
    document["audit"] = {"destination": "none"}
    document.update(changes)
    path = f"{d.top}/{name}.json"
    write(path, json.dumps(document), 0o644)
    return path


def runtime(name, file):
    d.runtimes[f"bulkhead-{name}"] = {"path": BULKHEAD, "runtimeArgs": ["--policy", file]}


def docker(name, *args, **kw):
    return d("run", "--rm", f"--runtime=bulkhead-{name}", *args, **kw)


def words(text):
    return " ".join(text.split())


@test
def each_runtime_has_its_policy():
    has(words(docker("strict", "bb", *SHOW).out), "CapBnd: 00000000000004fb NoNewPrivs: 1 Seccomp: 2")
    has(docker("strict", "bb", *SHOW).out, "\n512\n")
    has(docker("strict", "bb", "sh", "-c", "touch /x || echo readonly").out, "readonly")
    has(words(d.bulkhead("bb", *SHOW).out), "NoNewPrivs: 1 Seccomp: 2")


@test
def off_is_like_runc():
    ours = docker("off", "bb", *SHOW).out
    equal(ours, d.runc("bb", *SHOW).out)
    has(words(ours), " 0 0 4294967295 max")
    # What needs the host's root: a file of root's in a bind, and capabilities that the ceiling has not.
    os.mkdir(f"{d.top}/share")
    has(docker("off", "-v", f"{d.top}/share:/mnt", "bb", "sh", "-c", "touch /mnt/x && ls -n /mnt/x").out, " 0 ")
    equal(os.stat(f"{d.top}/share/x").st_uid, 0)
    # On a host that itself lacks capabilities neither can give all of them.
    privileged = ("--privileged", "bb", "sh", "-c", "mount -t tmpfs x /tmp && echo yes; ls /dev | wc -l")
    ours, theirs = docker("off", *privileged, status=None), d.runc(*privileged, status=None)
    equal((ours.status, ours.out), (theirs.status, theirs.out), f"privileged: {ours.err} {theirs.err}")
    equal(docker("off", "--pid=host", "--network=host", "--ipc=host", "bb", "readlink", "/proc/self/ns/pid").out.strip(),
          os.readlink("/proc/self/ns/pid"))


@test
def off_with_exec_stop_and_volumes():
    with d.container("-v", "data:/data", "bb", "sleep", "300", runtime="bulkhead-off") as cid:
        equal(d("exec", cid, "sh", "-c", "touch /data/x; id -u").out, "0\n")
        equal(int(read(f"/proc/{d.pid(cid)}/uid_map").split()[2]), 4294967295)
        for who in ("1", "self"):
            has(d("exec", cid, "grep", "^Seccomp:", f"/proc/{who}/status").out, "2")
        d("stop", "-t", "1", cid)
        d("start", cid)
        has(d("exec", cid, "ls", "/data").out, "x")
    d("volume", "rm", "data")


@test
def audit_only_changes_nothing():
    equal(docker("audit-only", "bb", *SHOW).out, docker("off", "bb", *SHOW).out)


@test
def a_broken_policy_starts_nothing():
    write(f"{d.top}/broken.json", '{"pids": {"default": 3}}', 0o644)
    r = docker("broken", "bb", "true", status=None)
    # 126 and 127 would mean the command.
    equal(r.status, 125)
    has(r.err, "policy: file: ")
    has(r.err, "/pids/default: unknown member")
    lacks(r.err, "permission denied")
    check(not d("ps", "-aq").out.split(), "a container is left")
    # dockerd reads the file at each container: what is mended works at once.
    write(f"{d.top}/broken.json", '{"pids": {"defaultLimit": 3}}', 0o644)
    equal(docker("broken", "bb", "cat", "/sys/fs/cgroup/pids/pids.max").out, "3\n")


if __name__ == "__main__":
    for shipped in ("strict", "off", "audit-only"):
        runtime(shipped, policy(shipped))
    runtime("broken", f"{d.top}/broken.json")
    dockerd.run_tests(d)
