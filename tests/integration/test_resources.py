#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""linux.resources of whole containers, property by property: what the kernel's files say after create and after update, in
whichever cgroup layout this machine has; what cannot be is an error that names the property."""
import contextlib
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import Skip, cgroups, check, equal, has, main, read, run, test, wait_for  # noqa: E402

MB = 1 << 20
OFF = {s: {"level": "off"} for s in ("userns", "rootfs", "capabilities", "devices", "pids", "memory", "cpu", "cgroupPath",
                                     "scheduling", "mounts", "binds", "privileged", "noNewPrivileges")}


@contextlib.contextmanager
def disk():
    """MAJOR:MINOR of a block device of our own, with a scheduler that knows weights where there is one."""
    with tempfile.NamedTemporaryFile(prefix="bkh-disk-", dir="/var/tmp") as f:
        f.truncate(MB)

        def attached():
            """Others want the free one, too; and busybox does not tell which it took."""
            free = run("losetup", "-f").out.strip()
            return free if run("losetup", free, f.name, status=None).status == 0 else None
        device = wait_for(attached, "a loop device")
        try:
            st = os.stat(device)
            scheduler = f"/sys/block/{os.path.basename(device)}/queue/scheduler"
            if "bfq" in read(scheduler):
                with open(scheduler, "w") as s:
                    s.write("bfq")
            yield os.major(st.st_rdev), os.minor(st.st_rdev)
        finally:
            run("losetup", "-d", device)


def knob(cid, *names):
    """(file, content) of the first of these files that a cgroup of the container has."""
    for n in names:
        for d in cgroups(cid):
            if os.path.exists(f"{d}/{n}"):
                return n, read(f"{d}/{n}").strip()
    return None, None


def on_v2(controller):
    return any(controller in read(f).split() for f in ("/sys/fs/cgroup/cgroup.controllers",
                                                       "/sys/fs/cgroup/unified/cgroup.controllers") if os.path.exists(f))


def on_v1(controller):
    return os.path.isdir(f"/sys/fs/cgroup/{controller}")


def offered(file, controller=None):
    """Whether a new cgroup of this machine has a file."""
    for top in ["/sys/fs/cgroup/" + (controller or file.split(".", maxsplit=1)[0]), "/sys/fs/cgroup", "/sys/fs/cgroup/unified"]:
        if not os.path.isdir(top):
            continue
        probe = f"{top}/bkh-probe-{os.getpid()}"
        os.mkdir(probe)
        found = os.path.exists(f"{probe}/{file}")
        os.rmdir(probe)
        if found:
            return True
    return False


# (what, linux.resources, {file: line that it has}): the files of v1 and of v2; those of the layout at hand are checked, and
# there must be one; "A|B": the first that exists. "v2": refused there by create, and, if None, by update.
def memory_cases():
    yield ("limit", {"memory": {"limit": 64 * MB}},
           {"memory.limit_in_bytes": str(64 * MB), "memory.max": str(64 * MB)})
    yield ("reservation", {"memory": {"reservation": 32 * MB}},
           {"memory.soft_limit_in_bytes": str(32 * MB), "memory.low": str(32 * MB)})
    yield ("no limit", {"memory": {"limit": -1}}, {"memory.limit_in_bytes": "9223372036854771712", "memory.max": "max"})
    if offered("memory.memsw.limit_in_bytes") or offered("memory.swap.max"):
        yield ("swap", {"memory": {"limit": 64 * MB, "swap": 96 * MB}},
               {"memory.memsw.limit_in_bytes": str(96 * MB), "memory.swap.max": str(32 * MB)})
        yield ("no swap", {"memory": {"limit": 64 * MB, "swap": 64 * MB}},
               {"memory.memsw.limit_in_bytes": str(64 * MB), "memory.swap.max": "0"})
        yield ("swap without limit", {"memory": {"limit": 64 * MB, "swap": -1}},
               {"memory.memsw.limit_in_bytes": "9223372036854771712", "memory.swap.max": "max"})
    yield "swappiness", {"memory": {"swappiness": 17}}, {"memory.swappiness": "17", "v2": None}
    yield ("disableOOMKiller", {"memory": {"limit": 64 * MB, "disableOOMKiller": True}},
           {"memory.oom_control": "oom_kill_disable 1", "v2": None})
    yield "kernelTCP", {"memory": {"kernelTCP": 16 * MB}}, {"memory.kmem.tcp.limit_in_bytes": str(16 * MB), "v2": "update"}
    yield "useHierarchy", {"memory": {"limit": 64 * MB, "useHierarchy": True}}, {"memory.use_hierarchy": "1", "memory.max": str(64 * MB)}


def cpu_cases():
    for shares, weight in ((2, 1), (10, 4), (512, 59), (1024, 100), (2048, 174), (262144, 10000)):
        yield f"shares {shares}", {"cpu": {"shares": shares}}, {"cpu.shares": str(shares), "cpu.weight": str(weight)}
    yield "period", {"cpu": {"period": 50000}}, {"cpu.cfs_period_us": "50000", "cpu.max": "max 50000"}
    yield ("quota", {"cpu": {"quota": 50000, "period": 100000}},
           {"cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "100000", "cpu.max": "50000 100000"})
    yield ("quota and period", {"cpu": {"quota": 25000, "period": 50000}},
           {"cpu.cfs_quota_us": "25000", "cpu.cfs_period_us": "50000", "cpu.max": "25000 50000"})
    yield "no quota", {"cpu": {"quota": -1, "period": 100000}}, {"cpu.cfs_quota_us": "-1", "cpu.max": "max 100000"}
    if offered("cpu.cfs_burst_us") or offered("cpu.max.burst"):
        yield "burst", {"cpu": {"quota": 50000, "burst": 20000}}, {"cpu.cfs_burst_us": "20000", "cpu.max.burst": "20000"}
    if offered("cpu.idle"):
        yield "idle", {"cpu": {"idle": 1}}, {"cpu.idle": "1"}
    yield "cpus and mems", {"cpu": {"cpus": "0", "mems": "0"}}, {"cpuset.cpus": "0", "cpuset.mems": "0"}
    if offered("cpu.rt_runtime_us"):
        yield ("realtime", {"cpu": {"realtimePeriod": 500000, "realtimeRuntime": 1000}},
               {"cpu.rt_period_us": "500000", "cpu.rt_runtime_us": "1000", "v2": None})


def other_cases():
    yield "pids", {"pids": {"limit": 50}}, {"pids.max": "50"}
    yield "no pids limit", {"pids": {"limit": -1}}, {"pids.max": "max"}
    if offered("hugetlb.2MB.max") or offered("hugetlb.2MB.limit_in_bytes"):
        size = str(4 * MB)
        yield ("hugepages", {"hugepageLimits": [{"pageSize": "2MB", "limit": 4 * MB}]},
               {"hugetlb.2MB.limit_in_bytes": size, "hugetlb.2MB.rsvd.limit_in_bytes": size,
                "hugetlb.2MB.max": size, "hugetlb.2MB.rsvd.max": size})
    if offered("net_cls.classid", "net_cls"):
        yield "classID", {"network": {"classID": 0x100001}}, {"net_cls.classid": str(0x100001)}
    if offered("net_prio.ifpriomap", "net_prio"):
        yield "priorities", {"network": {"priorities": [{"name": "lo", "priority": 5}]}}, {"net_prio.ifpriomap": "lo 5"}
    if on_v2("memory"):
        yield ("unified", {"unified": {"memory.high": "64M", "cgroup.max.depth": "3", "cpu.max": "40000 80000"}},
               {"memory.high": str(64 * MB), "cgroup.max.depth": "3", "cpu.max": "40000 80000"})


def io_cases(major, minor):
    at = {"major": major, "minor": minor}
    dev = f"{major}:{minor}"
    for member, file, key in (("ReadBps", "read_bps", "rbps"), ("WriteBps", "write_bps", "wbps"),
                              ("ReadIOPS", "read_iops", "riops"), ("WriteIOPS", "write_iops", "wiops")):
        yield (member, {"blockIO": {f"throttle{member}Device": [{**at, "rate": 4096}]}},
               {f"blkio.throttle.{file}_device": f"{dev} 4096", "io.max": f"{key}=4096"})
    if offered("blkio.bfq.weight") or offered("blkio.weight") or offered("io.bfq.weight", "io") or offered("io.weight"):
        scaled = 1 + (400 - 10) * 9999 // 990
        yield ("weight", {"blockIO": {"weight": 400}},
               {"blkio.weight|blkio.bfq.weight": "400", **({"io.bfq.weight": "default 400"} if offered("io.bfq.weight", "io")
                                                           else {"io.weight": f"default {scaled}"})})
    if offered("blkio.bfq.weight_device") or offered("io.bfq.weight", "io"):
        yield ("weightDevice", {"blockIO": {"weightDevice": [{**at, "weight": 300}]}},
               {"blkio.bfq.weight_device": f"{dev} 300", "io.bfq.weight": f"{dev} 300"})


def merged(resources):
    return {"devices": [{"allow": False, "access": "rwm"}], **resources}


def seen(b, cid, what, files):
    found = 0
    for file, want in files.items():
        name, content = knob(cid, *file.split("|"))
        if name is None:
            continue
        found += 1
        check(any(want == line or want in line.split() or line.startswith(want) for line in content.splitlines()),
              f"{what}: {file} is {content!r}, not {want!r}")
    check(found, f"{what}: this machine has none of {list(files)}")


def try_case(b, what, resources, files, first):
    """As created, and as updated from what another case left."""
    refused = "v2" in files and not any(offered(f) for f in files if f != "v2")
    on_v2_update = files.get("v2")
    files = {k: v for k, v in files.items() if k != "v2"}
    b.config["linux"]["resources"] = merged(resources)
    if refused:
        member = next(iter(resources))
        r = b.refused(f"/linux/resources/{member}/")
        has(r.err, "cgroup v2", what)
        # With a memory limit, v2 has one for what TCP takes.
        if on_v2_update is None:
            r = b("update", "--resources", "-", first, stdin=json.dumps(resources), status=1)
            has(r.err, f"/linux/resources/{member}/", what)
        return
    with b.created("sleep", "1000") as cid:
        seen(b, cid, what, files)
    before = copy.deepcopy(resources)
    r = b("update", "--resources", "-", first, stdin=json.dumps(resources), status=None)
    equal(r.all, "", f"update of {what}")
    seen(b, first, f"update of {what}", files)
    equal(resources, before)


def try_all(cases):
    with bundle() as b:
        b.policy = OFF
        with b.started("sleep", "1000") as first:
            for what, resources, files in cases:
                try_case(b, what, resources, files, first)
            b("verify", first)


@test(limit=300)
def memory():
    try_all(memory_cases())


@test(limit=300)
def cpu():
    try_all(cpu_cases())


@test(limit=300)
def pids_hugepages_network_unified():
    try_all(other_cases())


@test(limit=300)
def block_io():
    with disk() as (major, minor):
        try_all(io_cases(major, minor))


@test
def a_throttle_is_lifted_by_zero():
    with disk() as (major, minor), bundle() as b:
        limit = {"blockIO": {"throttleReadBpsDevice": [{"major": major, "minor": minor, "rate": 4096}]}}
        b.config["linux"]["resources"] = merged(limit)
        with b.started("sleep", "1000") as cid:
            names = ("blkio.throttle.read_bps_device", "io.max")
            has(knob(cid, *names)[1], "4096")
            limit["blockIO"]["throttleReadBpsDevice"][0]["rate"] = 0
            b("update", "-r", "-", cid, stdin=json.dumps(limit))
            check("4096" not in knob(cid, *names)[1], "a lifted throttle")


@test(limit=300)
def what_this_host_cannot():
    """Each is one error with the property's name, and leaves nothing."""
    with bundle() as b:
        b.policy = OFF
        cases = [({"rdma": {"no_such_device": {"hcaHandles": 3}}}, "/linux/resources/rdma"),
                 ({"blockIO": {"throttleReadBpsDevice": [{"major": 511, "minor": 99, "rate": 1}]}},
                  "/linux/resources/blockIO/throttleReadBpsDevice/0"),
                 ({"blockIO": {"leafWeight": 100}}, "/linux/resources/blockIO/leafWeight"),
                 ({"hugepageLimits": [{"pageSize": "3MB", "limit": 1}]}, "/linux/resources/hugepageLimits"),
                 ({"cpu": {"cpus": "4000"}}, "/linux/resources/cpu/cpus"),
                 ({"cpu": {"mems": "900"}}, "/linux/resources/cpu/mems"),
                 ({"cpu": {"quota": 1}}, "/linux/resources/cpu/quota"),
                 ({"cpu": {"period": 7}}, "/linux/resources/cpu/period"),
                 ({"cpu": {"quota": 50000, "burst": 60000}}, "/linux/resources/cpu/burst"),
                 ({"unified": {"nonesuch.max": "1"}}, "/linux/resources/unified/nonesuch.max"),
                 ({"memory": {"limit": 64 * MB, "useHierarchy": False}}, "/linux/resources/memory/useHierarchy")]
        if not on_v2("memory"):
            cases.append(({"unified": {"memory.high": "1G"}}, "/linux/resources/unified/memory.high"))
        if not offered("net_cls.classid", "net_cls"):
            cases.append(({"network": {"classID": 1}}, "/linux/resources/network/classID"))
        if offered("net_prio.ifpriomap", "net_prio"):
            cases.append(({"network": {"priorities": [{"name": "nosuchif", "priority": 1}]}}, "/linux/resources/network/priorities/0"))
        else:
            cases.append(({"network": {"priorities": [{"name": "lo", "priority": 1}]}}, "/linux/resources/network/priorities"))
        if not offered("cpu.rt_runtime_us"):
            cases.append(({"cpu": {"realtimePeriod": 1000000, "realtimeRuntime": 10}}, "/linux/resources/cpu/realtimePeriod"))
        with b.started("sleep", "1000") as cid:
            b.config["process"]["args"] = ["true"]
            for resources, pointer in cases:
                if pointer.endswith("useHierarchy") and on_v1("memory") and offered("memory.use_hierarchy"):
                    pointer = "/linux/resources/memory/useHierarchy"
                b.config["linux"]["resources"] = merged(resources)
                b.refused(pointer)
                pids = knob(cid, "pids.max")
                r = b("update", "-r", "-", cid, stdin=json.dumps({"pids": {"limit": 33}, **resources}), status=1)
                has(r.err, pointer, "update")
                equal(knob(cid, "pids.max"), pids, f"undone after {pointer}")


