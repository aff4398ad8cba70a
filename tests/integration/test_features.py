#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`features` and `--version` against what the runtime does: everything listed is taken, and what is not listed is not;
nothing is missing that runc lists; and what engines read out of both."""
import copy
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import CONFIG, bundle  # noqa: E402
from harness import BULKHEAD, TOP, check, equal, has, main, only_if, read, run, test  # noqa: E402

FEATURES = json.loads(run(BULKHEAD, "features").out)
LINUX = FEATURES["linux"]
# Members whose values say what this build is, not what it can do.
OWN = {"/ociVersionMax", "/annotations/org.opencontainers.runc.checkpoint.enabled"}
# features.md: other runtimes should not use the first; the second is runc's own name.
NOT_OURS = {"/annotations/org.opencontainers.runc.commit", "/annotations/org.opencontainers.runc.version"}


def off(b):
    """Every rule off: what is refused then means nothing, or the host cannot."""
    b.policy = json.loads(read(f"{TOP}/contrib/policy/off.json"))


def fresh(b):
    b.config = copy.deepcopy(CONFIG)
    b.args("true")
    return b.config


def accepted(b, **kw):
    """Whether create would take the config, by explain."""
    b.save()
    r = b("explain", "--bundle", f"{b.top}/bundle", "--format", "json", status=None)
    return r.status == 0, r.err or json.loads(r.out).get("refusal")


@test
def versions():
    """The lowest and the highest are taken, and what lies beyond is not."""
    with bundle() as b:
        off(b)
        for version, right in ((FEATURES["ociVersionMin"], True), (FEATURES["ociVersionMax"], True), ("0.9.0", False),
                               ("2.0.0", False)):
            fresh(b)["ociVersion"] = version
            equal(accepted(b)[0], right, version)


def mount_for(b, option):
    """A mount that the option is about."""
    mount = {"destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": [option]}
    if option in ("bind", "rbind", "copy-symlink", "src-nofollow", "dest-nofollow"):
        mount.update(type="bind", source=f"{b.top}/source", options=["rbind", option])
    if option in ("idmap", "ridmap"):
        ids = [{"containerID": 0, "hostID": 1000000, "size": 65536}]
        mount.update(type="bind", source=f"{b.top}/source", options=["rbind", option], uidMappings=ids, gidMappings=ids)
    if option == "remount":
        mount.update(destination="/dev/shm", options=["remount", "ro"])
    if option == "tmpcopyup":
        mount.update(destination="/etc")
    return mount


@test(limit=300)
def mount_options():
    """Each one in a container that runs."""
    with bundle() as b:
        off(b)
        os.mkdir(f"{b.top}/source")
        os.mkdir(f"{b.rootfs}/mnt")
        wrong = []
        for option in FEATURES["mountOptions"]:
            fresh(b)["mounts"].append(mount_for(b, option))
            b.save()
            r = b("run", "-b", f"{b.top}/bundle", "c1", status=None)
            if (r.status, r.all) != (0, ""):
                wrong.append(f"{option}: {r}")
            b.nothing_left("c1")
        equal(len(wrong), 0, "\n".join(wrong) + "\nmistakes")
        for option in ("nosuch", "noshared", "rro2", "RO", "ro ", "norbind", "rasync"):
            fresh(b)["mounts"].append({"destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": [option]})
            b.save()
            r = b("run", "-b", f"{b.top}/bundle", "c1", status=1)
            b.nothing_left("c1")
            has(r.err, f"/mounts/{len(CONFIG['mounts'])}")


@test(limit=120)
def capabilities():
    """Each one is the process's, when it is asked for; a name that is not listed grants nothing."""
    last = int(read("/proc/sys/kernel/cap_last_cap"))
    check(len(LINUX["capabilities"]) > last, f"{len(LINUX['capabilities'])} capabilities, the kernel has {last + 1}")
    ours = int(re.search(r"CapBnd:\s*(\w+)", read("/proc/self/status"))[1], 16)
    numbers = {m[1]: int(m[2]) for m in re.finditer(r"#define\s+(CAP_\w+)\s+(\d+)", read("/usr/include/linux/capability.h"))}
    equal(LINUX["capabilities"], [name for name, n in sorted(numbers.items(), key=lambda x: x[1]) if n < 64], "names")
    with bundle() as b:
        off(b)
        for name in LINUX["capabilities"][:last + 1] + ["CAP_NOTHING"]:
            sets = ("bounding", "effective", "permitted", "inheritable", "ambient")
            fresh(b)["process"]["capabilities"] = {s: [name] for s in sets}
            b.save()
            b.args("grep", "Cap", "/proc/self/status").save()
            if name in numbers and not ours >> numbers[name] & 1:
                has(b("run", "-b", f"{b.top}/bundle", "c1", status=1).err, "unable to apply caps")
                continue
            r = b("run", "-b", f"{b.top}/bundle", "c1")
            want = 1 << numbers[name] if name in numbers else 0
            equal({int(line.split()[1], 16) for line in r.out.splitlines()}, {want}, name)


@test(limit=120)
def namespaces_and_hooks():
    with bundle() as b:
        off(b)
        config = fresh(b)
        config["linux"]["namespaces"] = [{"type": t} for t in LINUX["namespaces"]]
        ids = [{"containerID": 0, "hostID": 1000000, "size": 65536}]
        config["linux"].update(uidMappings=ids, gidMappings=ids)
        config["hooks"] = {name: [{"path": "/bin/sh", "args": ["sh", "-c", f"echo {name} >> {b.top}/hooks.log"]}]
                           for name in FEATURES["hooks"] if name != "startContainer"}
        config["hooks"]["startContainer"] = [{"path": "/bin/sh", "args": ["sh", "-c", "echo startContainer"]}]
        b.args("sh", "-c", "for n in /proc/self/ns/*; do readlink $n; done").save()
        r = b("run", "-b", f"{b.top}/bundle", "c1")
        kinds = {"network": "net", "mount": "mnt"}
        for t in LINUX["namespaces"]:
            name = kinds.get(t, t)
            check(os.readlink(f"/proc/self/ns/{name}") not in r.out and f"{name}:[" in r.out, f"{t}: {r.out}")
        seen = read(f"{b.top}/hooks.log").split() + ["startContainer"]
        equal(sorted(seen), sorted(FEATURES["hooks"]))
        config["linux"]["namespaces"].append({"type": "nothing"})
        equal(accepted(b)[0], False, "an unknown namespace")


