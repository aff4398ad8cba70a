#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""
Bad input for every property of config.json: the wrong type for each member that the field tables know, and for each a
value that is out of range, contradictory or more than a host can do. One error, which begins with the JSON pointer,
and nothing is left behind. All rules are off: what is refused here is refused by the specification or the host.

A member that comes to the tables needs a row in BAD, or an entry in ANY with the reason why every value is right.
"""
import copy
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import CONFIG, bundle  # noqa: E402
from harness import PROBE, TOP, check, equal, main, read, test  # noqa: E402

FIELDS = [line.split() for line in subprocess.run(
    [os.path.join(os.path.dirname(PROBE), "spec_fields")], capture_output=True, text=True, check=True).stdout.splitlines()]
WRONG = {"bool": "x", "u16": "x", "u32": "x", "u64": "x", "i32": "x", "i64": "x", "string": 7, "object": 7,
         "strings": 7, "numbers": 7, "objects": 7, "map": 7, "object-map": 7}
INSIDE = {"strings": [7], "numbers": ["x"], "objects": [7], "map": {"k": 7}, "object-map": {"k": 7}}
TOO_MUCH = {"u16": 1 << 16, "u32": 1 << 32, "u64": 1 << 64, "i32": 1 << 31, "i64": 1 << 63}
TOO_LITTLE = {"u16": -1, "u32": -1, "u64": -1, "i32": -(1 << 31) - 1, "i64": -(1 << 63) - 1}


def put(document, pointer, value):
    """Sets the member, and makes what is above it: "0" is the only element of an array, "k" a free key."""
    names = pointer.split("/")[1:]
    for name, following in zip(names, names[1:] + [None]):
        new = value if following is None else [] if following == "0" else {}
        if name == "0":
            del document[:]
            document.append(new)
            document = document[0]
        elif following is None or not isinstance(document.get(name), type(new)):
            document[name] = new
            document = document[name]
        else:
            document = document[name]


def explain(b, config):
    b.config = config
    b.save()
    return b("explain", "--bundle", f"{b.top}/bundle", "--format", "json", status=1)


def off():
    policy = json.loads(read(f"{TOP}/contrib/policy/off.json"))
    return policy


@test(limit=300)
def wrong_types():
    """Of each member, and of what is in it; and a number beyond what its type holds."""
    with bundle() as b:
        b.policy = off()
        n = 0
        for pointer, kind in FIELDS:
            cases = [(WRONG[kind], pointer)]
            if kind in INSIDE:
                cases.append((INSIDE[kind], pointer + ("/k" if kind in ("map", "object-map") else "/0")))
            cases += [(table[kind], pointer) for table in (TOO_MUCH, TOO_LITTLE) if kind in table]
            for value, where in cases:
                config = copy.deepcopy(CONFIG)
                put(config, pointer, value)
                r = explain(b, config)
                lines = r.err.strip().splitlines()
                equal(len(lines), 1, f"lines for {pointer} {value!r}: {r}")
                check(f'msg="{where}: ' in lines[0], f"{pointer} {value!r}: {lines[0]}")
                n += 1
        check(n > 2 * len(FIELDS), f"only {n} cases")


def mount(**kw):
    return CONFIG["mounts"] + [{"destination": "/x", "type": "tmpfs", "source": "tmpfs", **kw}]


LAST = len(CONFIG["mounts"])
HUGE_LIST = {"cpus": "0-99999", "mems": "99999"}

# Pointer: (value, pointer in the error unless it is the same). A value that begins with "+" adds to the default config.
BAD = {
    "/ociVersion": ["2.0.0"],
    "/process/args": [[]],
    "/process/cwd": ["relative"],
    "/process/env": [(["NOVALUE"], "/process/env/0")],
    "/process/user/uid": [4294967295],
    "/process/user/gid": [4294967295],
    "/process/user/umask": [0o1000],
    "/process/user/additionalGids": [([4294967295], "/process/user/additionalGids/0")],
    "/process/rlimits": [([{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}] * 2, "/process/rlimits/1")],
    "/process/rlimits/0/type": ["RLIMIT_NOTHING", "nofile"],
    "/process/oomScoreAdj": [1001, -1001],
    "/process/scheduler/policy": ["SCHED_FAST", "SCHED_ISO"],
    "/process/scheduler/flags": [(["SCHED_FLAG_FAST"], "/process/scheduler/flags/0")],
    "/process/ioPriority/class": ["IOPRIO_CLASS_FAST"],
    "/process/execCPUAffinity/initial": ["x", "3-1", "0-99999"],
    "/process/execCPUAffinity/final": ["x", "3-1", "0-99999"],
    "/root/path": [("", "/root")],
    "/hostname": ["x" * 65],
    "/domainname": ["x" * 65],
    "/linux/sysctl": [({"kernel.panic": "1"}, "/linux/sysctl")],
    "/linux/resources/memory/limit": [-2],
    "/linux/resources/memory/swap": [-2],
    "/linux/resources/memory/reservation": [-2],
    "/linux/resources/memory/kernel": [-2],
    "/linux/resources/memory/kernelTCP": [-2],
    "/linux/resources/memory/swappiness": [101],
    "/linux/resources/devices/0/type": ["x"],
    "/linux/resources/devices/0/access": ["x"],
    "/linux/resources/hugepageLimits/0/pageSize": ["2M"],
    "/linux/namespaces/0/type": ["nothing"],
    "/linux/devices/0/type": ["x"],
    "/linux/devices/0/fileMode": [1 << 17],
    "/linux/netDevices/k/name": ["a/b", "lo", "sixteen-letters-"],
    "/linux/seccomp/defaultAction": ["SCMP_ACT_NOTHING"],
    "/linux/seccomp/architectures": [(["SCMP_ARCH_Z80"], "/linux/seccomp/architectures/0")],
    "/linux/seccomp/flags": [(["SECCOMP_FILTER_FLAG_NOTHING"], "/linux/seccomp/flags/0")],
    "/linux/seccomp/syscalls/0/action": ["SCMP_ACT_NOTHING"],
    "/linux/seccomp/syscalls/0/names": [[]],
    "/linux/seccomp/syscalls/0/args/0/op": ["SCMP_CMP_NOTHING"],
    "/linux/rootfsPropagation": ["sideways"],
    "/linux/intelRdt/closID": ["a/b", "info"],
    "/linux/intelRdt/schemata": [(["x"], "/linux/intelRdt/schemata/0"), (["L3:0=f\nMB:0=1"], "/linux/intelRdt/schemata/0")],
    "/linux/intelRdt/l3CacheSchema": ["L3:0=f\nMB:0=1", "x"],
    "/linux/intelRdt/memBwSchema": ["L3:0=f", "MB:0=1\n"],
    "/linux/memoryPolicy/mode": ["MPOL_NOTHING"],
    "/linux/memoryPolicy/flags": [(["MPOL_F_NOTHING"], "/linux/memoryPolicy/flags/0")],
    "/linux/personality/domain": ["LINUX64"],
    "/linux/timeOffsets/k/secs": [(0, "/linux/timeOffsets")],
}

# What an object needs besides, for a document that is right in all but one member.
BESIDE = {
    "/process/rlimits/0": {"soft": 0, "hard": 0},
    "/process/scheduler": {"policy": "SCHED_OTHER"},
    "/linux/resources/devices/0": {"allow": False},
    "/linux/resources/hugepageLimits/0": {"limit": 0},
    "/linux/devices/0": {"path": "/dev/x", "type": "c", "major": 1, "minor": 3},
    "/linux/seccomp": {"defaultAction": "SCMP_ACT_ALLOW"},
    "/linux/seccomp/syscalls/0": {"names": ["getpid"], "action": "SCMP_ACT_ERRNO"},
    "/linux/seccomp/syscalls/0/args/0": {"index": 0, "value": 0, "op": "SCMP_CMP_EQ"},
    "/linux/memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0"},
    "/linux/personality": {"domain": "LINUX"},
}

# Contradictions that take more than one member: (what is set, pointer in the error).
TOGETHER = [
    ({"/process/rlimits": [{"type": "RLIMIT_CORE", "soft": 2, "hard": 1}]}, "/process/rlimits/0/soft"),
    ({"/process/scheduler": {"policy": "SCHED_OTHER", "nice": 20}}, "/process/scheduler/nice"),
    ({"/process/scheduler": {"policy": "SCHED_FIFO"}}, "/process/scheduler/priority"),
    ({"/process/scheduler": {"policy": "SCHED_FIFO", "priority": 100}}, "/process/scheduler/priority"),
    ({"/process/scheduler": {"policy": "SCHED_OTHER", "priority": 1}}, "/process/scheduler/priority"),
    ({"/process/scheduler": {"policy": "SCHED_OTHER", "runtime": 1}}, "/process/scheduler"),
    ({"/process/scheduler": {"policy": "SCHED_OTHER", "deadline": 1}}, "/process/scheduler"),
    ({"/process/scheduler": {"policy": "SCHED_OTHER", "period": 1}}, "/process/scheduler"),
    ({"/process/scheduler": {"policy": "SCHED_DEADLINE", "runtime": 2, "deadline": 1, "period": 3}}, "/process/scheduler"),
    ({"/process/ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 8}}, "/process/ioPriority/priority"),
    ({"/process/terminal": True, "/process/consoleSize": {"height": 65536, "width": 1}}, "/process/consoleSize"),
    ({"/process/terminal": True, "/process/consoleSize": {"height": 1, "width": 65536}}, "/process/consoleSize"),
    ({"/linux/namespaces": [{"type": "mount"}, {"type": "mount"}]}, "/linux/namespaces/1"),
    ({"/linux/namespaces": [{"type": "mount"}, {"type": "pid"}]}, "/hostname"),
    ({"/linux/devices": [{"path": "/dev/x", "type": "c", "minor": 1}]}, "/linux/devices/0/major"),
    ({"/linux/devices": [{"path": "/dev/x", "type": "c", "major": 1}]}, "/linux/devices/0/minor"),
    ({"/linux/timeOffsets": {"boottime": {"secs": 1}}}, "/linux/timeOffsets"),
    ({"/linux/namespaces": CONFIG["linux"]["namespaces"] + [{"type": "time"}],
      "/linux/timeOffsets": {"boottime": {"nanosecs": 1000000000}}}, "/linux/timeOffsets/boottime/nanosecs"),
    ({"/linux/seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x"}}, "/linux/seccomp/listenerMetadata"),
    ({"/linux/personality": {"domain": "LINUX32", "flags": ["ADDR_NO_RANDOMIZE"]}}, "/linux/personality/flags"),
    ({"/linux/personality": {}}, "/linux/personality/domain"),
    ({"/linux/memoryPolicy": {}}, "/linux/memoryPolicy/mode"),
    ({"/linux/memoryPolicy": {"mode": "MPOL_BIND"}}, "/linux/memoryPolicy/nodes"),
    ({"/linux/memoryPolicy": {"mode": "MPOL_BIND", "nodes": "1023"}}, "/linux/memoryPolicy/nodes"),
    ({"/linux/memoryPolicy": {"mode": "MPOL_BIND", "nodes": "x"}}, "/linux/memoryPolicy/nodes"),
    ({"/linux/netDevices": {"a": {"name": "x"}, "b": {"name": "x"}}}, "/linux/netDevices/b/name"),
    ({"/linux/netDevices": {"lo": {}}}, "/linux/netDevices/lo"),
    ({"/linux/resources/rdma": {"mlx5_0": {}}}, "/linux/resources/rdma"),
    ({"/linux/resources/blockIO/weightDevice": [{"major": 8, "minor": 0}]}, "/linux/resources/blockIO/weightDevice/0"),
    ({"/mounts": mount(destination="")}, f"/mounts/{LAST}/destination"),
]

# Members of which every value of their type means something, or which the kernel alone can judge.
ANY = {
    "both values are right": "terminal noNewPrivileges readonly allow disableOOMKiller useHierarchy checkBeforeUpdate enableCMT "
                             "enableMBM enableMonitoring",
    "objects, judged by what is in them": "process consoleSize user capabilities scheduler ioPriority execCPUAffinity root "
                                          "mounts uidMappings gidMappings hooks prestart createRuntime createContainer "
                                          "startContainer poststart poststop linux resources memory cpu pids blockIO "
                                          "weightDevice throttleReadBpsDevice throttleWriteBpsDevice throttleReadIOPSDevice "
                                          "throttleWriteIOPSDevice hugepageLimits network priorities rdma namespaces devices "
                                          "netDevices seccomp syscalls args intelRdt memoryPolicy personality timeOffsets",
    "contradicts others only: TOGETHER has it": "height width hard soft nice priority runtime deadline period nodes flags "
                                                "major minor nanosecs listenerMetadata destination",
    "not of Linux": "username commandLine",
    "unknown names grant nothing: config.md": "bounding effective inheritable permitted ambient",
    "texts of somebody else": "annotations",
    "judged by the host when the container is made": "apparmorProfile selinuxLabel mountLabel listenerPath options source type "
                                                     "maskedPaths readonlyPaths path env timeout",
    "numbers of the kernel, which judges them by its hierarchy and devices": "shares quota burst realtimeRuntime "
                                                                            "realtimePeriod cpus mems idle limit weight "
                                                                            "leafWeight rate classID name hcaHandles "
                                                                            "hcaObjects unified cgroupsPath",
    "ids, judged as a map": "containerID hostID size uid gid",
    "numbers of system calls and their arguments": "defaultErrnoRet errnoRet index value valueTwo",
}


def complete(document, pointer):
    """Adds what the objects above the member need besides."""
    names, here = pointer.split("/")[1:], document
    for i, name in enumerate(names[:-1], 1):
        here = here[0] if name == "0" else here[name]
        for member, value in BESIDE.get("/" + "/".join(names[:i]), {}).items():
            here.setdefault(member, value)


def refused(b, settings, where):
    """By explain and by run, in the same words."""
    config = copy.deepcopy(CONFIG)
    for pointer, value in settings.items():
        put(config, pointer, value)
        complete(config, pointer)
    r = explain(b, config)
    if r.out:
        shown = json.loads(r.out)
        check(not shown["accepted"], f"{settings}: accepted")
        text = shown["refusal"]
    else:
        text = r.err.split('msg="', 1)[1].rstrip('"\n')
    check(text.startswith(where + ": ") or text.startswith(where + "/"), f"{settings}: {text!r} does not begin with {where}")
    b.refused(where)
    equal(os.listdir(b.root) if os.path.isdir(b.root) else [], [], "states left")


@test(limit=600)
def wrong_values():
    with bundle() as b:
        b.policy = off()
        for pointer, values in BAD.items():
            for value in values:
                value, where = value if isinstance(value, tuple) else (value, pointer)
                refused(b, {pointer: value}, where)


@test(limit=300)
def contradictions():
    with bundle() as b:
        b.policy = off()
        for settings, where in TOGETHER:
            refused(b, settings, where)


@test
def the_document_by_itself_is_right():
    """And with what is added to it: it is the one value that each row is refused for."""
    with bundle() as b:
        b.policy = off()
        for settings in ({}, {"/process/rlimits/0/type": "RLIMIT_CORE"}, {"/process/scheduler/nice": 1},
                         {"/linux/seccomp/syscalls/0/args/0/valueTwo": 1}, {"/linux/personality/domain": "LINUX32"},
                         {"/linux/resources/devices/0/type": "c"}, {"/linux/devices/0/fileMode": 0o600}):
            b.config = copy.deepcopy(CONFIG)
            for pointer, value in settings.items():
                put(b.config, pointer, value)
                complete(b.config, pointer)
            b.save()
            b("explain", "--bundle", f"{b.top}/bundle")


@test
def every_member_has_a_row():
    any_value = {name for names in ANY.values() for name in names.split()}
    missing = [p for p, _ in FIELDS if p not in BAD and p.rsplit("/", 1)[1] not in any_value]
    equal(missing, [], "members without bad input")
    known = {p for p, _ in FIELDS}
    equal([p for p in BAD if p not in known], [], "rows for members that there are not")


if __name__ == "__main__":
    main()