@test(limit=300)
def contradictions_and_ranges():
    with bundle() as b:
        b.policy = OFF
        for resources, pointer in (
                ({"memory": {"swap": MB}}, "/linux/resources/memory/swap"),
                ({"memory": {"limit": 2 * MB, "swap": MB}}, "/linux/resources/memory/swap"),
                ({"memory": {"limit": -2}}, "/linux/resources/memory/limit"),
                ({"memory": {"swappiness": 101}}, "/linux/resources/memory/swappiness"),
                ({"memory": {"limit": 1.5}}, "/linux/resources/memory/limit"),
                ({"memory": {"checkBeforeUpdate": 1}}, "/linux/resources/memory/checkBeforeUpdate"),
                ({"cpu": {"idle": 2}}, "/linux/resources/cpu/idle"),
                ({"cpu": {"idle": -1}}, "/linux/resources/cpu/idle"),
                ({"cpu": {"cpus": "0-"}}, "/linux/resources/cpu/cpus"),
                ({"cpu": {"mems": "a"}}, "/linux/resources/cpu/mems"),
                ({"cpu": {"shares": -1}}, "/linux/resources/cpu/shares"),
                ({"pids": {"limit": -2}}, "/linux/resources/pids/limit"),
                ({"pids": {"limit": "50"}}, "/linux/resources/pids/limit"),
                ({"blockIO": {"weight": 9}}, "/linux/resources/blockIO/weight"),
                ({"blockIO": {"weight": 1001}}, "/linux/resources/blockIO/weight"),
                ({"blockIO": {"weight": 70000}}, "/linux/resources/blockIO/weight"),
                ({"blockIO": {"weightDevice": [{"major": 7, "minor": 0}]}}, "/linux/resources/blockIO/weightDevice/0"),
                ({"hugepageLimits": [{"limit": 1}]}, "/linux/resources/hugepageLimits/0/pageSize"),
                ({"hugepageLimits": [{"pageSize": "../2MB", "limit": 1}]}, "/linux/resources/hugepageLimits/0/pageSize"),
                ({"network": {"classID": 1 << 32}}, "/linux/resources/network/classID"),
                ({"rdma": {"mlx": {}}}, "/linux/resources/rdma"),
                ({"unified": {"cgroup.procs": "1"}}, "/linux/resources/unified/cgroup.procs"),
                ({"unified": {"../x": "1"}}, "/linux/resources/unified"),
                ({"unified": {"memory.max": 1}}, "/linux/resources/unified/memory.max"),
                ({"devices": [{"allow": True, "type": "x"}]}, "/linux/resources/devices/0/type"),
                ({"devices": [{"allow": True, "access": "rx"}]}, "/linux/resources/devices/0/access"),
                ({"devices": [{"access": "r"}]}, "/linux/resources/devices/0/allow"),
                ({"devices": [{"allow": True, "major": "1"}]}, "/linux/resources/devices/0/major")):
            b.config["linux"]["resources"] = resources
            b.refused(pointer)


