# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mounts of type cgroup, seen from inside, on each cgroup layout; started by test_cgroup_mounts.sh."""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import check, equal, has, lacks, main, only_if, read, test, wait_for  # noqa: E402

LAYOUT = os.environ["LAYOUT"]
V2 = LAYOUT == "v2"
on_v2 = only_if(V2)
# What the host has below /sys/fs/cgroup, with the names that lead to a hierarchy of several controllers.
HIERARCHIES = {
    "v2": [],
    "v1": ["blkio", "cpu,cpuacct", "cpuset", "devices", "freezer", "memory", "pids", "systemd"],
    "hybrid": ["cpu,cpuacct", "cpuset", "devices", "freezer", "unified"],
}[LAYOUT]
LINKS = [] if V2 else ["cpu", "cpuacct"]
OFF = {"version": 1, "mounts": {"readonlyKernelViews": False}, "namespaces": {"level": "off"}}


def prepare(b, writable, own_namespace):
    b.config["linux"]["cgroupsPath"] = "/bkht/one"
    b.config["linux"]["resources"]["pids"] = {"limit": 77}
    b.policy = OFF if writable or not own_namespace else None
    if own_namespace:
        b.config["linux"]["namespaces"].append({"type": "cgroup"})
    for m in b.config["mounts"]:
        if m["type"].startswith("cgroup") and writable:
            m["options"].remove("ro")


def variants():
    for writable in (False, True):
        for own_namespace in (True, False):
            with bundle() as b:
                prepare(b, writable, own_namespace)
                yield b, writable, own_namespace
    for d in glob.glob("/sys/fs/cgroup/**/bkht", recursive=True):
        os.rmdir(d)


@test
def what_is_visible():
    for b, _, own_namespace in variants():
        r = b.run("sh", "-c", "ls /sys/fs/cgroup; echo -; find /sys/fs/cgroup -maxdepth 1 -type l; echo -; cat /proc/self/cgroup; "
                  "echo -; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/*/pids.max 2>/dev/null; echo -; "
                  "grep cgroup /proc/self/mountinfo")
        names, links, own, limits, mounts = (part.splitlines() for part in r.out.split("-\n", 4))
        if V2:
            check("cgroup.procs" in names and "memory.max" in names, names)
        else:
            equal(sorted(names), sorted(HIERARCHIES + LINKS), "names")
            equal(sorted(links), [f"/sys/fs/cgroup/{n}" for n in LINKS], "links")
        # Its own cgroups only, whatever /proc/self/cgroup calls them.
        equal(limits, ["77"], "limits")
        for line in own:
            path = line.split(":", 2)[2]
            equal(path, "/" if own_namespace else "/bkht/one", "path of the own cgroup")
        for line in mounts:
            root, point = line.split()[3:5]
            check(point == "/sys/fs/cgroup" or point[15:] in HIERARCHIES, line)
            if " - cgroup" in line:
                equal(root, "/" if own_namespace else "/bkht/one", f"root of {point}")