@test(limit=120)
def seccomp():
    known = LINUX["seccomp"]
    libseccomp = ["SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE",
                  "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY"]
    equal(sorted(libseccomp), known["actions"])
    with bundle() as b:
        off(b)

        def takes(rule=None, **profile):
            call = {"names": ["sethostname"], "action": "SCMP_ACT_ERRNO", **(rule or {})}
            fresh(b)["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [call], **profile}
            ok, why = accepted(b)
            # A filter of libseccomp's, too, has one byte order.
            return ok or "another byte order than this machine" in str(why)
        for action in known["actions"]:
            more = {"listenerPath": f"{b.top}/agent"} if action == "SCMP_ACT_NOTIFY" else {}
            equal(takes({"action": action}, **more), True, action)
        for operator in known["operators"]:
            equal(takes({"args": [{"index": 0, "value": 1, "op": operator}]}), True, operator)
        for arch in known["archs"]:
            equal(takes(architectures=[arch]), True, arch)
        for flag in known["knownFlags"]:
            more = {"listenerPath": f"{b.top}/agent"} if "WAIT_KILLABLE" in flag else {}
            # Where the kernel lacks it the host says so; it is a known word all the same.
            rule = {"action": "SCMP_ACT_NOTIFY"} if more else None
            equal(takes(rule, flags=[flag], **more) or flag not in known["supportedFlags"], True, flag)
        for bad in ({"rule": {"action": "SCMP_ACT_NOTHING"}}, {"rule": {"args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NOT"}]}},
                    {"architectures": ["SCMP_ARCH_VAX"]}, {"flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]}):
            equal(takes(**bad), False, str(bad))


@test
def memory_policies():
    with bundle() as b:
        off(b)
        for mode in LINUX["memoryPolicy"]["modes"]:
            nodes = {} if mode in ("MPOL_DEFAULT", "MPOL_LOCAL") else {"nodes": "0"}
            fresh(b)["linux"]["memoryPolicy"] = {"mode": mode, **nodes}
            ok, why = accepted(b)
            check(ok or "kernel" in str(why), f"{mode}: {why}")
        for flag in LINUX["memoryPolicy"]["flags"]:
            fresh(b)["linux"]["memoryPolicy"] = {"mode": "MPOL_BIND", "nodes": "0", "flags": [flag]}
            ok, why = accepted(b)
            check(ok, f"{flag}: {why}")
        fresh(b)["linux"]["memoryPolicy"] = {"mode": "MPOL_NEVER", "nodes": "0"}
        equal(accepted(b)[0], False)


def missing(theirs, ours, path=""):
    """What theirs has and ours has not, by path."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            if key in ours:
                yield from missing(value, ours[key], f"{path}/{key}")
            elif f"{path}/{key}" not in NOT_OURS:
                yield f"{path}/{key}"
    elif isinstance(theirs, list):
        yield from (f"{path}: {x}" for x in theirs if x not in ours)
    elif theirs != ours and path not in OWN:
        yield f"{path}: {theirs} there, {ours} here"


@only_if(shutil.which("runc"))
def as_much_as_runc():
    equal(list(missing(json.loads(run("runc", "features").out), FEATURES)), [])


@test
def what_engines_read():
    """containerd: rro and idmapped mounts; CRI-O: nothing but JSON, both versions; dockerd, go-runc, podman: --version."""
    for argv in (["features"], ["--version"], ["-v"], ["-version"]):
        r = run(BULKHEAD, *argv, env={}, cwd="/")
        equal(r.err, "", "stderr")
        check(r.out.endswith("\n"), r.out)
    check("rro" in FEATURES["mountOptions"] and "user" in LINUX["namespaces"] and LINUX["mountExtensions"]["idmap"]["enabled"], FEATURES)
    check(re.fullmatch(r"\d+\.\d+\.\d+", FEATURES["ociVersionMin"]) and re.match(r"\d+\.\d+\.\d+", FEATURES["ociVersionMax"]), FEATURES)
    lines = run(BULKHEAD, "--version").out.splitlines()
    # dockerd: the first line that has "version" is split there; a line that begins so has the commit.
    name, version = re.split("version", next(x for x in lines if "version" in x), maxsplit=1)
    equal(name.strip(), "bulkhead")
    check(re.fullmatch(r"\d+\.\d+\.\d+\S*", version.strip()), version)
    commits = [x.removeprefix("commit:").strip() for x in lines if x.startswith("commit:")]
    check(len(commits) == 1 and commits[0], lines)
    # go-runc: the version only of what is called runc; the other two of everybody.
    parsed = {key: x[len(key):] for x in lines for key in ("runc version ", "commit: ", "spec: ") if x.startswith(key)}
    equal(sorted(parsed), ["commit: ", "spec: "])
    equal(parsed["spec: "], FEATURES["ociVersionMax"])
    # CRI-O makes one line of them.
    check(all(x and ", " not in x for x in lines), lines)
    has("\n".join(lines), FEATURES["annotations"]["io.github.seccomp.libseccomp.version"])


if __name__ == "__main__":
    main()