@test
def check_before_update():
    """runc's words; without the member a v2 kernel would kill to get below the limit."""
    with bundle() as b:
        b.policy = OFF
        b.config["linux"]["resources"] = merged({"memory": {"limit": 128 * MB}})
        with b.started("sh", "-c", "dd if=/dev/zero of=/dev/shm/x bs=1M count=40 2>/dev/null; echo ready; sleep 1000") as cid:
            wait_for(lambda: "ready" in b.output(), "40 MB in use", limit=60)
            r = b("update", "-r", "-", cid, stdin=json.dumps({"memory": {"limit": 8 * MB, "checkBeforeUpdate": True}}), status=1)
            has(r.err, "/linux/resources/memory/limit")
            equal(knob(cid, "memory.limit_in_bytes", "memory.max")[1], str(128 * MB))
            equal(b.state(cid)["status"], "running")


# c 240:* has no driver: what the cgroup lets through ends in ENXIO, what it denies in EPERM.
def device_answers(b, rules):
    b.config["linux"]["resources"] = {"devices": rules}
    b.args("sh", "-c", "for n in 1 2; do true < /dev/x$n; true > /dev/x$n; true <> /dev/x$n; done; "
           "mknod /dev/y c 240 3; true < /dev/y; true < /dev/null && echo null").save()
    r = b.run()
    has(r.out, "null", "a device that every container has")
    return ["denied" if "not permitted" in line else "passed" if "No such device or address" in line or "ENXIO" in line else line
            for line in r.err.splitlines()]


