#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules about the container's process, from inside and from /proc: capabilities and securebits, system calls, limits,
scheduling, hooks, terminals, restarts, exceptions."""
import json
import os
import pty
import resource
import select
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import Skip, check, equal, has, lacks, main, read, run, test, write  # noqa: E402


def status(text):
    return dict((line.split(":", 1)[0], line.split(":", 1)[1].strip()) for line in text.splitlines() if ":" in line)


def results(text):
    """"NAME RESULT" lines of the probe."""
    return dict(line.split(" ", 1) for line in text.splitlines() if " " in line)


# The probe makes 32-bit calls as well.
ARCHITECTURES = {"x86_64": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]}.get(os.uname().machine, [])


def sections(**members):
    return {**members, "audit": {"destination": "none"}}


@test
def securebits_hold():
    bits = ["noroot", "no-setuid-fixup", "no-cap-ambient-raise"]
    with bundle() as b:
        equal(b.run("probe", "securebits").out.splitlines()[0], "0")
        b.policy = sections(capabilities={"securebits": bits})
        r = b.run("probe", "securebits").out
        equal(r.splitlines()[0], "0xcf")
        equal((results(r)["clear"], results(r)["raise"]), ("EPERM", "EPERM"))
        s = status(b.run("cat", "/proc/self/status").out)
        # Root of the container is a user like others.
        equal((int(s["CapEff"], 16), int(s["CapPrm"], 16), int(s["CapAmb"], 16)), (0, 0, 0))
        check(int(s["CapBnd"], 16) != 0, "bounding set")
        with b.started("sleep", "1000") as cid:
            s = status(b("exec", cid, "cat", "/proc/self/status").out)
            equal(int(s["CapEff"], 16), 0, "of exec")
            # probe insists on being the first process: read it through the kernel instead
            s = status(read(f"/proc/{b.state(cid)['pid']}/status"))
            equal(int(s["CapEff"], 16), 0)


@test
def securebits_with_ambient_capabilities():
    with bundle() as b:
        b.policy = sections(capabilities={"securebits": ["noroot", "no-cap-ambient-raise"], "allowAmbient": True})
        for s in ("inheritable", "ambient"):
            b.config["process"]["capabilities"][s] = ["CAP_KILL"]
        for uid in (0, 1000):
            b.config["process"]["user"]["uid"] = uid
            s = status(b.run("cat", "/proc/self/status").out)
            equal({s[k] for k in ("CapPrm", "CapEff", "CapAmb", "CapInh")}, {f"{1 << 5:016x}"})
        b.config["process"]["user"]["uid"] = 0
        r = results(b.run("probe", "securebits").out)
        equal(r["raise"], "EPERM")


@test
def each_removed_capability_has_its_reason():
    with bundle() as b:
        b.args("true").save()
        r = b("explain", "--bundle", f"{b.top}/bundle", status=None)
        has(r.all, "CAP_NET_RAW (spoofing on the bridge")
        has(r.all, "CAP_MKNOD (makes device nodes)")


@test
def sets_are_denied_whatever_the_config_allows():
    with bundle() as b:
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ARCHITECTURES}
        r = results(b.run("probe", "sets").out)
        equal((r["ptrace"], r["process_vm_readv"], r["socketpair_unix"]), ("ok", "ok", "ok"))
        equal((r["keyctl"], r["io_uring_setup"]), ("EPERM", "EPERM"))
        b.policy = sections(seccomp={"deny": ["tty-injection", "ptrace", "keyring", "io-uring", "userfaultfd", "ldt",
                                              "socket-families", "namespaces"]})
        r = results(b.run("probe", "sets").out)
        for name, want in {
                "ptrace": "EPERM", "process_vm_readv": "EPERM", "keyctl": "ENOSYS", "io_uring_setup": "ENOSYS",
                "userfaultfd": "ENOSYS", "unshare": "EPERM", "socket_unix": "ok", "socket_netlink": "ok",
                "socket_alg": "EAFNOSUPPORT", "socket_kcm": "EAFNOSUPPORT", "socketpair_unix": "ok",
                "socketpair_tipc": "EAFNOSUPPORT", "modify_ldt": "ENOSYS"}.items():
            if name in r:
                equal(r[name], want, name)
        if r.get("socketcall_unix", "ENOSYS") != "ENOSYS":  # a kernel that runs 32-bit programs
            equal((r["socketcall_alg"], r["socketcall_unix"]), ("EAFNOSUPPORT", "EAFNOSUPPORT"))
        # One filter all the same.
        equal(status(b.run("cat", "/proc/self/status").out).get("Seccomp_filters", "1"), "1")


@test
def an_own_profile_instead_of_the_built_in_one():
    with bundle() as b:
        profile = f"{b.top}/profile.json"
        write(profile, json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ARCHITECTURES, "syscalls": [
            {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}), 0o600)
        b.policy = sections(seccomp={"profile": profile, "deny": ["ptrace"]})
        r = b.run("mkdir", "/tmp/x", status=1)
        has(r.err.lower(), "no space left")
        r = results(b.run("probe", "sets").out)
        equal((r["ptrace"], r["socketpair_unix"]), ("EPERM", "ok"))
        check(r["io_uring_setup"] not in ("EPERM", "ENOSYS"), f"the built-in profile is in force: {r}")
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
            {"names": ["rmdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 31}]}
        r = b.run("sh", "-c", "mkdir /tmp/x; cd /; busybox rmdir /tmp", status=None)
        has(r.err.lower(), "no space left")
        has(r.err.lower(), "too many links")
        write(profile, json.dumps({"defaultAction": "SCMP_ACT_NOTIFY"}))
        b.refused("policy: seccomp: the policy's own profile")


def limits(text):
    return {line[:25].strip(): line[26:].split()[:2] for line in text.splitlines()[1:]}


@test
def rlimits_stay_below_their_ceilings():
    with bundle() as b:
        b.policy = sections(rlimits={"ceilings": [
            {"type": "RLIMIT_NOFILE", "max": 300, "why": "test"}, {"type": "RLIMIT_STACK", "max": 1 << 22, "why": "test"},
            {"type": "RLIMIT_CORE", "max": 0, "why": "test"}]})
        b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 200, "hard": 1000},
                                          {"type": "RLIMIT_CORE", "soft": 5, "hard": 18446744073709551615}]
        got = limits(b.run("cat", "/proc/self/limits").out)
        equal(got["Max open files"], ["200", "300"])
        equal(got["Max core file size"], ["0", "0"])
        # What nobody asked for comes from whoever runs the engine.
        soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
        if hard != resource.RLIM_INFINITY and hard <= 1 << 22:
            raise Skip("the stack is limited here")
        equal(got["Max stack size"], [str(1 << 22)] * 2)
        with b.started("sleep", "1000") as cid:
            got = limits(read(f"/proc/{b.state(cid)['pid']}/limits"))
            equal(got["Max open files"], ["200", "300"])
            got = limits(b("exec", cid, "cat", "/proc/self/limits").out)
            equal((got["Max open files"], got["Max core file size"]), (["200", "300"], ["0", "0"]))


def stat_of(text):
    """nice, rt_priority, policy of /proc/PID/stat."""
    f = text.rsplit(")", 1)[1].split()
    return f[16], f[37], f[38]


@test
def scheduling_is_judged():
    with bundle() as b:
        p = b.config["process"]
        for policy in ("SCHED_FIFO", "SCHED_RR"):
            p["scheduler"] = {"policy": policy, "priority": 1}
            b.refused("policy: scheduling:", policy)
        p["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 10000000, "deadline": 30000000, "period": 30000000}
        b.refused("policy: scheduling:", "SCHED_DEADLINE")
        del p["scheduler"]
        p["ioPriority"] = {"class": "IOPRIO_CLASS_RT", "priority": 0}
        b.refused("policy: scheduling:", "disk accesses")
        del p["ioPriority"]
        b.config["linux"]["resources"]["cpu"] = {"realtimeRuntime": 1000, "realtimePeriod": 1000000}
        b.refused("policy: scheduling:", "real-time")
        del b.config["linux"]["resources"]["cpu"]
        b.policy = sections(scheduling={"oomScoreAdjMin": 100, "niceMin": 3})
        p["oomScoreAdj"] = -5
        p["scheduler"] = {"policy": "SCHED_OTHER", "nice": 1}
        p["rlimits"] = [{"type": "RLIMIT_RTPRIO", "soft": 0, "hard": 50}]
        r = b.run("cat", "/proc/self/oom_score_adj", "/proc/self/stat", "/proc/self/limits").out.splitlines()
        equal(r[0], "100")
        equal(stat_of(r[1])[0], "3")
        equal(limits("\n".join(r[2:]))["Max realtime priority"], ["0", "0"])


@test
def nothing_better_is_inherited():
    """From a runtime that itself runs with a better score and a better nice value."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -5)
            os._exit(0)
        except OSError:
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        raise Skip("this root may not give itself a lower nice value")
    with bundle() as b:
        b.policy = sections(scheduling={"oomScoreAdjMin": 100, "niceMin": -2})
        b.args("cat", "/proc/self/oom_score_adj", "/proc/self/stat").save()
        cid = b.new_id()
        own = os.nice(0)  # whoever runs the tests may be nice
        r = run("nice", "-n", str(-5 - own), *b.command("run", "--bundle", f"{b.top}/bundle", cid))
        equal((r.out.splitlines()[0], stat_of(r.out.splitlines()[1])[0]), ("100", "-2"))
        # What is not better is left alone.
        r = run("nice", "-n", str(7 - own), *b.command("run", "--bundle", f"{b.top}/bundle", cid))
        equal(stat_of(r.out.splitlines()[1])[0], "7")
        b.nothing_left(cid)


