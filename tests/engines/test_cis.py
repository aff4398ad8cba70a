#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 5 of the CIS Docker Benchmark (container runtime), as docker-bench-security checks it, with two differences:
docker run is careless about each item, and what counts is the kernel's view and not what docker inspect says. The same
options under runc show that the check can fail. What a runtime cannot decide is not here: 5.1 swarm, 5.7 sshd, 5.8, 5.9
and 5.14 ports and restart policies, 5.15, 5.24 and 5.27, 5.28, 5.30 images and networks."""
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dockerd  # noqa: E402
import images  # noqa: E402
from harness import PROBE, check, equal, has, lacks, proc_status, read, scratch, test, wait_for, write  # noqa: E402

d = dockerd.make()
INSIDE = os.path.join(os.path.dirname(PROBE), "inside")
# What the built-in policy leaves: chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service,
# sys_chroot, setfcap
CEILING = sum(1 << n for n in (0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31))
SYS_ADMIN = 1 << 21


def cgroup_file(pid, controller, v1, v2):
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        number, names, path = line.split(":", 2)
        if controller in names.split(","):
            return read(f"/sys/fs/cgroup/{names}{path}/{v1}").strip()
    return read(f"/sys/fs/cgroup{path}/{v2}").strip()


def seen(*options, runtime="bulkhead", look, image=("bb", "sleep", "1000")):
    """What look(pid) says of a container with these options."""
    with d.container(*options, *image, runtime=runtime) as c:
        return look(d.pid(c))


def both(*options, look):
    return seen(*options, look=look), seen(*options, runtime="runc", look=look)


def refused(rule, *options):
    r = d.bulkhead(*options, "bb", "true", status=None)
    check(r.status not in (0, 127), f"{options}: {r}")
    has(r.err, f"policy: {rule}: ")


def namespace(kind):
    return lambda pid: os.readlink(f"/proc/{pid}/ns/{kind}")


def own(kind):
    return os.readlink(f"/proc/self/ns/{kind}")


def mount_flags(place):
    def look(pid):
        lines = [line.split() for line in read(f"/proc/{pid}/mountinfo").splitlines()]
        return [m[5].split(",") + m[6:m.index("-")] for m in lines if m[4] == place][-1]
    return look


def capabilities(pid):
    return {s: int(proc_status(pid, f"Cap{s}"), 16) for s in ("Inh", "Prm", "Eff", "Bnd", "Amb")}


@test
def c5_2_apparmor_and_5_3_selinux():
    """Where one of them is on; tests/vm has a kernel for either."""
    def label(pid):
        try:
            return read(f"/proc/{pid}/attr/current").strip("\n\0")
        except OSError:
            return None
    options = ("--security-opt", "apparmor=unconfined", "--security-opt", "label=disable")
    ours = seen(*options, look=label)
    if os.path.isdir("/sys/kernel/security/apparmor") or os.path.isdir("/sys/fs/selinux"):
        check(ours and "unconfined" not in ours and ours != label("self"), f"label {ours}")
    else:
        check(ours in (None, "", "unconfined"), f"a label without a module: {ours}")


@test
def c5_4_capabilities():
    ours, runcs = both("--cap-add=SYS_ADMIN", "--cap-add=NET_ADMIN", "--cap-add=SYS_PTRACE", look=capabilities)
    for name, value in ours.items():
        equal(value & ~CEILING, 0, f"Cap{name}")
    check(runcs["Eff"] & SYS_ADMIN, "runc grants them")


@test
def c5_5_privileged():
    refused("privileged", "--privileged")
    # Most of it, and not by that name.
    ours, runcs = both("--cap-add=SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined",
                       look=lambda pid: (capabilities(pid)["Eff"] & ~CEILING, proc_status(pid, "Seccomp"),
                                         "/proc/sys" in read(f"/proc/{pid}/mountinfo")))
    equal(ours, (0, "2", True))
    check(runcs[0] and runcs[1:] == ("0", False), f"runc: {runcs}")


@test
def c5_6_directories_of_the_host():
    script = "touch /h/.bkh-cis && rm /h/.bkh-cis && echo writable; cat /h/shadow; true"
    for place in ("/boot", "/etc", "/lib", "/usr"):
        has(seen("-v", f"{place}:/h", look=mount_flags("/h")), "ro", place)
        # Nor does the container's root read what is private to the host's.
        equal(d.bulkhead("-v", f"{place}:/h", "bb", "sh", "-c", script).out, "", place)
    # Its nodes are judged one by one, and dead: nobody inside owns them.
    r = d.bulkhead("-v", "/dev:/h", "bb", "sh", "-c", script + "; head -c 1 /h/kmsg /h/mem; true")
    equal(r.out, "", r.err)
    out = d.runc("-v", "/etc:/h", "bb", "sh", "-c", script).out
    check(out.startswith("writable\n") and "root:" in out, f"runc: {out!r}")
    for place in ("/", "/proc", "/sys"):
        r = d.bulkhead("-v", f"{place}:/h", "bb", "true", status=None)
        if r.status == 0:
            has(seen("-v", f"{place}:/h", look=mount_flags("/h")), "ro", place)
        else:
            has(r.err, "policy: binds: ", place)


@test
def c5_10_network_of_the_host():
    refused("namespaces", "--net=host")
    equal(seen("--net=host", runtime="runc", look=namespace("net")), own("net"))
    check(seen(look=namespace("net")) != own("net"), "its own network")


@test
def c5_11_memory():
    def limit(pid):
        return cgroup_file(pid, "memory", "memory.limit_in_bytes", "memory.max")
    ours, runcs = both(look=limit)
    total = int(read("/proc/meminfo").split()[1]) * 1024
    check(0 < int(ours) < total, f"{ours} of {total}")
    check(runcs == "max" or int(runcs) > total, f"runc: {runcs}")


@test
def c5_12_cpu():
    """The built-in policy leaves the processor to the scheduler; an administrator can set a ceiling."""
    def quota(pid):
        return int(cgroup_file(pid, "cpu", "cpu.cfs_quota_us", "cpu.max").split()[0].replace("max", "-1"))
    equal(seen("--cpu-shares=512", look=lambda pid: cgroup_file(pid, "cpu", "cpu.shares", "cpu.weight")) in ("512", "59"), True)
    check(seen(runtime="strict", look=quota) > 0, "a ceiling")
    equal(seen(runtime="runc", look=quota), -1)


@test
def c5_13_read_only_root():
    """On request of the policy: most images write to their root."""
    has(seen(runtime="strict", look=mount_flags("/")), "ro")
    lacks(seen(runtime="runc", look=mount_flags("/")), "ro")


@test
def c5_16_processes_of_the_host():
    refused("namespaces", "--pid=host")
    equal(seen("--pid=host", runtime="runc", look=namespace("pid")), own("pid"))


@test
def c5_17_ipc_of_the_host():
    refused("namespaces", "--ipc=host")
    equal(seen("--ipc=host", runtime="runc", look=namespace("ipc")), own("ipc"))


@test
def c5_18_devices_of_the_host():
    with open("/proc/partitions") as f:
        disk = next((f"/dev/{line.split()[3]}" for line in f.readlines()[2:]), "/dev/none")
    for device in [x for x in ("/dev/kmsg", "/dev/mem", "/dev/fuse", "/dev/kvm", "/dev/net/tun", disk) if os.path.exists(x)]:
        refused("devices", f"--device={device}")
    with tempfile.TemporaryDirectory() as top:
        os.mknod(f"{top}/zero", 0o20666, os.makedev(1, 5))
        os.mknod(f"{top}/kmsg", 0o20666, os.makedev(1, 11))
        r = d.runc(f"--device={top}/kmsg:/dev/kmsg", "bb", "stat", "-c", "%t:%T", "/dev/kmsg")
        equal(r.out, "1:b\n")
        # One that every container has anyway, by another name.
        equal(d.bulkhead(f"--device={top}/zero:/dev/nil", "bb", "stat", "-c", "%t:%T", "/dev/nil").out, "1:5\n")


@test
def c5_19_ulimits():
    def core(pid):
        return next(line.split()[4:6] for line in read(f"/proc/{pid}/limits").splitlines() if line.startswith("Max core"))
    ours, runcs = both("--ulimit", "core=4096:4096", look=core)
    equal((ours, runcs), (["0", "0"], ["4096", "4096"]))


@test
def c5_20_shared_propagation():
    with scratch() as top:
        options = ("--mount", f"type=bind,source={top},target=/h,bind-propagation=rshared")
        with open("/proc/self/mountinfo") as f:
            mounts = [line.split() for line in f]
        if any(m[4] == "/" and any(x.startswith("shared:") for x in m) for m in mounts):
            refused("binds", *options)
            check(any(x.startswith("shared:") for x in seen(*options, runtime="runc", look=mount_flags("/h"))), "runc")
        else:
            # dockerd turns it down first; tests/integration/test_bypass.py asks the runtime itself.
            has(d.bulkhead(*options, "bb", "true", status=None).err, "not a shared mount")
        lacks(" ".join(seen("-v", f"{top}:/h", look=mount_flags("/h"))), "shared:")


@test
def c5_21_name_of_the_host():
    """Read, never set; or not at all, if the policy says so."""
    equal(seen("--uts=host", look=namespace("uts")), own("uts"))
    script = "hostname $(hostname)"
    has(d.bulkhead("--uts=host", "--cap-add=SYS_ADMIN", "bb", "sh", "-c", script, status=1).err, "not permitted")
    equal(d.runc("--uts=host", "--cap-add=SYS_ADMIN", "bb", "sh", "-c", script).out, "")
    r = d("run", "--rm", "--runtime=strict", "--uts=host", "bb", "true", status=None)
    has(r.err, "policy: namespaces: ")


@test
def c5_22_seccomp():
    ours, runcs = both("--security-opt", "seccomp=unconfined", look=lambda pid: proc_status(pid, "Seccomp"))
    equal((ours, runcs), ("2", "0"))


def command_of(pid):
    """"" for one that has ended, as the steps of a runtime's exec do."""
    try:
        return read(f"/proc/{pid}/cmdline")
    except OSError:
        return ""


