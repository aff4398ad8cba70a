#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""exec: a further process in a container, seen from inside, from /proc and by its caller."""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from execs import detached, fields, process  # noqa: E402
from harness import (BULKHEAD, Skip, cgroups, check, equal, has, main, proc_status, read, run, test,  # noqa: E402
                     wait_for, write)

ALL_NAMESPACES = ("user", "pid", "net", "ipc", "uts", "mnt", "cgroup", "time")
ALL_CAPS = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT
SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP""".split()


@test
def status_and_output():
    with bundle() as b, b.started("sleep", "1000") as cid:
        r = b("exec", cid, "sh", "-c", "echo out; echo err >&2; exit 42", status=42)
        equal((r.out, r.err), ("out\n", "err\n"))
        equal(b("exec", cid, "cat", stdin="in\n").out, "in\n")
        b("exec", cid, "sh", "-c", "kill -9 $$", status=137)
        b("exec", cid, "sh", "-c", "kill -TERM $$", status=143)
        # The words behind the id are the command's.
        equal(b("exec", cid, "echo", "--help", "-d", "--", "-p", "x").out, "--help -d -- -p x\n")
        equal(b("exec", "--cwd=/tmp", "-e", "A=b", cid, "sh", "-c", "pwd; echo $A").out, "/tmp\nb\n")


@test
def words_of_errors():
    with bundle() as b:
        log = f"{b.top}/log"

        def fails(*argv, status=255):
            if os.path.exists(log):
                os.unlink(log)
            r = b("--log", log, "--log-format", "json", "exec", *argv, status=status)
            entry = json.loads(read(log))
            equal(entry["level"], "error")
            equal(r.out, "")
            equal(r.err, entry["msg"] + "\n")
            return entry["msg"]

        equal(fails("none", "true"), "exec failed: container does not exist")
        with b.started("sleep", "1000") as cid:
            start = "exec failed: unable to start container process: exec: "
            equal(fails(cid, "nonesuch"), start + '"nonesuch": executable file not found in $PATH')
            equal(fails(cid, "/none/such"), start + '"/none/such": stat /none/such: no such file or directory')
            equal(fails(cid, "/etc/passwd"), start + '"/etc/passwd": permission denied')
            equal(fails(cid, "/tmp"), start + '"/tmp": is a directory')
            has(fails("--cwd", "/none", cid, "true"), 'chdir to cwd ("/none") set in config.json failed: no such file')
            equal(fails("--cwd", "tmp", cid, "true"), "exec failed: /process/cwd: Cwd must be an absolute path")
            equal(fails(cid), "exec failed: process args cannot be empty")
            has(fails("-d", "-t", cid, "true"), "cannot allocate tty if bulkhead will detach without setting console socket")
            has(fails("--console-socket", "/x", cid, "true"), "cannot use console socket if bulkhead will not detach")
            has(fails("-e", "NOVALUE", cid, "true"), "invalid environment variable: missing '='")
            has(fails("--preserve-fds", "7", cid, "true"), "unable to stat preserved-fd 0 (of 7)")
            has(fails("--process", "/none/file", cid), "/none/file: no such file or directory")
            for text in ("{", "[]", '{"args": 7}', '{"cwd": "/", "args": ["true", 7]}'):
                write(f"{b.top}/bad", text)
                fails("--process", f"{b.top}/bad", cid)
            has(fails("--process", process(b, args=[]), cid), "args must not be empty")
            has(fails("--process", process(b, cwd=""), cid), "Cwd property must not be empty")
            has(fails("--pid-file", "/none/pid", cid, "true"), "pid file")
            for options in (("--user",), ("--nonesuch", cid), ("--preserve-fds", "-1", cid, "true")):
                b("exec", *options, status=1)
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            equal(fails(cid, "true"), "exec failed: cannot exec in a stopped container")


def check_like_init(pid, init):
    for ns in ALL_NAMESPACES:
        if os.path.exists(f"/proc/self/ns/{ns}"):
            equal(os.readlink(f"/proc/{pid}/ns/{ns}"), os.readlink(f"/proc/{init}/ns/{ns}"), f"{ns} namespace")
    for name in ("cgroup", "uid_map", "gid_map", "oom_score_adj", "personality", "mountinfo", "limits"):
        equal(read(f"/proc/{pid}/{name}"), read(f"/proc/{init}/{name}"), name)
    equal(os.stat(f"/proc/{pid}/root").st_ino, os.stat(f"/proc/{init}/root").st_ino, "root")
    of_pid, of_init = fields(read(f"/proc/{pid}/status")), fields(read(f"/proc/{init}/status"))
    for name in ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp",
                 "Seccomp_filters", "Cpus_allowed_list", "Mems_allowed_list", "SigIgn", "SigBlk", "Umask"):
        if name in of_init:
            equal(of_pid[name], of_init[name], name)
    equal(sorted(os.listdir(f"/proc/{pid}/fd")), ["0", "1", "2"], "descriptors")


@test
def is_where_the_first_process_is():
    with bundle() as b:
        p = b.config["process"]
        p["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": 77, "soft": 66}]
        p["oomScoreAdj"] = 123
        b.config["linux"]["resources"].update(memory={"limit": 1 << 28}, pids={"limit": 20})
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
            {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99}]}
        with b.started("sleep", "1000") as cid, detached(b, cid, "sleep", "1000") as pid:
            init = b.state(cid)["pid"]
            check_like_init(pid, init)
            equal(proc_status(pid, "Seccomp"), "2")
            equal(proc_status(pid, "NoNewPrivs"), "1")
            equal(os.readlink(f"/proc/{pid}/cwd"), "/")
            has(b("exec", cid, "mkdir", "/tmp/x", status=1).err, os.strerror(99))
            keyrings = [line for line in read("/proc/keys").splitlines() if f"_ses.{cid}" in line]
            equal(len(keyrings), 1, f"session keyrings {keyrings}")
            check(any(cid in line for line in read(f"/proc/{pid}/cgroup").splitlines()), "a cgroup of the container")


@test
def in_a_created_container():
    with bundle() as b, b.created("sleep", "1000") as cid:
        equal(b("exec", cid, "id", "-u").out, "0\n")
        equal(b.state(cid)["status"], "created")


@test
def namespaces_of_the_host_and_of_other_containers():
    with bundle() as b:
        netns = f"/run/{b.new_id()}-netns"
        write(netns, "")
        run("unshare", f"--net={netns}", "true")
        try:
            for n in b.config["linux"]["namespaces"]:
                if n["type"] == "network":
                    n["path"] = netns
            b.config["linux"]["namespaces"].append({"type": "time"})
            b.config["linux"]["timeOffsets"] = {"boottime": {"secs": 1000000}}
            with b.started("sleep", "1000") as first, detached(b, first, "sleep", "1000") as pid:
                init = b.state(first)["pid"]
                check_like_init(pid, init)
                check(float(b("exec", first, "cat", "/proc/uptime").out.split()[0]) > 1000000, "time offset")
                paths = {"network": "net", "pid": "pid", "ipc": "ipc"}
                b.config["linux"].pop("timeOffsets")
                b.config["linux"]["namespaces"].pop()
                for n in b.config["linux"]["namespaces"]:
                    n.pop("path", None)
                    if n["type"] in ("pid", "ipc"):
                        n["path"] = f"/proc/{init}/ns/{paths[n['type']]}"
                with b.started("sleep", "1000") as second:
                    with detached(b, second, "sleep", "1000") as pid2:
                        init2 = b.state(second)["pid"]
                        check_like_init(pid2, init2)
                        equal(os.readlink(f"/proc/{pid2}/ns/pid"), os.readlink(f"/proc/{pid}/ns/pid"))
        finally:
            run("umount", netns)
            os.unlink(netns)


@test
def user_groups_environment():
    with bundle() as b:
        b.config["process"]["user"] = {"uid": 1000, "gid": 1001, "additionalGids": [5], "umask": 0o27}
        b.config["process"]["env"] += ["A=1", "B=2"]
        with b.started("sleep", "1000") as cid:
            def status(*options):
                return fields(b("exec", *options, cid, "cat", "/proc/self/status").out)
            s = status()
            equal((s["Uid"], s["Gid"], s["Groups"], s["Umask"]), (["1000"] * 4, ["1001"] * 4, ["5"], ["0027"]))
            for text, uid, gid in (("7", 7, 1001), ("7:8", 7, 8), ("0", 0, 1001), ("0:0", 0, 0), ("65535", 65535, 1001)):
                s = status("-u", text)
                equal((s["Uid"], s["Gid"]), ([str(uid)] * 4, [str(gid)] * 4), text)
            for text in ("4294967295", "4294967294", "65536", "-1", "1x", ":5", " 1", "+1", "0x1", "1:", "1:x", "1:2:3", "root",
                         "1:4294967295", "1:65536", "18446744073709551616", "00000000000000000000000000000001x"):
                r = b("exec", "-u", text, cid, "true", status=255)
                check("bad uid" in r.err or "bad gid" in r.err or "is not mapped" in r.err, f"{text}: {r}")
            equal(status("-g", "6", "-g", "7")["Groups"], ["5", "6", "7"])
            for text in ("-1", "x", "", "6,7", "70000", "4294967295"):
                b("exec", "-g", text, cid, "true", status=255)
            env = b("exec", "--env", "A=3", "--env=C=x,y=z", "--env", "EMPTY=", cid, "env").out.splitlines()
            for want in ("A=3", "B=2", "C=x,y=z", "EMPTY=", "HOME=/home/app", "PATH=/bin"):
                check(want in env, f"{want} not in {env}")
            check("A=1" not in env, "the last value counts")
            has(b("exec", "-u", "0", cid, "sh", "-c", "echo $HOME").out, "/root\n")


@test
def process_file():
    with bundle() as b:
        b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": 77, "soft": 66}]
        with b.started("sleep", "1000") as cid:
            path = process(b, args=["sh", "-c", "id -u; id -G; pwd; echo $X; ulimit -n"], cwd="/tmp", env=["PATH=/bin", "X=y"],
                           user={"uid": 7, "gid": 8, "additionalGids": [9]}, rlimits=None, capabilities=None)
            equal(b("exec", "--process", path, cid).out.split(), ["7", "8", "9", "/tmp", "y", "66"])
            # Only what the file says: the words on the command line are not for it.
            equal(b("exec", "-p", path, "--cwd", "/", "-u", "1", "-e", "X=z", cid).out.split()[0], "7")
            equal(b("exec", "-p", "/proc/self/fd/0", cid, stdin=read(path)).out.split()[0], "7")
            # Go's decoder takes unknown members.
            write(f"{b.top}/more", json.dumps(dict(json.loads(read(path)), foo={"bar": 1})))
            equal(b("exec", "-p", f"{b.top}/more", cid).out.split()[0], "7")


@test
def never_more_than_the_first_process():
    """docker exec --privileged, and every other way to ask for more."""
    caps = [f"CAP_{c}" for c in ALL_CAPS]
    more = {
        "capabilities": {s: caps for s in ("bounding", "effective", "permitted", "inheritable", "ambient")},
        "noNewPrivileges": False,
        "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 5000, "soft": 5000}],
        "oomScoreAdj": -900,
        "apparmorProfile": "unconfined",
    }
    with bundle() as b:
        b.config["process"]["rlimits"] = [{"type": "RLIMIT_NOFILE", "hard": 77, "soft": 66},
                                          {"type": "RLIMIT_STACK", "hard": 1 << 20, "soft": 1 << 20}]
        b.config["process"]["oomScoreAdj"] = 300
        with b.started("sleep", "1000") as cid:
            init = fields(read(f"/proc/{b.state(cid)['pid']}/status"))
            with detached(b, cid, options=("-p", process(b, args=["sleep", "1000"], **more))) as pid:
                s = fields(read(f"/proc/{pid}/status"))
                for name in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters"):
                    equal(s[name], init[name], name)
                limits = read(f"/proc/{pid}/limits")
                check(re.search(r"Max open files +77 +77 ", limits), limits)
                check(re.search(r"Max stack size +1048576 +1048576 ", limits), limits)
                equal(read(f"/proc/{pid}/oom_score_adj"), "300\n")
            s = fields(b("exec", "-c", "CAP_SYS_ADMIN", "-c", "CAP_NET_ADMIN", "--no-new-privs=false", cid, "cat",
                         "/proc/self/status").out)
            for name in ("CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb", "NoNewPrivs"):
                equal(s[name], init[name], name)
        # Less than it may be asked for, and then that much.
        b.config["process"]["capabilities"]["effective"] = b.config["process"]["capabilities"]["permitted"] = []
        with b.started("sleep", "1000") as cid:
            equal(int(fields(b("exec", cid, "cat", "/proc/self/status").out)["CapEff"][0], 16), 0)
            s = fields(b("exec", "--cap", "CAP_KILL", cid, "cat", "/proc/self/status").out)
            equal((int(s["CapEff"][0], 16), int(s["CapInh"][0], 16)), (1 << 5, 0), "CVE-2022-29162")
        # Ambient, and so in force for any user, is what the container has as inheritable.
        b.policy = dict.fromkeys(("exec", "capabilities"), {"level": "off"})
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        b.config["process"]["capabilities"] = {"bounding": ["CAP_KILL", "CAP_CHOWN"], "inheritable": ["CAP_KILL"]}
        with b.started("sleep", "1000") as cid:
            s = fields(b("exec", "--cap", "CAP_KILL", "--cap", "CAP_CHOWN", cid, "cat", "/proc/self/status").out)
            equal([int(s[f"Cap{c}"][0], 16) for c in ("Eff", "Inh", "Amb")], [1 << 5] * 3, "of another user")


@test
def what_a_policy_says():
    with bundle() as b:
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        b.config["process"]["capabilities"] = {s: ["CAP_KILL"] for s in ("bounding", "effective", "permitted")}
        with b.started("sleep", "1000") as cid:
            def effective(section, *options):
                write(f"{b.top}/policy", json.dumps({"exec": section}))
                return b("--policy", f"{b.top}/policy", "exec", *options, cid, "grep", "CapEff", "/proc/self/status", status=None)
            has(effective({"allowRoot": False}, "-u", "0").err,
                "policy: exec: root in a container whose own process runs as user 1000: refused")
            equal(effective({"allowRoot": False}).status, 0)
            chown = ("-u", "0", "-c", "CAP_CHOWN", "-c", "CAP_NET_ADMIN")
            has(effective({}, *chown).out, "0000000000000020")
            # Then the ceiling is all that holds.
            for level in ("off", "audit"):
                has(effective({"level": level}, *chown).out, "0000000000000021")


@test
def detached_and_adopted():
    """The caller, or the subreaper above it, gets the exit status: containerd's shim lives by that."""
    try:
        import ctypes
    except ImportError as e:
        raise Skip(f"python without ctypes: {e}")
    libc = ctypes.CDLL(None)
    equal(libc.prctl(36, 1, 0, 0, 0), 0, "PR_SET_CHILD_SUBREAPER")
    try:
        with bundle() as b, b.started("sleep", "1000") as cid:
            with detached(b, cid, "sh", "-c", "sleep 0.2; exit 7") as pid:
                equal(int(proc_status(pid, "PPid")), os.getpid())
                equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 7)
            with detached(b, cid, "sh", "-c", "kill -KILL $$") as pid:
                equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -9)
            # Nothing of the runtime is left, dead or alive.
            b("delete", "--force", cid)
            while True:
                try:
                    left, _ = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    break
                check(left != 0, "a child is left")
    finally:
        libc.prctl(36, 0, 0, 0, 0)