@test
def real_time_is_not_inherited():
    if run("chrt", "-f", "1", "true", status=None).status:
        raise Skip("no real-time processes here")
    with bundle() as b:
        b.args("cat", "/proc/self/stat").save()
        cid = b.new_id()
        r = run("chrt", "-f", "5", "ionice", "-c", "1", *b.command("run", "--bundle", f"{b.top}/bundle", cid), status=None)
        b.nothing_left(cid)
        if r.status and "enter the container's cgroups" in r.err:
            raise Skip("this kernel lets no real-time process into a cgroup without a share (CONFIG_RT_GROUP_SCHED)")
        equal(r.status, 0, r.err)
        equal(stat_of(r.out)[1:], ("0", "0"))


@test
def hooks_lie_where_the_policy_says():
    places = f"/opt/bkht-hooks-{os.getpid()}"
    os.makedirs(f"{places}/in")
    try:
        with bundle() as b:
            for path in (f"{places}/in/hook", f"{b.top}/hook"):
                write(path, f"#!/bin/sh\necho $0 >>{b.top}/ran\n", 0o755)
            b.policy = sections(hooks={"directories": {f"{places}/in": "the test's"}})
            hooks = b.config["hooks"] = {"createRuntime": [{"path": f"{places}/in/hook"}]}
            b.run("true")
            equal(read(f"{b.top}/ran"), f"{places}/in/hook\n")
            hooks["poststop"] = [{"path": f"{b.top}/hook"}]
            b.refused("policy: hooks: poststop hook 0 is", "outside of the policy's directories")
            # A link counts by where it leads, and is no longer asked when the hook runs.
            os.symlink(f"{places}/in/hook", f"{b.top}/link")
            hooks["poststop"] = [{"path": f"{b.top}/link"}]
            b.run("true")
            equal(read(f"{b.top}/ran").splitlines()[1:], [f"{places}/in/hook"] * 2)
            os.symlink(f"{b.top}/hook", f"{places}/in/link")
            hooks["poststop"] = [{"path": f"{places}/in/link"}]
            b.refused("policy: hooks:", f"{b.top}/hook, outside")
            del hooks["poststop"]
            for path, mode, back in ((f"{places}/in/hook", 0o757, 0o755), (f"{places}/in", 0o775, 0o755), (places, 0o777, 0o755)):
                os.chmod(path, mode)
                b.refused("policy: hooks: createRuntime hook 0 is", f"others than root can change {path}")
                os.chmod(path, back)
            os.chown(f"{places}/in/hook", 1000, 0)
            b.refused("policy: hooks:", "others than root can change")
            os.unlink(f"{places}/in/hook")
            b.refused("policy: hooks:", "is not a file on this host")
            # Programs of the container are not asked.
            b.config["hooks"] = {"startContainer": [{"path": "/bin/true"}]}
            b.run("true")
            equal(len(read(f"{b.top}/ran").splitlines()), 3)
    finally:
        shutil.rmtree(places)