def exec_privileged(runtime):
    """Capabilities that the process has and the container's first one has not, and its filter; None: it could not be made."""
    with d.container("bb", "sleep", "1000", runtime=runtime) as c:
        r = d("exec", "-d", "--privileged", c, "sleep", "2000", status=None)
        if r.status != 0:
            # Where the host's root itself has not all capabilities, runc cannot hand them on.
            has(r.err, "unable to apply caps")
            return None
        first = d.pid(c)

        def other():
            procs = cgroup_file(first, "pids", "cgroup.procs", "cgroup.procs").split()
            return next((p for p in procs if command_of(p).endswith("\x002000\0")), None)
        pid = wait_for(other, "the process of exec")
        return {s: v & ~capabilities(first)["Bnd"] for s, v in capabilities(pid).items()}, proc_status(pid, "Seccomp")


@test
def c5_23_exec_privileged():
    """No more than the container's first process: neither capabilities nor an absent filter."""
    beyond, filters = exec_privileged("bulkhead")
    equal((set(beyond.values()), filters), ({0}, "2"))
    runcs = exec_privileged("runc")
    check(runcs is None or runcs[0]["Eff"] & SYS_ADMIN, f"runc: {runcs}")


@test
def c5_25_cgroup_parent():
    """Wherever it is put, its own limits are its own; a policy can say where."""
    parent = f"/{d.parent}/elsewhere"
    with d.container(f"--cgroup-parent={parent}", "bb", "sleep", "1000") as c:
        pid = d.pid(c)
        has(read(f"/proc/{pid}/cgroup"), f"{parent}/")
        equal(cgroup_file(pid, "pids", "pids.max", "pids.max"), "2048")
    r = d("run", "--rm", "--runtime=fenced", f"--cgroup-parent={parent}", "bb", "true", status=None)
    has(r.err, "policy: cgroup-path: ")
    equal(d("run", "--rm", "--runtime=fenced", f"--cgroup-parent=/{d.parent}/allowed", "bb", "echo", "in").out, "in\n")