def freezer(cid):
    for d in cgroups(cid):
        for name, on, off in (("freezer.state", "FROZEN", "THAWED"), ("cgroup.freeze", "1", "0")):
            if os.path.exists(f"{d}/{name}") and "unified" not in d:
                return f"{d}/{name}", on, off
    raise Skip("no freezer on this host")


@test
def paused():
    with bundle() as b, b.started("sleep", "1000") as cid:
        path, on, off = freezer(cid)
        write(path, on)
        wait_for(lambda: b.state(cid)["status"] == "paused", "paused")
        has(b("exec", cid, "true", status=255).err, "cannot exec in a paused container (use --ignore-paused to override)")
        with open(f"{b.top}/o", "w") as f:
            p = subprocess.Popen([BULKHEAD, "--root", b.root, "exec", "--ignore-paused", cid, "echo", "on"],
                                 stdin=subprocess.DEVNULL, stdout=f, stderr=f)
        time.sleep(0.3)
        equal((p.poll(), read(f"{b.top}/o")), (None, ""), "waits")
        write(path, off)
        equal((p.wait(60), read(f"{b.top}/o")), (0, "on\n"))


@test
def signals_are_passed_on():
    with bundle() as b, b.started("sleep", "1000") as cid:
        p = subprocess.Popen([BULKHEAD, "--root", b.root, "exec", cid, "sh", "-c",
                              "trap 'echo hup; exit 9' HUP; echo up; while :; do sleep 0.05; done"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        equal(p.stdout.readline(), "up\n")
        p.send_signal(signal.SIGHUP)
        equal((p.communicate(timeout=60)[0], p.returncode), ("hup\n", 9))


@test
def a_signal_ends_an_exec_that_waits():
    """In a paused container nothing runs yet to pass it on to; nothing may run later either."""
    with bundle() as b, b.started("sleep", "1000") as cid:
        path, on, off = freezer(cid)
        write(path, on)
        wait_for(lambda: b.state(cid)["status"] == "paused", "paused")
        p = subprocess.Popen([BULKHEAD, "--root", b.root, "exec", "--ignore-paused", "--pid-file", f"{b.top}/pid", cid, "touch",
                              "/tmp/ran"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        p.terminate()
        equal(p.wait(60), -signal.SIGTERM)
        write(path, off)
        b("exec", cid, "true")
        check(not os.path.exists(f"{b.rootfs}/tmp/ran") and not os.path.exists(f"{b.top}/pid"), "it has run")


@test
def sub_cgroups():
    with bundle() as b, b.started("sleep", "1000") as cid:
        dirs = cgroups(cid)
        if not any("pids" in d for d in dirs):
            os.mkdir(f"{dirs[0]}/sub")
            equal(b("exec", "--cgroup", "sub", cid, "cat", "/proc/self/cgroup").out, "0::/sub\n")
            for bad in ("none", "pids:sub", "../x", "sub/../../x"):
                b("exec", "--cgroup", bad, cid, "true", status=255)
            return
        for d in dirs:
            os.mkdir(f"{d}/sub")
            if "cpuset" in d:
                for name in ("cpuset.cpus", "cpuset.mems"):
                    write(f"{d}/sub/{name}", read(f"{d}/{name}"))
        lines = {}

        def where(*options):
            with detached(b, cid, "sleep", "1000", options=options) as pid:
                lines.update((line.split(":")[1], line.split(":")[2]) for line in read(f"/proc/{pid}/cgroup").splitlines())
            wait_for(lambda: not os.path.exists(f"/proc/{pid}/cwd"), "its end")
            return lines

        check(where("--cgroup", "sub")["pids"].endswith("/sub"), lines)
        check(lines["memory"].endswith("/sub"), lines)
        check(where("--cgroup", "pids,freezer:sub")["pids"].endswith("/sub"), lines)
        check(lines["freezer"].endswith("/sub") and not lines["memory"].endswith("/sub"), lines)
        check(not where("--cgroup", "/")["pids"].endswith("/sub"), lines)
        for bad in ("none", "pids:none", "../x", "sub/../../x", "pids:..", "nonesuch:sub", "a:b:c", "pids:/.."):
            b("exec", "--cgroup", bad, cid, "true", status=255)
        b("exec", "--cgroup", "sub", "--cgroup", "pids:sub", cid, "true", status=255)
        # runc's words.
        err = b("exec", "--cgroup", "none", cid, "true", status=255).err
        check(re.search("error adding pid to cgroups: .*/none/cgroup.procs: no such file or directory", err), err)


@test
def a_cgroup_that_takes_no_processes():
    """cgroup v2: the first process has moved down, and its cgroup hands controllers on; runc follows it, too."""
    with bundle() as b, b.started("sleep", "1000") as cid:
        top = cgroups(cid)[0]
        if not os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
            raise Skip("needs cgroup v2 alone")
        os.mkdir(f"{top}/init")
        write(f"{top}/init/cgroup.procs", str(b.state(cid)["pid"]))
        write(f"{top}/cgroup.subtree_control", "+memory")
        equal(b("exec", cid, "cat", "/proc/self/cgroup").out, "0::/init\n")
        b("exec", "--cgroup", "/", cid, "true", status=255)
        equal(b("exec", "--cgroup", "init", cid, "cat", "/proc/self/cgroup").out, "0::/init\n")


@test
def cpus_are_those_of_the_cgroup():
    """Whatever the runtime itself was confined to; process.execCPUAffinity.final comes after that."""
    with bundle() as b:
        show = ["grep", "Cpus_allowed_list", "/proc/self/status"]

        def seen(argv, cpus):
            return subprocess.run(argv, preexec_fn=lambda: os.sched_setaffinity(0, cpus), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout.split()[1]

        def confined(*argv):
            return seen(b.command(*argv), {0})

        everything = seen(show, range(1024))
        b.args(*show).save()
        equal(confined("run", "-b", f"{b.top}/bundle", b.new_id()), everything)
        with b.started("sleep", "1000") as cid:
            equal(confined("exec", cid, *show), everything)
            path = process(b, args=show, execCPUAffinity={"initial": "0"})
            equal(confined("exec", "-p", path, cid), everything)
        last = str(os.cpu_count() - 1)
        b.config["linux"].setdefault("resources", {})["cpu"] = {"cpus": last}
        b.args(*show).save()
        equal(confined("run", "-b", f"{b.top}/bundle", b.new_id()), last)
        with b.started("sleep", "1000") as cid:
            equal(confined("exec", cid, *show), last)


@test
def cpu_affinity():
    with bundle() as b:
        last = max(os.sched_getaffinity(0))
        b.config["process"]["execCPUAffinity"] = {"initial": "0", "final": str(last)}
        with b.started("sleep", "1000") as cid:
            equal(fields(b("exec", cid, "cat", "/proc/self/status").out)["Cpus_allowed_list"], [str(last)])
            path = process(b, args=["cat", "/proc/self/status"], execCPUAffinity={"final": "0"})
            equal(fields(b("exec", "-p", path, cid).out)["Cpus_allowed_list"], ["0"])
            path = process(b, args=["true"], execCPUAffinity={"initial": f"0,{last}"})
            has(b("--debug", "exec", "-p", path, cid).err, f"nsexec: affinity: {1 | 1 << last:#x}\"")
        for bad in ("x", "1-", "3-1", "0,", "8192", "-1", "0,,1"):
            b.config["process"]["execCPUAffinity"] = {"final": bad}
            b.refused("/process/execCPUAffinity/final")


@test
def many_at_once():
    with bundle() as b, b.started("sleep", "1000") as cid:
        ps = [subprocess.Popen([BULKHEAD, "--root", b.root, "exec", cid, "sh", "-c", f"exit {i}"], stdin=subprocess.DEVNULL)
              for i in range(30)]
        equal([p.wait(60) for p in ps], list(range(30)))


@test
def at_the_limit_of_processes():
    """Nothing but the new process takes a place: whoever has to stop a fork bomb gets in."""
    with bundle() as b:
        b.config["linux"]["resources"]["pids"] = {"limit": 1}
        with b.started("sleep", "1000") as cid:
            if not any("/pids/" in d for d in cgroups(cid)):
                raise Skip("cgroup v2 counts a process when it is made")
            equal(b("exec", cid, "sh", "-c", "echo in; true | true; echo no", status=2).out, "in\n")


if __name__ == "__main__":
    main()