@test(limit=300)
def device_rules_in_order():
    deny = {"allow": False, "access": "rwm"}
    with bundle() as b:
        b.policy = {**OFF, "seccomp": {"level": "off"}}
        b.config["linux"]["devices"] = [{"path": f"/dev/x{n}", "type": "c", "major": 240, "minor": n, "fileMode": 0o666} for n in (1, 2)]

        def c(allow, minor=None, access="rwm", major=240, type_="c"):
            rule = {"allow": allow, "type": type_, "access": access}
            if major is not None:
                rule["major"] = major
            if minor is not None:
                rule["minor"] = minor
            return rule
        d, p = "denied", "passed"
        # read, write, both of x1; the same of x2; then mknod of 240:3 (one line only when it fails) and read of it.
        equal(device_answers(b, [deny])[:6], [d] * 6)
        equal(device_answers(b, [deny, c(True, 1, "r")])[:6], [p, d, d, d, d, d])
        equal(device_answers(b, [deny, c(True, 1, "w")])[:6], [d, p, d, d, d, d])
        equal(device_answers(b, [deny, c(True, 1, "rw"), c(True, 2, "r")])[:6], [p, p, p, p, d, d])
        equal(device_answers(b, [deny, c(True, None, "rw")])[:6], [p] * 6, "any minor")
        equal(device_answers(b, [deny, c(True, 1, major=None)])[:6], [p, p, p, d, d, d], "any major")
        equal(device_answers(b, [deny, c(True, 1, "rw"), c(False, 1, "w")])[:6], [p, d, d, d, d, d], "a later rule takes away")
        equal(device_answers(b, [deny, c(True, 1, "rw"), deny])[:6], [d] * 6, "all is taken away")
        equal(device_answers(b, [deny, c(True, 1, type_="b")])[:6], [d] * 6, "another type")
        allow_all = {"allow": True, "access": "rwm"}
        equal(device_answers(b, [allow_all]), [p] * 7, "all, mknod too")
        equal(device_answers(b, [allow_all, c(False, 2, "w")]), [p, p, p, p, d, d, p], "all but one")
        equal(len(device_answers(b, [allow_all, c(False, 3, "m")])), 8, "mknod is denied")


