#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies on real containers: files that are not taken, levels, exceptions, everything off."""
import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, TOP, check, equal, has, id_ranges, lacks, main, read, run, scratch, test,  # noqa: E402
                     write)

F_GET_SEALS = 1034  # <linux/fcntl.h>
CONTRIB = os.path.join(TOP, "contrib/policy")
RULES = ("privileged userns namespaces capabilities noNewPrivileges seccomp paths rootfs mounts binds devices "
         "netDevices intelRdt pids memory cpu cgroupPath sysctl rlimits scheduling hooks apparmor selinux landlock restart exec annotations").split()
STATUS = ("sh", "-c", "cat /proc/self/status; cat /proc/self/uid_map; cat /sys/fs/cgroup/pids/pids.max; ulimit -c")


def policy(b, mode=0o644, **sections):
    """A policy file of the bundle's own."""
    path = f"{b.top}/policy.json"
    write(path, json.dumps(sections), mode)
    return path


def under(b, file, *argv, status=0, options=(), **kw):
    """A foreground run under a policy file; nothing may be left afterwards."""
    if argv:
        b.args(*argv)
    b.save()
    cid = b.new_id()
    r = b("--policy", file, *options, "run", "--bundle", f"{b.top}/bundle", cid, status=status, **kw)
    b.nothing_left(cid)
    return r


def refused(b, file, *words, **kw):
    """The policy is not taken: exit status 1, one line, no container and no trace of one."""
    r = under(b, file, "echo", "started", status=1, **kw)
    for w in words:
        has(r.err, w)
    for w in ("permission denied", "no such file", "not a directory"):
        lacks(r.err.lower(), w)
    equal(len(r.err.strip().splitlines()), 1, f"lines of {r.err!r}")
    equal(r.out, "")
    check(not os.path.exists(b.root) or not os.listdir(b.root), "something is left in the state root")


def fields(text):
    return dict((line.split(":", 1)[0], line.split(":", 1)[1].split()) for line in text.splitlines() if ":" in line)


# --- files that are not taken

@test
def contents():
    with bundle() as b:
        refused(b, policy(b, pids={"default": 3}), "policy: file: ", "policy.json: /pids/default: unknown member")
        refused(b, policy(b, capabilities={"ceiling": {"CAP_X": "y"}}), "/capabilities/ceiling/CAP_X: the key must be")
        refused(b, policy(b, pids={"ceiling": 5}), "/pids/defaultLimit: is above the ceiling")
        path = f"{b.top}/policy.json"
        write(path, "")
        refused(b, path, "policy: file: ", "premature EOF")
        write(path, "{}x")
        refused(b, path, "policy: file: ")
        with open(path, "wb") as f:
            f.write(b"{}" + b" " * (32 << 20))
        refused(b, path, "larger than")
        refused(b, f"{b.top}/missing.json", f"policy: file: {b.top}/missing.json: does not exist")
        refused(b, b.top, "is not a regular file")
        refused(b, f"{path}/x", "leads through a file")
        refused(b, "/dev/null", "is not a regular file")
        os.unlink(path)
        os.mkfifo(path, 0o644)
        refused(b, path, "is not a regular file")


@test
def owners_and_modes():
    with bundle() as b:
        path = policy(b, pids={"defaultLimit": 77})
        for mode in (0o666, 0o664, 0o602):
            os.chmod(path, mode)
            refused(b, path, "it can be written by others")
        os.chmod(path, 0o600)
        under(b, path, "true")
        os.chown(path, 1000, 0)
        refused(b, path, "it belongs to uid 1000, not to root")
        # Read only, which says nothing: it is the owner's to change.
        os.chmod(path, 0o444)
        refused(b, path, "it belongs to uid 1000, not to root")


@test
def directories_on_the_way():
    with bundle() as b:
        d = f"{b.top}/a/b"
        os.makedirs(d)
        path = f"{d}/policy.json"
        write(path, "{}", 0o644)
        under(b, path, "true")
        os.chmod(f"{b.top}/a", 0o777)
        refused(b, path, "a can be written by others (mode 0777)")
        os.chmod(f"{b.top}/a", 0o775)
        refused(b, path, "a can be written by others (mode 0775)")
        os.chmod(f"{b.top}/a", 0o1777)
        under(b, path, "true")
        os.chown(d, 1000, 0)
        refused(b, path, "b belongs to uid 1000")
        os.chown(d, 0, 0)
        # ".." is judged like any other directory.
        os.makedirs(f"{d}/c")
        under(b, f"{d}/c/../policy.json", "true")
        os.chmod(f"{d}/c", 0o777)
        refused(b, f"{d}/c/../policy.json", "c can be written by others")