@test
def c5_26_new_privileges():
    ours, runcs = both("--security-opt", "no-new-privileges=false", look=lambda pid: proc_status(pid, "NoNewPrivs"))
    equal((ours, runcs), ("1", "0"))
    ids = [d("run", "--rm", "-u", "1000", f"--runtime={r}", "--entrypoint", "/suid/probe", "bb", "ids").out.split()[1]
           for r in ("bulkhead", "runc")]
    equal(ids, ["1000", "0"])


@test
def c5_29_pids():
    def limit(pid):
        return cgroup_file(pid, "pids", "pids.max", "pids.max")
    equal(both("--pids-limit=-1", look=limit), ("2048", "max"))


@test
def c5_31_user_namespace_of_the_host():
    def root(pid):
        return int(proc_status(pid, "Uid").split()[0])
    ours, runcs = both("--userns=host", look=root)
    check(ours >= 65536 and ours % 65536 == 0, f"uid {ours}")
    equal(runcs, 0)


@test
def c5_32_docker_socket():
    refused("binds", "-v", f"{d.socket}:/var/run/docker.sock")
    # By whatever name, and what it is in, where the policy knows of it.
    for source in (d.socket, d.top):
        r = d("run", "--rm", "--runtime=strict", "-v", f"{source}:/h", "bb", "true", status=None)
        has(r.err, "policy: binds: ", source)
    has(d.runc("-v", f"{d.socket}:/var/run/docker.sock", "bb", "ls", "/var/run/docker.sock").out, "docker.sock")


