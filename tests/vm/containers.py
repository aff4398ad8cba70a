# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole containers in a virtual machine of their own; started by test_run.sh.

What differs between cgroup layouts and kernels, and what would be too rude for a shared host.
"""
import glob
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, cgroups, check, equal, has, id_ranges, lacks, main, mount_points, none_left, read, run, scratch,  # noqa: E402
                     test, wait_for, write)

V2 = os.environ["LAYOUT"] == "v2"
KERNEL = tuple(int(n) for n in os.uname().release.split("-")[0].split(".")[:2])
DISK = "{}:{}".format(os.major(os.stat("/dev/vda").st_rdev), os.minor(os.stat("/dev/vda").st_rdev))


def cgroup_of(pid, controller):
    """The directory that limits a process with this controller, and whether it is v1."""
    unified = None
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        number, names, path = line.split(":", 2)
        if controller in names.split(","):
            return f"/sys/fs/cgroup/{names}{path}", True
        if number == "0":
            unified = f"/sys/fs/cgroup{'' if V2 else '/unified'}{path}"
    check(unified, f"no {controller} in any hierarchy")
    return unified, False


def limit(pid, controller, v1, v2):
    directory, old = cgroup_of(pid, controller)
    return read(f"{directory}/{v1 if old else v2}").strip(), old


def in_cgroup(directory, script):
    """A program of the host's root, with all its privileges, in the cgroup of a container."""
    return run("sh", "-c", f'echo 0 > "{directory}/cgroup.procs" && {script}', status=None)