@test
def links_on_the_way():
    with bundle() as b:
        path = policy(b, pids={"defaultLimit": 77})
        link = f"{b.top}/link"
        os.symlink("policy.json", link)
        has(under(b, link, "cat", "/sys/fs/cgroup/pids/pids.max").out, "77")
        os.chown(link, 1000, 0, follow_symlinks=False)
        refused(b, link, "link belongs to uid 1000")
        os.unlink(link)
        os.makedirs(f"{b.top}/dir")
        os.symlink(f"../{os.path.basename(path)}", f"{b.top}/dir/up")
        os.symlink(f"{b.top}/dir", f"{b.top}/way")
        has(under(b, f"{b.top}/way/up", "cat", "/sys/fs/cgroup/pids/pids.max").out, "77")
        os.symlink("loop", f"{b.top}/loop")
        refused(b, f"{b.top}/loop", "is too long a way")
        os.symlink("nothing", f"{b.top}/dangling")
        refused(b, f"{b.top}/dangling", "does not exist")


@test
def owners_for_other_users():
    """Who is not root may use files of root's and of their own; in a user namespace root's show as nobody's."""
    with bundle() as b, scratch() as public:
        program = shutil.copy(BULKHEAD, f"{public}/bulkhead")  # the build may lie where only root can look
        path = policy(b, pids={"defaultLimit": 77})
        as_app = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups")
        inside = (*as_app, "unshare", "--user", "--map-root-user")
        for who in (as_app, inside):
            has(run(*who, program, "--policy", path, "policy", "show").out, '"defaultLimit": 77')
        os.chown(path, 1000, 1000)
        for who in (as_app, inside):
            has(run(*who, program, "--policy", path, "policy", "show").out, '"defaultLimit": 77')
        os.chown(path, 1001, 1001)
        has(run(*as_app, program, "--policy", path, "policy", "show", status=1).err, "it belongs to uid 1001")
        os.chown(path, 0, 0)
        os.chmod(path, 0o600)
        for who in (as_app, inside):
            has(run(*who, program, "--policy", path, "policy", "show", status=1).err, "cannot be read by this user")


@test
def a_broken_policy_stops_nothing_that_runs():
    with bundle() as b, b.started("sleep", "1000") as cid:
        bad = policy(b, pids={"default": 3})
        equal(json.loads(b("--policy", bad, "state", cid).out)["status"], "running")
        has(b("--policy", bad, "list").out, cid)
        r = b("--policy", bad, "exec", cid, "true", status=None)
        check(r.status != 0, "exec under a broken policy")
        has(r.err, "/pids/default: unknown member")
        r = b("--policy", bad, "create", "--bundle", f"{b.top}/bundle", "other", status=1)
        has(r.err, "/pids/default: unknown member")
        b.nothing_left("other")
        r = b("--policy", bad, "explain", "--bundle", f"{b.top}/bundle", status=1)
        has(r.err, "/pids/default: unknown member")
        b("--policy", bad, "kill", cid, "KILL")
        b("--policy", bad, "delete", "--force", cid)
        b.nothing_left(cid)


@test
def a_path_relative_to_the_caller():
    with bundle() as b:
        policy(b, pids={"defaultLimit": 77})
        b.args("cat", "/sys/fs/cgroup/pids/pids.max").save()
        r = b("--policy", "policy.json", "run", "--bundle", "bundle", b.new_id(), cwd=b.top)
        equal(r.out, "77\n")
        r = b("--policy", "", "run", "--bundle", "bundle", "x", cwd=b.top, status=1)
        has(r.err, "Option --policy argument should not be empty")


# --- levels