def inside(runtime, *options):
    """What the program says of itself: {key: value or list of values}."""
    found = {}
    for line in d("run", "--rm", f"--runtime={runtime}", *options, "bb", "inside").out.splitlines():
        key, _, value = line.replace(":\t", " ", 1).partition(" ")
        found.setdefault(key, []).append(value)
    return found


@test
def from_inside():
    """What amicontained and the like report, with the most careless options; it is what the policy promises."""
    careless = ("--cap-add=SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined")
    ours, runcs = inside("bulkhead", *careless), inside("runc", *careless)
    hosts = {own(n) for n in ("ipc", "mnt", "net", "pid", "user", "uts")}
    equal(set(ours["namespace"]) & hosts, set(), "namespaces of the host")
    equal(set(runcs["namespace"]) & hosts, {own("user")}, "with runc")
    for key in ("uid_map", "gid_map"):
        first, host, size = map(int, ours[key][0].split())
        check(first == 0 and host >= 65536 and size == 65536, f"{key}: {ours[key]}")
        equal(runcs[key][0].split()[1], "0")
    for key in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        equal(int(ours[key][0], 16) & ~CEILING, 0, key)
    equal((ours["NoNewPrivs"], ours["Seccomp"], runcs["NoNewPrivs"], runcs["Seccomp"]), (["1"], ["2"], ["0"], ["0"]))
    blocked = dict(line.split() for line in ours["call"])
    equal({n: a for n, a in blocked.items() if a not in ("EPERM", "ENOSYS")}, {}, "calls that are not blocked")
    free = [n for n, a in (line.split() for line in runcs["call"]) if a not in ("EPERM", "ENOSYS")]
    check(len(free) > 15, f"the filter is not what blocks them: only {free} are free under runc")


def runtime_with_policy(name, **policy):
    path = f"{d.top}/{name}.json"
    write(path, json.dumps({"version": 1, **policy}), 0o600)
    d.runtimes[name] = {"path": dockerd.BULKHEAD, "runtimeArgs": ["--policy", path]}


def start():
    runtime_with_policy("strict", rootfs={"readonly": True}, namespaces={"allowHostUts": False}, cpu={"ceilingPercent": 50},
                        binds={"sockets": {d.socket: "this daemon's"}})
    runtime_with_policy("fenced", cgroupPath={"prefixes": {f"/{d.parent}/allowed": "the only place"}})
    d.start()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as tree:
        os.chmod(tree, 0o755)
        images.busybox_tree(tree)
        shutil.copy(INSIDE, f"{tree}/bin/inside")
        d.import_tree(tree, "bb")


if __name__ == "__main__":
    dockerd.run_tests(d, start)
