#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Older kernels, and outer seccomp profiles that do not know the newer system calls: whole containers while
tests/lib/without takes calls away. What they show inside and from the host must be what they show with all calls."""
import contextlib
import copy
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, PROBE, TOP, check, equal, has, lacks, main, proc_status, read, test, wait_for, write  # noqa: E402

WITHOUT = os.path.join(os.path.dirname(PROBE), "without")
OFF = json.loads(read(os.path.join(TOP, "contrib/policy/off.json")))
# All that has a fallback which gives the same container, the built-in policy's idmapped root included.
PLAIN = "openat2,clone3,pidfd,close_range,statx,faccessat2"


@contextlib.contextmanager
def box(policy=None):
    """A bundle with something of everything; b.without: the words for tests/lib/without."""
    with bundle() as b:
        command = b.command
        b.without = []
        b.command = lambda *argv: ([WITHOUT, *b.without] if b.without else []) + command(*argv)
        b.policy = policy
        fill(b)
        yield b


def fill(b):
    data = f"{b.top}/data"
    os.makedirs(f"{data}/sub")
    write(f"{data}/file", "data\n", 0o666)
    for d in (data, f"{data}/sub"):
        os.chmod(d, 0o777)
    os.makedirs(f"{b.rootfs}/real/place")
    os.symlink("/real/../real/place", f"{b.rootfs}/link")
    os.symlink("../../../../far/at", f"{b.rootfs}/dangling")
    write(f"{b.rootfs}/hidden", "hidden\n")
    c = b.config
    c["root"]["readonly"] = True
    c["process"]["terminal"] = False
    c["mounts"] += [
        {"destination": "/link/bind", "type": "bind", "source": data, "options": ["rbind", "nosuid", "nodev"]},
        {"destination": "/dangling", "type": "bind", "source": data, "options": ["bind", "ro", "noexec"]},
        {"destination": "/etc/one", "type": "bind", "source": f"{data}/file", "options": ["bind", "ro"]},
        {"destination": "/t", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "noexec", "size=64k", "mode=1750"]},
        {"destination": "/t/ro", "type": "tmpfs", "source": "mine", "options": ["ro", "size=4k"]},
        {"destination": "/home", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup"]},
    ]
    c["linux"]["maskedPaths"] += ["/hidden", "/real/place/bind/sub"]
    c["linux"]["readonlyPaths"] += ["/root"]
    c["linux"]["devices"] = [{"path": "/dev/zero2", "type": "c", "major": 1, "minor": 5, "fileMode": 0o644, "uid": 0, "gid": 0}]
    c["linux"]["sysctl"] = {"net.ipv4.ip_forward": "1"}
    c["linux"]["resources"].update(pids={"limit": 50}, memory={"limit": 1 << 27})
    c["linux"]["namespaces"].append({"type": "cgroup"})


LOOK = r"""
stat -c '%n %F %a %u %g %t %T' / /dev /dev/* /dev/pts/* /etc/one /hidden /t /t/ro /home /home/* /link/bind/* 2>/dev/null
stat -c '%n %F %a' /proc/sys /sys/firmware /root
cat /hidden /etc/one /dangling/file /proc/sys/net/ipv4/ip_forward /link/bind/sub/none 2>&1
for f in /x /t/x /t/ro/x /home/x /link/bind/x /link/bind/sub/x /dangling/x /etc/one /root/x /proc/sys/kernel/hostname /dev/null; do
	(echo x > $f) 2>/dev/null && echo "wrote $f"; done
hostname; id; ls /proc/self/fd | wc -l; readlink /proc/self/exe; readlink /dev/fd
umount /hidden 2>&1; rm -f /link/bind/x
"""


def table(text):
    """mountinfo without what differs from one run to the next: numbers, the directory, the container's name."""
    lines = []
    for line in text.splitlines():
        f = line.split()
        dash = f.index("-")
        tags = [re.sub(r":\d+", "", t) for t in f[6:dash]]
        f[-1] = re.sub(r"(?<==)[12]\d{9}\b", "ID", f[-1])
        lines.append(" ".join([re.sub(r"bkh[\w-]+", "NAME", f[3]), f[4], f[5], *tags, *f[dash + 1:]]))
    return sorted(lines)


def membership(cid, pid):
    """Which cgroups it is in: all hierarchies that bulkhead uses, cgroup2 included."""
    return sorted(line.replace(cid, "NAME") for line in read(f"/proc/{pid}/cgroup").splitlines())


def scene(b, without):
    """One life of a container; everything that is seen of it."""
    b.without = without
    inside = b.run("sh", "-c", LOOK).out
    with b.started("sh", "-c", "sleep 1000 & sleep 1000") as cid:
        pid = b.state(cid)["pid"]
        seen = {
            "inside": inside.splitlines(),
            "mounts": table(read(f"/proc/{pid}/mountinfo")),
            "cgroups": membership(cid, pid),
            "namespaces": sorted(n for n in os.listdir(f"/proc/{pid}/ns")
                                 if os.readlink(f"/proc/{pid}/ns/{n}") != os.readlink(f"/proc/self/ns/{n}")),
            "privileges": [proc_status(pid, k) for k in ("CapEff", "CapBnd", "NoNewPrivs")],
            "exec": b("exec", cid, "sh", "-c", "ls -l /proc/self/ns | wc -l; cat /proc/self/mountinfo | wc -l; id; ls /proc/self/fd").out,
            "exec in": membership(cid, int(detached(b, cid))),
        }
        b("kill", cid, "KILL")
        wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
        b("delete", cid)
        b.nothing_left(cid)
    with b.started("sleep", "1000") as cid:
        b("pause", cid)
        b("resume", cid)
        b("delete", "--force", cid)
    missing = b.run("/no/such", status=1).err
    seen["no program"] = re.sub(r"bkht[\w-]+|time=\S+", "", missing)
    return seen


def detached(b, cid):
    pid_file = f"{b.top}/exec.pid"
    b("exec", "--detach", "--pid-file", pid_file, cid, "sh", "-c", "exec sleep 1000 >/dev/null 2>&1")
    pid = read(pid_file)
    os.unlink(pid_file)
    return pid


def same(got, want, what):
    for k in want:
        if got[k] != want[k] and isinstance(want[k], list):
            equal([x for x in got[k] if x not in want[k]], [x for x in want[k] if x not in got[k]], f"{what}: {k}, what differs")
        equal(got[k], want[k], f"{what}: {k}")


def compare(policy, *sets):
    with box(policy) as b:
        want = scene(b, [])
        check(any("wrote /t/x" == x for x in want["inside"]), f"the scene itself: {want['inside']}")
        for s in sets:
            same(scene(b, s), want, " ".join(s))


@test
def the_built_in_policy_without_newer_calls():
    compare(None, [PLAIN], ["-e", PLAIN])


@test
def the_built_in_policy_without_clone_into_cgroup():
    compare(None, ["into-cgroup"])


@test
def no_rules_and_nothing_newer():
    compare(OFF, ["all"], ["-e", "all"])


@test
def no_rules_and_no_mount_api():
    compare(OFF, ["mounts"], ["mount_setattr"])


@test
def what_has_no_older_way_is_named():
    """An idmapped root file system; with ids of its own on disk the same container runs."""
    with box() as b:
        b.without = ["mounts"]
        err = b.run("id", status=1).err
        has(err, "mount_setattr(2) (Linux 5.12) is missing")
        equal(len(err.splitlines()), 1, "lines")
    with box(OFF) as b:
        b.without = ["mounts"]
        b.config["linux"]["namespaces"].append({"type": "user"})
        for kind in ("uidMappings", "gidMappings"):
            b.config["linux"][kind] = [{"containerID": 0, "hostID": 300000, "size": 1000}]
        for where, dirs, files in os.walk(b.rootfs):
            for name in [".", *dirs, *files]:
                os.lchown(os.path.join(where, name), 300000, 300000)
        out = b.run("sh", "-c", "id; cat /proc/self/uid_map; umount /hidden; cat /hidden; echo x >/t/x && echo wrote", status=None).out
        has(out, "uid=0(root)")
        has(out, "300000")
        has(out, "wrote")
        lacks(out, "hidden\n")


@test
def a_socket_for_a_pidfd_without_pidfds():
    with box() as b, b.started("sleep", "1000") as cid:
        import socket
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(f"{b.top}/sock")
            s.listen(1)
            b.without = ["pidfd,clone3"]
            err = b("exec", "--pidfd-socket", f"{b.top}/sock", cid, "true", status=255).err
            has(err, "--pidfd-socket: pidfd_open(2) (Linux 5.3) is missing")


@test
def cgroups_without_cgroup_kill():
    """Processes that a first process has left behind in its cgroups, and one that forks for its life."""
    with box(OFF) as b:
        b.config["linux"]["namespaces"] = [n for n in b.config["linux"]["namespaces"] if n["type"] != "pid"]
        with b.started("sh", "-c", "(while :; do sleep 0.1 & done) & sleep 1000") as cid:
            pid = b.state(cid)["pid"]
            groups = membership(cid, pid)
            b.without = ["cgroup.kill"]
            b("kill", "--all", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
            b("delete", cid)
            check(groups, "in cgroups")
            b.nothing_left(cid)


@test
def check_says_what_is_missing():
    def rows(*without):
        r = subprocess.run([WITHOUT, *without, BULKHEAD, "check", "--format", "json"], capture_output=True, text=True, timeout=60)
        return {c["what"]: c for c in json.loads(r.stdout)["checks"]}["system calls"]
    row = rows("openat2,clone3")
    equal((row["result"], row["seen"]), ("WARN", "missing: openat2 (5.6) clone3 (5.3)"))
    row = rows("-e", "mounts")
    equal(row["result"], "FAIL")
    has(row["seen"], "mount_setattr (5.12)")


main()