def on_a_terminal(argv):
    """Run a command whose controlling terminal is a new one; all that is written there."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    text = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 1)
        try:
            data = os.read(master, 4096) if ready else None
        except OSError:
            break
        if data == b"":
            break
        text += data or b""
    os.close(master)
    os.waitpid(pid, 0)
    return text.decode(errors="replace").replace("\r", "")


@test
def no_typing_into_terminals():
    """The container's own terminal, and the caller's where it is the container's stdin. runc is the contrast."""
    with bundle() as b:
        b.args("probe", "terminal")
        for terminal in (True, False):
            b.config["process"]["terminal"] = terminal
            b.save()
            cid = b.new_id()
            text = on_a_terminal(b.command("run", "--bundle", f"{b.top}/bundle", cid))
            r = results(text)
            b.nothing_left(cid)
            equal((r["isatty"], r["TIOCSTI"], r["TIOCSTI_hidden"], r["TIOCLINUX"]), ("ok", "EPERM", "EPERM", "EPERM"), text)
            lacks(text, "#")
            if not terminal:
                # A session of its own: the caller's terminal controls nothing in there, and cannot be had.
                equal((r["steal"], r["pgrp"]), ("EPERM", "ENOTTY"), text)
                equal(r["dev_tty"], "ENXIO", text)
        # Without any filter the caller's terminal is still not the container's.
        b.policy = sections(seccomp={"level": "off"})
        cid = b.new_id()
        r = results(on_a_terminal(b.command("run", "--bundle", f"{b.top}/bundle", cid)))
        equal((r["TIOCSTI"], r["steal"], r["dev_tty"]), ("EPERM", "EPERM", "ENXIO"))
        b.nothing_left(cid)