@test
def what_can_be_written():
    """Where it is asked for and allowed, cgroups below the own one on v2; limits never."""
    script = ("for d in /sys/fs/cgroup /sys/fs/cgroup/*; do [ -e $d/cgroup.procs ] || continue; mkdir $d/sub && echo made; "
              "echo 0 >$d/sub/cgroup.procs && echo moved; echo max >$d/pids.max && echo raised; "
              "for f in memory.max memory.limit_in_bytes; do echo 100000000000 >$d/$f && echo raised; done; done 2>/dev/null; "
              "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/*/pids.max 2>/dev/null; true")
    for b, writable, own_namespace in variants():
        delegated = V2 and writable and own_namespace
        r = b.run("sh", "-c", script)
        if not delegated:
            equal(r.out, "77\n", f"writable {writable}, namespace {own_namespace}")
            continue
        equal(r.out, "made\nmoved\n77\n")
        # As an init system does it, with the runtime's commands besides.
        with b.started("sh", "-c", "mkdir /sys/fs/cgroup/init && echo 0 >/sys/fs/cgroup/init/cgroup.procs && "
                       "echo +pids >/sys/fs/cgroup/cgroup.subtree_control; exec sleep 1000") as cid:
            d = "/sys/fs/cgroup/bkht/one"
            wait_for(lambda: read(f"{d}/cgroup.subtree_control") == "pids\n", "the init system inside")
            root = b.state(cid)["pid"]
            owner = int(read(f"/proc/{root}/uid_map").split()[1])
            for name in os.listdir("/sys/fs/cgroup/bkht/one"):
                if os.path.isdir(f"{d}/{name}"):
                    continue
                given = name in read("/sys/kernel/cgroup/delegate").split()
                equal(os.stat(f"{d}/{name}").st_uid, owner if given else 0, name)
            equal(os.stat(d).st_uid, owner, "owner of the cgroup")
            has(b("exec", cid, "cat", "/proc/self/cgroup").out, "0::/init")
            equal(read(f"{d}/cgroup.subtree_control"), "pids\n")
            has(b("verify", cid).out, "is as planned")


@on_v2
def a_tree_that_is_too_deep():
    """Whoever removes it has to get to its end by a path."""
    name = "n" * 250
    script = (f"cd /sys/fs/cgroup; i=0; while mkdir {name} && cd {name}; do i=$((i + 1)); done; echo 0 >cgroup.procs; echo $i; "
              "cd /sys/fs/cgroup; echo max >cgroup.max.depth; i=0; while [ $i -lt 200 ]; do mkdir x$i || exit 3; i=$((i + 1)); done; "
              "exec sleep 1000")
    with bundle() as b:
        prepare(b, True, True)
        with b.started("sh", "-c", script) as cid:
            wait_for(lambda: os.path.isdir("/sys/fs/cgroup/bkht/one/x199"), "the last one", 300)
            has(b.output(), "\n15\n")
            equal(len(json.loads(b("ps", "--format", "json", cid).out)), 1)
            b("delete", "--force", cid)
    os.rmdir("/sys/fs/cgroup/bkht")


@on_v2
def bounds_of_the_config_stay():
    with bundle() as b:
        prepare(b, True, True)
        b.config["linux"]["resources"] = {"unified": {"cgroup.max.depth": "5"}}
        with b.started("sleep", "1000") as cid:
            d = "/sys/fs/cgroup/bkht/one"
            equal([read(f"{d}/{f}").strip() for f in ("cgroup.max.depth", "cgroup.max.descendants")], ["5", "10000"])
            has(b("verify", cid, status=None).out, "cgroup.max.depth")
            lacks(b("verify", cid, status=None).out.split("cgroup.max.depth")[0].splitlines()[-1], "FAILED")
    os.rmdir("/sys/fs/cgroup/bkht")


@on_v2
def nobody_is_given_a_read_only_one():
    for b, writable, own_namespace in variants():
        if writable and own_namespace:
            continue
        with b.created("true"):
            equal(os.stat("/sys/fs/cgroup/bkht/one").st_uid, 0)
            equal(os.stat("/sys/fs/cgroup/bkht/one/cgroup.procs").st_uid, 0)


@test
def type_cgroup2():
    for b, _, own_namespace in variants():
        for m in b.config["mounts"]:
            m["type"] = m["type"].replace("cgroup", "cgroup2")
        if LAYOUT == "v1":
            b.refused("/mounts/4/type: this host has no cgroup2 file system mounted")
            continue
        r = b.run("sh", "-c", "ls /sys/fs/cgroup; grep cgroup /proc/self/mountinfo")
        has(r.out, "cgroup.procs\n")
        lacks(r.out, "unified")
        mounts = [line for line in r.out.splitlines() if " - cgroup2 " in line]
        equal([m.split()[3:5] for m in mounts], [["/" if own_namespace else "/bkht/one", "/sys/fs/cgroup"]])


if __name__ == "__main__":
    main()