@test
def limits_that_nobody_asked_for():
    total = int(read("/proc/meminfo").split()[1]) * 1024
    with bundle() as b, b.created("sleep", "1000") as cid:
        pid = b.state(cid)["pid"]
        equal(limit(pid, "pids", "pids.max", "pids.max")[0], "2048")
        memory, old = limit(pid, "memory", "memory.limit_in_bytes", "memory.max")
        check(abs(int(memory) - total * 3 // 4) <= 4096, f"{memory} of {total}")
        swap, _ = limit(pid, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
        equal(swap, memory if old else "0", "swap")


@test
def limits_that_were_asked_for():
    with bundle() as b:
        b.config["linux"]["resources"].update({
            "memory": {"limit": 67108864, "swap": 67108864, "reservation": 33554432}, "pids": {"limit": 77},
            "cpu": {"shares": 512, "quota": 50000, "period": 100000, "cpus": "0", "mems": "0"},
        })
        major, minor = (int(n) for n in DISK.split(":"))
        b.config["linux"]["resources"]["blockIO"] = {
            "throttleReadBpsDevice": [{"major": major, "minor": minor, "rate": 1048576}]}
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            equal(limit(pid, "pids", "pids.max", "pids.max")[0], "77")
            equal(limit(pid, "memory", "memory.limit_in_bytes", "memory.max")[0], "67108864")
            equal(limit(pid, "memory", "memory.soft_limit_in_bytes", "memory.low")[0], "33554432")
            swap, old = limit(pid, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
            equal(swap, "67108864" if old else "0")
            quota, old = limit(pid, "cpu", "cpu.cfs_quota_us", "cpu.max")
            equal(quota, "50000" if old else "50000 100000")
            shares, old = limit(pid, "cpu", "cpu.shares", "cpu.weight")
            equal(shares, "512" if old else "59")
            equal(limit(pid, "cpuset", "cpuset.cpus", "cpuset.cpus")[0], "0")
            equal(os.sched_getaffinity(pid), {0})
            rate, old = limit(pid, "blkio", "blkio.throttle.read_bps_device", "io.max")
            equal(rate, f"{DISK} 1048576" if old else f"{DISK} rbps=1048576 wbps=max riops=max wiops=max")


@test
def born_in_its_cgroup():
    """On v2 by CLONE_INTO_CGROUP: no process is ever moved. The tracepoint tells; on v1 it must fire."""
    tracing = "/sys/kernel/tracing"
    write(f"{tracing}/trace", "")
    write(f"{tracing}/events/cgroup/cgroup_attach_task/enable", "1")
    try:
        with bundle() as b, b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            moves = [line for line in read(f"{tracing}/trace").splitlines() if cid in line]
            for line in read(f"/proc/{pid}/cgroup").splitlines():
                has(line, cid)
            directory, _ = cgroup_of(pid, "pids")
            equal(read(f"{directory}/cgroup.procs").split(), [str(pid)])
            if V2:
                equal(moves, [], "processes moved into a cgroup")
                in_cgroup(directory, "true")
                check(any(cid in line for line in read(f"{tracing}/trace").splitlines()), "the trace is blind")
            else:
                check(moves, "v1 without a move")
                lacks("\n".join(moves), "dst_root=0 ", "moves in the default hierarchy")
    finally:
        write(f"{tracing}/events/cgroup/cgroup_attach_task/enable", "0")


@test
def devices_are_denied_whoever_opens_them():
    """Root of the host, in the container's cgroup: the list is in force, not only the missing nodes."""
    with bundle() as b, scratch() as top, b.started("sleep", "1000") as cid:
        directory, old = cgroup_of(b.state(cid)["pid"], "devices")
        run("mknod", f"{top}/kmsg", "c", "1", "11")
        run("mknod", f"{top}/disk", "b", *DISK.split(":"))
        run("mknod", f"{top}/null", "c", "1", "3")
        for node in (f"{top}/kmsg", f"{top}/disk", "/dev/vda", "/dev/mem"):
            equal(run("dd", f"if={node}", "of=/dev/null", "bs=1", "count=0").status, 0, "outside")
            r = in_cgroup(directory, f"exec dd if={node} of=/dev/null bs=1 count=0")
            has(r.err, "Operation not permitted", node)
        for node in (f"{top}/null", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"):
            r = in_cgroup(directory, f"head -c 1 {node} > /dev/null")
            equal((r.status, r.err), (0, ""), node)


@test
def device_nodes_of_the_image_are_dead():
    with bundle() as b:
        run("mknod", "-m", "666", f"{b.rootfs}/kmsg", "c", "1", "11")
        run("mknod", "-m", "666", f"{b.rootfs}/null", "c", "1", "3")
        r = b.run("sh", "-c", "cat /kmsg; cat /null; cat /dev/null && echo fine")
        equal((r.out, r.err.count("denied")), ("fine\n", 2))


@test
def the_cgroup_tree_inside():
    attack = ("for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/x; for f in cgroup.procs pids.max memory.max "
              "memory.limit_in_bytes cgroup.subtree_control tasks; do echo 0 > $d/$f; done; done 2>/dev/null; "
              "umount /sys/fs/cgroup 2>/dev/null; mount -o remount,rw /sys/fs/cgroup 2>/dev/null; ")
    with bundle() as b:
        b.config["linux"]["resources"]["pids"] = {"limit": 77}
        r = b.run("sh", "-c", attack + "cat /proc/self/cgroup; echo; cat /sys/fs/cgroup/pids.max "
                  "/sys/fs/cgroup/*/pids.max 2>/dev/null; find /sys/fs/cgroup -name x; grep cgroup /proc/mounts; true")
        own, rest = r.out.split("\n\n")
        for line in own.splitlines():
            check(line.endswith(":/"), line)
        if V2:
            equal(own, "0::/")
        equal(rest.splitlines()[0], "77")
        lacks(rest, "/x\n")
        for line in rest.splitlines()[1:]:
            check(line.split()[3].startswith("ro,"), line)


@test
def masks_stay():
    with bundle() as b:
        r = b.run("sh", "-c", "for m in /proc/kcore /proc/keys /sys/firmware /proc/sys /proc/timer_list /sys /proc; do "
                  "umount $m && echo umounted $m; umount -l $m && echo detached $m; "
                  "mount -o remount,rw,bind $m && echo remounted $m; done 2>/dev/null; "
                  "cat /proc/kcore /proc/keys /proc/timer_list | wc -c; ls /sys/firmware; "
                  "echo x > /proc/sys/kernel/core_pattern; true")
        equal(r.out, "0\n")


@test
def fork_bombs_stop_at_the_limit():
    with bundle() as b:
        b.config["linux"]["resources"]["pids"] = {"limit": 50}
        has(b.run("probe", "forkbomb", status=None).out, "forks 49 EAGAIN")
        # The first process is not the bomb: a shell that cannot fork ends.
        write(f"{b.rootfs}/bomb", "while :; do sh /bomb & done")
        with b.started("sh", "-c", "sh /bomb 2>/dev/null & exec sleep 1000") as cid:
            directory, _ = cgroup_of(b.state(cid)["pid"], "pids")
            wait_for(lambda: int(read(f"{directory}/pids.events").split()[1]) > 0, "the bomb hits its limit", 300)
            check(int(read(f"{directory}/pids.current")) <= 50, "more than 50")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped", 300)
            b("delete", cid)
        b.config["linux"]["resources"]["pids"] = {"limit": 1000}
        with b.started("sh", "-c", "sh /bomb 2>/dev/null & exec sleep 1000") as cid:
            directory, _ = cgroup_of(b.state(cid)["pid"], "pids")
            wait_for(lambda: int(read(f"{directory}/pids.current")) > 50, "it multiplies", 300)
            b("delete", "--force", cid, limit=300)


@test
def memory_hogs_die_alone():
    with bundle() as b:
        b.config["linux"]["resources"]["memory"] = {"limit": 33554432}
        for load in ("memory", "pipes", "sockets"):
            equal(b.run("probe", load, status=None).status, 137, load)


@test
def frozen_containers_can_be_deleted():
    with bundle() as b, b.started("sleep", "1000") as cid:
        directory, old = cgroup_of(b.state(cid)["pid"], "freezer")
        write(f"{directory}/{'freezer.state' if old else 'cgroup.freeze'}", "FROZEN" if old else "1")
        b("delete", "--force", cid)
        b.nothing_left(cid)


@test
def paths_as_engines_give_them():
    """dockerd: /docker/ID. Parents that hold other containers stay; those keep their limits."""
    with bundle() as b:
        b.config["linux"]["cgroupsPath"] = "/docker/one"
        with b.started("sleep", "1000") as one:
            pid = b.state(one)["pid"]
            directory, _ = cgroup_of(pid, "pids")
            equal(directory.split("/")[-2:], ["docker", "one"])
            b.config["linux"]["cgroupsPath"] = "/docker/two"
            equal(b.run("echo", "two").out, "two\n")
            equal(cgroups("two"), [])
            equal(read(f"{directory}/cgroup.procs").split(), [str(pid)])
        equal(cgroups("one"), [])
    for directory in cgroups("docker"):
        os.rmdir(directory)


def run_from(directories, b, *options):
    """The runtime as a process of cgroups of its own, as below a service of systemd."""
    b.args("cat", "/proc/1/status").save()
    cid = b.new_id()
    join = "".join(f'mkdir -p "{d}" && echo 0 > "{d}/cgroup.procs" && ' for d in directories)
    r = run("sh", "-c", f'{join} exec "$0" "$@"', BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle",
            *options, cid, status=None)
    b.nothing_left(cid)
    return r


@test
def the_runtime_below_a_service():
    tops = ["/sys/fs/cgroup"] if V2 else [f"/sys/fs/cgroup/{n}" for n in os.listdir("/sys/fs/cgroup")
                                        if not os.path.islink(f"/sys/fs/cgroup/{n}")]
    tops = [t for t in tops if not t.endswith("cpuset")]
    with bundle() as b:
        try:
            for name in ("box", "box/self"):
                r = run_from([f"{t}/{name}" for t in tops], b)
                equal(r.status, 0, f"from {name}: {r}")
            if not V2:
                return
            # A cgroup with processes cannot hand controllers on: that is said, and nothing is left.
            b.config["linux"]["cgroupsPath"] = "/full/deep"
            r = run_from(["/sys/fs/cgroup/full"], b)
            equal(r.status, 1)
            has(r.err, "cannot hand controllers to its children")
            equal(read("/sys/fs/cgroup/full/cgroup.subtree_control"), "", "controllers enabled all the same")
            equal(read("/sys/fs/cgroup/full/cgroup.type"), "domain\n", "what the refusal left")
        finally:
            for t in tops:
                for name in ("box/self", "box", "full"):
                    if os.path.isdir(f"{t}/{name}"):
                        os.rmdir(f"{t}/{name}")


@test
def roots_on_tmpfs():
    with bundle() as b, scratch() as top:
        run("mount", "-t", "tmpfs", "tmpfs", top)
        try:
            run("cp", "-a", b.rootfs, f"{top}/rootfs")
            b.config["root"]["path"] = f"{top}/rootfs"
            if KERNEL >= (6, 3):
                equal(b.run("id", "-u").out, "0\n")
            else:
                b.refused("tmpfs can't be idmapped on this kernel")
        finally:
            run("umount", top)


@test
def overlay_as_an_engine_mounts_it():
    """The engine's mount, three layers: what the container writes belongs to uid 0 in the engine's upper directory."""
    with bundle() as b, scratch() as layers:
        for name in ("l1", "l2", "diff", "work", "merged"):
            os.makedirs(f"{layers}/{name}")
        run("cp", "-a", f"{b.rootfs}/.", f"{layers}/l1")
        write(f"{layers}/l1/etc/low", "low\n")
        write(f"{layers}/l1/etc/gone", "gone\n")
        write(f"{layers}/l2/mid", "mid\n")
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={layers}/l2:{layers}/l1,upperdir={layers}/diff,"
            f"workdir={layers}/work,index=off", f"{layers}/merged")
        try:
            b.config["root"]["path"] = f"{layers}/merged"
            for round in range(2):
                r = b.run("sh", "-c", "cat /mid /etc/low; echo new >> /etc/low; rm -f /etc/gone; touch /made; chown 5:7 /made; "
                          "mkdir -p /dir/sub; stat -c %u:%g /made /dir /etc/low /mid /")
                equal(r.out, "mid\nlow\n" + "new\n" * round + "5:7\n0:0\n0:0\n0:0\n0:0\n")
            for path, owner in (("made", (5, 7)), ("dir/sub", (0, 0)), ("etc/low", (0, 0))):
                for place in ("diff", "merged"):
                    s = os.stat(f"{layers}/{place}/{path}")
                    equal((s.st_uid, s.st_gid), owner, f"{place}/{path}")
            check(not os.path.exists(f"{layers}/merged/etc/gone"), "removed in the engine's view")
            equal(os.stat(f"{layers}/diff/etc/gone").st_rdev, 0, "a whiteout")
            equal(sorted(os.listdir(layers)), ["diff", "l1", "l2", "merged", "work"], "left beside the layers")
            equal([m for m in mount_points() if m.startswith(layers)], [f"{layers}/merged"])
        finally:
            run("umount", f"{layers}/merged")


@test
def nothing_is_left_at_the_end():
    equal(id_ranges(), {})
    equal(glob.glob("/run/bulkhead/*"), [])
    equal(cgroups("bulkhead-*") + cgroups("bkht*"), [])
    # What is orphaned is reaped by the first process, in its own time.
    none_left(lambda: [n for n in run("ps", "-o", "comm").out.split() if n in ("sleep", "bulkhead")], "processes")


if __name__ == "__main__":
    main()