@test
def paths_of_cgroups():
    with bundle() as b:
        b.policy = OFF
        name = f"bkht-path-{os.getpid()}"
        for path, where in ((f"/{name}/deep", f"/{name}/deep"), (f"{name}/deep", f"/{name}/deep"), (None, None), ("", None)):
            b.config["linux"].pop("cgroupsPath", None)
            if path is not None:
                b.config["linux"]["cgroupsPath"] = path
            with b.created("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                of = {line.split(":")[1]: line.strip().split(":", 2)[2] for line in read(f"/proc/{pid}/cgroup").splitlines()}
                for controllers, at in of.items():
                    own = "/" if (where or "").startswith("/") and path.startswith("/") else None
                    check(at.endswith(where or f"/{cid}"), f"{controllers}: {at}")
                    if own:
                        equal(at, where, controllers)
        for d in cgroups(name):
            os.rmdir(d)
        # Nobody named it, so what is there by that name is somebody else's: an engine's, for what is to come.
        b.config["linux"].pop("cgroupsPath", None)
        cid = b.new_id()
        pid_tree = next(p for p in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup") if os.path.exists(f"{p}/cgroup.procs"))
        own = next(line.strip().split(":", 2)[2] for line in read("/proc/self/cgroup").splitlines() if line.split(":")[1] in ("pids", ""))
        there = os.path.normpath(f"{pid_tree}/{own}/{cid}")
        os.mkdir(there)
        try:
            b.args("true").save()
            has(b("run", "--bundle", f"{b.top}/bundle", cid, status=1).err, "/linux/cgroupsPath: there is none, and the cgroup")
            check(os.path.isdir(there), "it is left alone")
        finally:
            os.rmdir(there)
        for path in ("/a/../b", "../b", "/", ".", "a\nb", "/" + "x" * 256):
            b.config["linux"]["cgroupsPath"] = path
            b.refused("/linux/cgroupsPath")


@test(limit=300)
def the_same_as_runc():
    """Every value of this machine's layout, next to what Debian's runc writes for the same config.json."""
    runc = shutil.which("runc", path=os.environ["PATH"] + ":/usr/sbin")
    if not runc:
        raise Skip("runc is not installed")
    old = int(run(runc, "--version").out.split()[2].split(".")[1]) < 2
    # What runc 1.1 does not know, and what it converted otherwise.
    unknown = ("burst", "idle", *(("shares",) if on_v2("cpu") else ())) if old else ()
    with disk() as (major, minor), bundle() as b:
        b.policy = OFF
        for what, resources, files in [*memory_cases(), *cpu_cases(), *other_cases(), *io_cases(major, minor)]:
            if "v2" in files or what.split()[0] in unknown:
                continue
            b.config["linux"]["resources"] = merged(resources)
            # runc cannot use a file that the kernel no longer has, or the other tree of a hybrid layout.
            values = {}
            with b.created("sleep", "1000") as cid:
                for file in files:
                    values[file] = knob(cid, *file.split("|"))[1]
                pointer = f"{b.top}/bundle"
            other = b.new_id()
            with open(f"{b.top}/out", "w") as f:
                p = subprocess.run([runc, "--root", f"{b.top}/runc", "create", "--bundle", pointer, other],
                                   stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=60)
            if p.returncode:
                print(f"# runc cannot: {what}: {read(f'{b.top}/out').strip()[-160:]}")
                run(runc, "--root", f"{b.top}/runc", "delete", "-f", other, status=None)
                continue
            try:
                theirs = {}
                for file in files:
                    found = [f"{d}/{n}" for n in file.split("|") for d in cgroup_dirs(runc, b, other) if os.path.exists(f"{d}/{n}")]
                    theirs[file] = read(found[0]).strip() if found else None
            finally:
                run(runc, "--root", f"{b.top}/runc", "delete", "-f", other)
            for file, value in values.items():
                if theirs[file] is not None and not file.startswith("hugetlb."):
                    equal(value, theirs[file], f"{what}: {file}, ours and runc's")


def cgroup_dirs(runc, b, cid):
    pid = json.loads(run(runc, "--root", f"{b.top}/runc", "state", cid).out)["pid"]
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for top in ("/sys/fs/cgroup/" + controllers.split(",")[0].removeprefix("name="), "/sys/fs/cgroup/" + controllers,
                    "/sys/fs/cgroup/unified" if not controllers else "", "/sys/fs/cgroup" if not controllers else ""):
            if top and os.path.isdir(top + path):
                yield top + path


if __name__ == "__main__":
    main()