LEVELS = [
    # Rule, what is asked, command, output with enforce (or the refusal), output with audit and off.
    ("pids", {}, "cat /sys/fs/cgroup/pids/pids.max", "2048", "max"),
    ("noNewPrivileges", {}, "grep NoNewPrivs /proc/self/status | cut -f2", "1", "0"),
    ("capabilities", {}, "grep CapBnd /proc/self/status | cut -f2", "00000000800405fb", "00000000a80425fb"),
    ("seccomp", {}, "grep Seccomp: /proc/self/status | cut -f2", "2", "0"),
    ("rlimits", {}, "ulimit -c", "0", None),
    ("rootfs", {}, "grep -c ' / / .*nosuid.*nodev' /proc/self/mountinfo", None, None),
    ("userns", {}, "cut -c1-11,22- /proc/self/uid_map | grep -c 4294967295", "0", "1"),
    ("sysctl", {"linux": {"sysctl": {"kernel.shmmax": "65536", "kernel.hostname": "x"}}}, "cat /proc/sys/kernel/shmmax",
     "policy: sysctl: kernel.hostname", None),
    ("namespaces", {"without": "uts"}, "true", "", ""),
    ("namespaces", {"without": "ipc"}, "true", "policy: namespaces: the host's ipc namespace", ""),
    ("binds", {"bind": "/etc"}, "touch /mnt/bulkhead-test 2>/dev/null || echo no", "no", None),
]


def asked(b, change):
    """One change of the configuration, in words."""
    if "without" in change:
        spaces = b.config["linux"]["namespaces"]
        b.config["linux"]["namespaces"] = [n for n in spaces if n["type"] != change["without"]]
    if "linux" in change:
        b.config["linux"].update(change["linux"])
    if "bind" in change:
        os.mkdir(f"{b.rootfs}/mnt")
        b.config["mounts"].append({"destination": "/mnt", "source": change["bind"], "type": "bind", "options": ["rbind"]})


@test
def each_level_of_some_rules():
    for rule, change, command, enforced, plain in LEVELS:
        for level in ("enforce", "audit", "off"):
            want = enforced if level == "enforce" else plain
            if want is None:
                continue
            with bundle() as b:
                asked(b, change)
                file = policy(b, **{rule: {"level": level}})
                if want.startswith("policy: "):
                    has(under(b, file, "true", status=1).err, want, f"{rule} {level}")
                else:
                    r = under(b, file, "sh", "-c", command, status=None)
                    equal(r.out.strip(), want, f"{rule} {level}: {r.err}")


@test
def audit_writes_down_what_enforce_would_do():
    with bundle() as b:
        for level, words in (("audit", "audit only: "), ("enforce", "")):
            file = policy(b, **{r: {"level": level} for r in RULES})
            b.args("sleep", "1000").save()
            cid = b.new_id()
            # Nothing of create must hang on our pipes.
            run("sh", "-c", '"$@" >/dev/null 2>&1 </dev/null', "sh", BULKHEAD, "--root", b.root, "--policy", file, "create",
                "--bundle", f"{b.top}/bundle", cid)
            try:
                kept = json.loads(read(f"{b.root}/{cid}/hardening.json"))
            finally:
                b("delete", "--force", cid)
            whys = {d["rule"]: d["why"] for d in kept["decisions"] if d["rule"] in ("pids", "capabilities", "memory")}
            check(set(whys) == {"pids", "capabilities", "memory"}, whys)
            if level == "audit":
                equal({d["kind"] for d in kept["decisions"]}, {"note"}, "kinds of decisions")
                has(next(d["why"] for d in kept["decisions"] if d["rule"] == "pids"), words)
                check(not any(v for k, v in kept["measures"].items()), f"measures under audit: {kept['measures']}")
            else:
                check("change" in {d["kind"] for d in kept["decisions"]}, "no change under enforce")


# --- everything off