@test
def typing_into_terminals_under_runc():
    """What the filter is there for: the same container under runc."""
    if not shutil.which("runc"):
        raise Skip("no runc")
    try:
        if read("/proc/sys/dev/tty/legacy_tiocsti").strip() == "0":
            raise Skip("this kernel lets nobody type")
    except FileNotFoundError:
        pass
    with bundle() as b:
        b.config["process"]["terminal"] = True
        b.args("probe", "terminal").save()
        cid = b.new_id()
        text = on_a_terminal(["runc", "--root", b.root, "run", "--bundle", f"{b.top}/bundle", cid])
        run("runc", "--root", b.root, "delete", "-f", cid, status=None)
        has(text, "#TIOCSTI ok\n#TIOCSTI_hidden ok")  # each "#" is one that nobody typed


@test
def restarts_are_counted():
    with bundle() as b:
        b.args("true").save()
        # What is counted, and how long it is not made then: both long enough for a machine that is busy.
        often = {"level": "enforce", "count": 3, "seconds": 300}
        b.policy = sections(restart={**often, "pause": 600})
        cid = b.new_id()
        for _ in range(3):
            b("run", "--bundle", f"{b.top}/bundle", cid)
            b.nothing_left(cid)
        r = b("run", "--bundle", f"{b.top}/bundle", cid, status=1)
        has(r.err, "policy: restart: made more than 3 times within 300 seconds; not again for 600 seconds")
        b.nothing_left(cid)
        # Another id, and create as well as run.
        b("run", "--bundle", f"{b.top}/bundle", b.new_id())
        r = b("create", "--bundle", f"{b.top}/bundle", cid, status=1)
        has(r.err, "policy: restart:")
        b.nothing_left(cid)
        # Without the rule nobody is asked, and nothing is counted.
        policy, b.policy = b.policy, None
        for _ in range(4):
            b("run", "--bundle", f"{b.top}/bundle", cid)
        b.policy = policy
        has(b("run", "--bundle", f"{b.top}/bundle", cid, status=1).err, "policy: restart:")
        # A pause that ends.
        b.policy = sections(restart={**often, "pause": 1})
        cid = b.new_id()
        for _ in range(3):
            b("run", "--bundle", f"{b.top}/bundle", cid)
        has(b("run", "--bundle", f"{b.top}/bundle", cid, status=1).err, "not again for 1 second")
        time.sleep(1.1)
        b("run", "--bundle", f"{b.top}/bundle", cid)
        # What is refused for another reason counts: it keeps the host busy as well.
        b.config["linux"]["sysctl"] = {"vm.x": "1"}
        b.save()
        for words in ("policy: sysctl", "policy: sysctl", "policy: restart"):
            has(b("run", "--bundle", f"{b.top}/bundle", cid, status=1).err, words)
        equal(os.stat("/run/bulkhead-restarts").st_mode & 0o7777, 0o700)


@test
def restarts_write_nothing_when_off():
    if os.path.isdir("/run/bulkhead-restarts"):
        before = sorted((e.name, e.stat().st_mtime_ns) for e in os.scandir("/run/bulkhead-restarts"))
    else:
        before = None
    with bundle() as b:
        b.run("true")
    after = (sorted((e.name, e.stat().st_mtime_ns) for e in os.scandir("/run/bulkhead-restarts"))
             if os.path.isdir("/run/bulkhead-restarts") else None)
    equal(after, before)


@test
def exceptions_need_the_policy_and_the_caller():
    exception = {"annotation": "example.com/relaxed", "value": "yes", "rule": "sysctl", "level": "off",
                 "users": [0], "why": "a test"}
    with bundle() as b:
        b.config["linux"]["sysctl"] = {"kernel.pid_max": "40000"}
        b.config["annotations"] = {"example.com/relaxed": "yes"}
        b.refused("policy: sysctl:")
        b.policy = sections(exceptions=[exception])
        # Past the rule; the plan then says that there is no such setting in a namespace.
        r = b.run(status=1)
        lacks(r.err, "policy:")
        b.config["annotations"] = {"example.com/relaxed": "no"}
        b.refused("policy: sysctl:")
        b.config["annotations"] = {"example.com/relaxed": "yes"}
        b.policy = sections(exceptions=[{**exception, "users": [12345]}])
        b.refused("policy: sysctl:")


if __name__ == "__main__":
    main()