def views(text):
    """What has to be the same under every runtime without a hardening layer."""
    f = fields(text)
    return {k: f[k] for k in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Uid", "Groups")}


@test
def off_is_like_runc():
    with bundle() as b:
        r = under(b, f"{CONTRIB}/off.json", *STATUS)
        own = views(r.out)
        has(r.out, "         0          0 4294967295\nmax\n")
        equal((own["CapBnd"], own["NoNewPrivs"], own["Seccomp"]), (["00000000a80425fb"], ["0"], ["0"]))
        runc = shutil.which("runc")
        if runc:
            theirs = run(runc, "--root", f"{b.top}/runc", "run", "--bundle", f"{b.top}/bundle", b.new_id())
            equal(own, views(theirs.out), "status")
            equal(r.out.splitlines()[-1], theirs.out.splitlines()[-1], "core limit")


@test
def off_lets_through_what_is_refused_else():
    with bundle() as b:
        os.mkdir(f"{b.rootfs}/mnt")
        b.config["linux"]["namespaces"] = [{"type": "mount"}]
        b.config["linux"]["maskedPaths"] = b.config["linux"]["readonlyPaths"] = []
        b.config["hostname"] = ""
        b.config["mounts"].append({"destination": "/mnt", "source": "/etc", "type": "bind", "options": ["rbind", "shared"]})
        b.config["linux"]["rootfsPropagation"] = "slave"
        for s in ("bounding", "effective", "permitted"):
            b.config["process"]["capabilities"][s].append("CAP_SYS_ADMIN")
        b.refused("policy: ")
        r = under(b, f"{CONTRIB}/off.json", "sh", "-c",
                  "readlink /proc/self/ns/pid; readlink /proc/self/ns/net; cat /mnt/hostname; "
                  "mount -t tmpfs x /tmp && echo mounted")
        has(r.out, os.readlink("/proc/self/ns/pid"))
        has(r.out, os.readlink("/proc/self/ns/net"))
        has(r.out, "mounted")


@test
def block_devices_when_the_policy_lists_them():
    with bundle() as b:
        b.config["linux"]["devices"] = [{"type": "b", "path": "/dev/disk0", "major": 7, "minor": 250, "fileMode": 0o640}]
        show = ("sh", "-c", "stat -c '%F %t:%T %a' /dev/disk0")
        b.args(*show)
        b.refused("policy: devices: /dev/disk0 is a block device of the host that the policy does not list")
        want = "block special file 7:fa 640\n"
        equal(under(b, f"{CONTRIB}/off.json", *show).out, want)
        listed = {"type": "b", "major": 7, "minor": 250, "access": "r", "why": "a test"}
        equal(under(b, policy(b, devices={"extra": [listed]}), *show).out, want)


@test
def off_from_create_to_delete():
    off = f"{CONTRIB}/off.json"
    with bundle() as b:
        b.args("sh", "-c", "trap 'exit 3' TERM; sleep 1000 & wait").save()
        cid = b.new_id()
        run("sh", "-c", '"$@" >/dev/null 2>&1 </dev/null', "sh", BULKHEAD, "--root", b.root, "--policy", off, "create",
            "--bundle", f"{b.top}/bundle", cid)
        try:
            b("--policy", off, "start", cid)
            state = b.state(cid)
            equal(state["status"], "running")
            equal(read(f"/proc/{state['pid']}/uid_map").split(), ["0", "0", "4294967295"])
            equal(b("--policy", off, "exec", cid, "id", "-u").out, "0\n")
            # No range of ids is held that nobody uses, and nothing is missing that was planned.
            equal([v for v in id_ranges().values() if v.endswith("/" + cid)], [])
            b("--policy", off, "verify", cid)
            # More than the first process has, as with other runtimes; not under a policy that has the rule exec.
            status = ("exec", "--cap", "CAP_SYS_ADMIN", cid, "grep", "CapBnd", "/proc/self/status")
            equal(b("--policy", off, *status).out.split()[1], "00000000a82425fb")
            lacks(b(*status).out, "a82425fb")
            b("--policy", off, "kill", cid, "KILL")
        finally:
            b("--policy", off, "delete", "--force", cid)
        b.nothing_left(cid)


def is_sealed(pid):
    """The process executes a copy of the runtime in memory that nobody can write to."""
    link = os.readlink(f"/proc/{pid}/exe")
    if not link.startswith("/memfd:bulkhead"):
        return False
    with open(f"/proc/{pid}/exe", "rb") as f:
        return fcntl.fcntl(f, F_GET_SEALS) & 15 == 15


@test
def the_runtimes_file_is_out_of_reach_of_host_root():
    """CVE-2019-5736, where no user namespace protects the file: the container executes a copy of it."""
    off = f"{CONTRIB}/off.json"
    with bundle() as b:
        fifo, pid_file = f"{b.rootfs}/fifo", f"{b.top}/pid"
        os.mkfifo(fifo)
        # The runtime once more, in the container, waiting for a document of somebody who never writes.
        writer = os.open(fifo, os.O_RDWR)
        again = ("/proc/self/exe", "harden", "/fifo")
        for sections, sealed in ((None, True), ({"userns": {"allowHostRoot": True}}, True), ({}, False)):
            file = off if sections is None else policy(b, **sections)
            b.args("sleep", "1000").save()
            cid = b.new_id()
            quiet = ("sh", "-c", '"$@" >/dev/null 2>&1 </dev/null', "sh", BULKHEAD, "--root", b.root, "--policy")
            run(*quiet, file, "create", "--bundle", "bundle", cid, cwd=b.top)
            try:
                equal(is_sealed(b.state(cid)["pid"]), sealed, f"the first process under {file}")
                b("start", cid)
                # exec looks at the container, not at the policy of the day.
                run(*quiet, policy(b), "exec", "--detach", "--pid-file", pid_file, cid, *again)
                inside = int(read(pid_file))
                equal(is_sealed(inside), file == off, f"a process of exec under {file}")
                equal(os.path.samefile(f"/proc/{inside}/exe", BULKHEAD), file != off)
            finally:
                b("delete", "--force", cid)
            b.nothing_left(cid)
            os.unlink(pid_file)
        os.close(writer)


# --- exceptions

EXCEPTION = {"annotation": "org.example.debug", "value": "yes", "rule": "no-new-privileges", "level": "off", "why": "debugging"}


@test
def exceptions_need_annotation_value_and_user():
    with bundle() as b:
        command = ("sh", "-c", "grep NoNewPrivs /proc/self/status | cut -f2")
        login = int(read("/proc/self/loginuid")) if os.path.exists("/proc/self/loginuid") else 4294967295
        rows = [
            ({"users": [0]}, "yes", "0"),
            ({"users": [1, 0]}, "yes", "0"),
            ({"users": [0]}, "no", "1"),
            ({"users": [0]}, None, "1"),
            ({"users": [1]}, "yes", "1"),
            ({"loginUsers": [login]}, "yes", "0"),
            ({"loginUsers": [login ^ 5]}, "yes", "1"),
        ]
        for who, value, want in rows:
            file = policy(b, exceptions=[dict(EXCEPTION, **who)])
            b.config["annotations"] = {"org.example.debug": value} if value else {}
            equal(under(b, file, *command).out.strip(), want, f"{who} {value}")
        # The real uid counts, not the one that made the program root.
        b.config["annotations"] = {"org.example.debug": "yes"}
        file = policy(b, exceptions=[dict(EXCEPTION, users=[1000])])
        equal(under(b, file, *command).out.strip(), "1")
        cid = b.new_id()
        r = run("setpriv", "--ruid", "1000", BULKHEAD, "--root", b.root, "--policy", file, "run", "--bundle", f"{b.top}/bundle",
                cid)
        equal(r.out.strip(), "0")
        b.nothing_left(cid)


@test
def one_exception_changes_one_rule():
    with bundle() as b:
        b.config["annotations"] = {"org.example.debug": "yes"}
        file = policy(b, exceptions=[dict(EXCEPTION, users=[0])])
        out = under(b, file, *STATUS).out
        equal((fields(out)["NoNewPrivs"], fields(out)["Seccomp"]), (["0"], ["2"]))
        has(out, "\n2048\n")
        table = b("--policy", file, "explain", "--bundle", f"{b.top}/bundle").out
        has(table, 'the rule\'s level is "off" by an exception of the policy: debugging')


@test
def exceptions_hold_for_exec():
    with bundle() as b:
        b.config["annotations"] = {"org.example.debug": "yes"}
        b.args("sleep", "1000").save()
        cid = b.new_id()
        file = policy(b, exceptions=[dict(EXCEPTION, users=[0])])
        run("sh", "-c", '"$@" >/dev/null 2>&1 </dev/null', "sh", BULKHEAD, "--root", b.root, "--policy", file, "create",
            "--bundle", f"{b.top}/bundle", cid)
        show = ("exec", cid, "grep", "NoNewPrivs", "/proc/self/status")
        try:
            b("--policy", file, "start", cid)
            equal(b("--policy", file, *show).out.split()[1], "0")
            file = policy(b, exceptions=[dict(EXCEPTION, users=[1])])
            equal(b("--policy", file, *show).out.split()[1], "1")
        finally:
            b("delete", "--force", cid)
        b.nothing_left(cid)


# --- commands without a container

@test
def harden_is_a_filter():
    with bundle() as b:
        b.args("true").save()
        config = f"{b.top}/bundle/config.json"
        file = policy(b, pids={"defaultLimit": 77})
        want = b("--policy", file, "harden", config)
        equal(json.loads(want.out)["linux"]["resources"]["pids"]["limit"], 77)
        for argv, kw in ((("-",), {"stdin": read(config)}), ((), {"stdin": read(config)}),
                         (("--bundle", f"{b.top}/bundle"), {})):
            r = b("--policy", file, "harden", *argv, **kw)
            equal((r.out, r.err), (want.out, ""), str(argv))
        # As another user, from a socket, the decisions on the side.
        one, two = socket.socketpair()
        two.sendall(read(config).encode())
        two.shutdown(socket.SHUT_WR)
        p = subprocess.run(["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", BULKHEAD, "--policy", file, "harden",
                            "--decisions", "-", "--format", "json"], stdin=one, capture_output=True, text=True, timeout=60)
        equal(p.returncode, 0, p.stderr)
        report = json.loads(p.stderr)
        check(report["accepted"] and report["measures"]["seccompBuiltin"], report)
        check("pids" in {d["rule"] for d in report["decisions"]}, report)
        b.config["linux"]["namespaces"] = [n for n in b.config["linux"]["namespaces"] if n != {"type": "pid"}]
        b.save()
        r = b("--policy", file, "harden", config, "--decisions", f"{b.top}/decisions", "--format", "json", status=1)
        equal(r.out, "")
        has(r.err, "policy: namespaces: ")
        equal(json.loads(read(f"{b.top}/decisions"))["accepted"], False)


# --- what is shipped, and a profile of one's own

@test
def shipped_policies_are_valid():
    for name in sorted(os.listdir(CONTRIB)):
        has(run(BULKHEAD, "policy", "check", f"{CONTRIB}/{name}").out, "valid, SHA-256 ")
    for name, level in (("off.json", "off"), ("audit-only.json", "audit")):
        document = json.loads(read(f"{CONTRIB}/{name}"))
        equal({r: document[r] for r in RULES}, {r: {"level": level} for r in RULES}, name)


@test
def audit_only_changes_nothing():
    with bundle() as b:
        out = under(b, f"{CONTRIB}/audit-only.json", *STATUS).out
        equal(views(out), views(under(b, f"{CONTRIB}/off.json", *STATUS).out))


@test
def strict_runs_a_container():
    with bundle() as b:
        strict = json.loads(read(f"{CONTRIB}/strict.json"))
        strict["audit"] = {"destination": "none"}
        r = under(b, policy(b, **strict), "sh", "-c",
                  "touch /x || echo readonly; cat /proc/self/status; cat /sys/fs/cgroup/pids/pids.max")
        has(r.out, "readonly\n")
        has(r.out, "\n512\n")
        f = fields(r.out)
        equal((f["CapBnd"], f["Seccomp"], f["NoNewPrivs"]), (["00000000000004fb"], ["2"], ["1"]))
        # All sets that there are.
        message = b("--policy", policy(b, seccomp={"deny": ["?"]}), "policy", "show", status=1).err
        names = message.split("expected one of ")[1].split(", found")[0].split(", ")
        equal(sorted(strict["seccomp"]["deny"]), sorted(names))


@contextlib.contextmanager
def profile(b, **members):
    document = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], **members}
    path = f"{b.top}/seccomp.json"
    write(path, json.dumps(document), 0o644)
    yield path


@test
def a_profile_of_ones_own():
    with bundle() as b, profile(b, syscalls=[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]) as path:
        file = policy(b, seccomp={"profile": path})
        has(under(b, file, "mkdir", "/x", status=1).err, "Operation not permitted")
        under(b, file, "touch", "/x")
        os.chmod(path, 0o666)
        refused(b, file, f"policy: file: {path}: it can be written by others")
        os.chmod(path, 0o644)
        write(path, '{"defaultAction": "SCMP_ACT_ALLOW", "archMap": []}')
        refused(b, file, f"policy: file: {path}: /archMap: unknown member")
        os.unlink(path)
        refused(b, file, f"policy: file: {path}: does not exist")


if __name__ == "__main__":
    main()
