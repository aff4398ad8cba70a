#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""SCMP_ACT_NOTIFY: a real agent answers for containers (config-linux.md, "Seccomp"; seccomp_unotify(2))."""
import contextlib
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from agent import NUMBERS, Agent, asked_names, string_at  # noqa: E402
from bundle import bundle  # noqa: E402
from execs import process  # noqa: E402
from harness import BULKHEAD, TOP, check, descriptors, equal, has, main, proc_status, read, run, test, wait_for  # noqa: E402

CALL = os.path.join(os.path.dirname(BULKHEAD), "tests/lib/call")
OFF = json.loads(read(f"{TOP}/contrib/policy/off.json"))
METADATA = "bar \"quoted\" \\ \n\u00e9"


def call(*calls):
    """The arguments for tests/lib/call: ("mkdir", "@/tmp/x"), ..."""
    words = ["/bin/call"]
    for n, (name, *args) in enumerate(calls):
        words += [","] * (n > 0) + [str(NUMBERS[name]), *map(str, args)]
    return words


def results(text):
    names = {str(v): k for k, v in NUMBERS.items()}
    return [" ".join([names[line.split()[0]], *line.split()[1:]]) for line in text.splitlines()]


@contextlib.contextmanager
def agent_for(rules=None, names=None, *, off=False, nnp=True, policy=None, **kw):
    """A bundle whose filter asks about the calls in @rules (and @names), and the agent: (bundle, agent)."""
    with bundle() as b:
        shutil.copy(CALL, f"{b.rootfs}/bin/call")
        if off:
            b.policy = dict(OFF, version=1)
        elif policy is not None:
            b.policy = policy
        b.config["process"]["noNewPrivileges"] = nnp
        path = f"{b.top}/agent.sock"
        b.config["linux"]["seccomp"] = {
            "defaultAction": "SCMP_ACT_ALLOW", "listenerPath": path, "listenerMetadata": METADATA,
            "syscalls": [{"names": names or [n for n in rules if n != "*"], "action": "SCMP_ACT_NOTIFY"}]}
        with Agent(path, rules, **kw) as agent:
            yield b, agent


def every_way(test_function):
    """With the built-in policy and with all rules off, with and without no_new_privs."""
    for off, nnp in ((False, True), (True, True), (True, False)):
        test_function(off=off, nnp=nnp)


@test
def answers():
    def each(**kw):
        rules = {"mkdir": errno.ENOMEDIUM, "getppid": ("value", 4242), "uname": "continue"}
        with agent_for(rules, **kw) as (b, agent):
            r = b.run(*call(("mkdir", "@/tmp/x"), ("getppid",), ("uname", 0), ("getpid",)))
            equal(results(r.out), ["mkdir ENOMEDIUM", "getppid ok 4242", "uname EFAULT", "getpid ok 1"])
            equal(asked_names(agent), ["mkdir", "getppid", "uname"])
            equal(agent.asked[0][2][0] != 0, True)
            # Nobody but the agent had it open: the end of the container is the end of its listener.
            wait_for(lambda: not agent.listeners, "the listener's end")
    every_way(each)


@test
def what_the_agent_is_told():
    def each(**kw):
        with agent_for({"mkdir": errno.EXDEV}, **kw) as (b, agent):
            b.config["annotations"] = {"org.example.a": "b\"c"}
            with b.created("sleep", "1000") as cid:
                equal(len(agent.told(1)), 1)
                s = agent.states[0]
                equal(set(s), {"ociVersion", "fds", "pid", "metadata", "state"})
                equal((s["ociVersion"], s["fds"], s["metadata"]), ("1.3.0", ["seccompFd"], METADATA))
                state = b.state(cid)
                equal(s["pid"], state["pid"])
                equal(s["state"], {"ociVersion": "1.0.2", "id": cid, "status": "creating", "pid": state["pid"],
                                   "bundle": f"{b.top}/bundle", "annotations": {"org.example.a": "b\"c"}})
                b("start", cid)
                # exec: its own listener, its own pid, the container's state.
                r = b("exec", cid, *call(("mkdir", "@/tmp/x"), ("getpid",)))
                has(r.out, f"{NUMBERS['mkdir']} EXDEV")
                s = agent.told(2)[1]
                equal((s["state"]["status"], s["state"]["pid"], s["state"]["id"]), ("running", state["pid"], cid))
                check(s["pid"] not in (state["pid"], 0), f"pid {s['pid']}")
                equal([pid for pid, name, _ in agent.asked if name == "mkdir"], [s["pid"]])
                equal(s["metadata"], METADATA)
    every_way(each)


@test
def exec_detached_and_with_a_process_file():
    with agent_for({"getppid": ("value", 77)}) as (b, agent):
        with b.started("sleep", "1000") as cid:
            equal(b("exec", "-p", process(b, args=call(("getppid",))), cid).out, f"{NUMBERS['getppid']} ok 77\n")
            out = f"{b.top}/exec-out"
            with open(out, "w") as f:
                subprocess.run(b.command("exec", "-d", "--pid-file", f"{b.top}/pid", cid, "sh", "-c",
                                         " ".join(call(("getppid",))) + "; sleep 1000"),
                               stdin=subprocess.DEVNULL, stdout=f, stderr=f, check=True, timeout=60)
            wait_for(lambda: read(out), "output")
            equal(read(out), f"{NUMBERS['getppid']} ok 77\n")
            equal(agent.states[-1]["pid"], int(read(f"{b.top}/pid")))
            equal(len(agent.told(3)), 3)


@test
def metadata_is_optional():
    with agent_for({"mkdir": errno.EXDEV}) as (b, agent):
        del b.config["linux"]["seccomp"]["listenerMetadata"]
        b.run("true")
        equal(set(agent.told(1)[0]), {"ociVersion", "fds", "pid", "state"})
        b.config["linux"]["seccomp"]["listenerMetadata"] = ""
        b.run("true")
        equal(set(agent.told(2)[1]), {"ociVersion", "fds", "pid", "state"})
        long = "x" * 300000
        b.config["linux"]["seccomp"]["listenerMetadata"] = long
        b.run("true")
        equal(agent.told(3)[2]["metadata"], long)


@test
def the_runtimes_own_calls_may_be_asked_about():
    """No call of the runtime between the filter and "created" needs the agent: it is never asked about them."""
    names = ["sendmsg", "sendto", "recvmsg", "write", "read", "close", "prctl", "openat", "open", "execve", "capset",
             "setresuid", "accept4"]

    def each(**kw):
        with agent_for({}, names, **kw) as (b, agent):
            with b.created("sh", "-c", "echo done") as cid:
                # The first process waits in accept4(2) or was asked about it; nothing but the agent answers now.
                check("capset" not in asked_names(agent) and "setresuid" not in asked_names(agent), str(agent.asked))
                b("start", cid)
                wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
                equal(b.output(), "done\n")
                has(asked_names(agent), "execve")
                has(asked_names(agent), "write")
            equal(b.run("sh", "-c", "echo again").out, "again\n")
    every_way(each)


@test
def everything_asked_about():
    """defaultAction SCMP_ACT_NOTIFY, which runc refuses."""
    def each(**kw):
        with agent_for({}, ["mkdir"], **kw) as (b, agent):
            b.config["linux"]["seccomp"].update(defaultAction="SCMP_ACT_NOTIFY", syscalls=[])
            equal(b.run("echo", "hello").out, "hello\n")
            check(len(agent.asked) > 10, str(agent.asked))
            with b.started("sleep", "1000") as cid:
                equal(b("exec", cid, "echo", "there").out, "there\n")
    every_way(each)


def fake(b, *names):
    """The filter answers these calls itself, with success."""
    b.config["linux"]["seccomp"]["syscalls"].append({"names": list(names), "action": "SCMP_ACT_ERRNO", "errnoRet": 0})


@test
def landlock_is_entered_before_the_filter():
    """What can take calls away must not take the domain away."""
    policy = {"version": 1, "landlock": {"readonly": {"/home": "a test"}}}
    script = "mkdir -p /tmp && echo x > /tmp/f && echo written; echo x > /home/app/f && echo escaped; :"
    for names in (["landlock_restrict_self"], ["landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"]):
        with agent_for({"mkdir": "continue"}, policy=policy) as (b, agent):
            os.makedirs(f"{b.rootfs}/home/app", exist_ok=True)
            os.chmod(f"{b.rootfs}/home/app", 0o777)
            fake(b, *names)
            r = b.run("sh", "-c", script)
            equal(r.out, "written\n")
            has(r.err.lower(), "denied")
            with b.started("sleep", "1000") as cid:
                r = b("exec", cid, "sh", "-c", script)
                equal(r.out, "written\n")
                has(r.err.lower(), "denied")


@test
def nobody_starts_but_start():
    with agent_for({"mkdir": "continue"}) as (b, agent):
        fake(b, "accept4")
        with b.created("sh", "-c", "echo x > /tmp/ran") as cid:
            wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
            check(not os.path.exists(f"{b.rootfs}/tmp/ran"), "the program ran before start")


SET_UP = (["setresuid"], ["setresuid", "getresuid"], ["setresgid", "getresgid"], ["setgroups", "getgroups"], ["capset"],
          ["prctl"], ["capset", "capget", "prctl"],
          ["setresuid", "getresuid", "setresgid", "getresgid", "setgroups", "getgroups", "capset", "capget", "prctl", "chdir"])


@test
def faked_success_of_what_is_set():
    """Without no_new_privs ids and capabilities change under the filter: the runtime looks for itself."""
    def each(notify, names, caps):
        with agent_for({"mkdir": "continue"}, off=True, nnp=False) as (b, agent):
            if not notify:
                b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}
            b.config["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [5, 7]}
            b.config["process"]["capabilities"] = {k: caps for k in ("bounding", "effective", "permitted")}
            has(b.run("cat", "/proc/self/status").out, "Uid:\t1000\t1000\t1000\t1000\n")
            fake(b, *names)
            r = b.run("cat", "/proc/self/status", status=1)
            equal(r.out, "")
            check(any(words in r.err for words in (
                "are not as planned", "read back as", "capability set", "bounding set", "unable to apply caps")), f"{names}: {r.err!r}")
            return r.err
    for notify in (True, False):
        for names in SET_UP:
            each(notify, names, ["CAP_CHOWN"])
        # Nothing the process itself asks can tell: an empty set reads as 0.
        has(each(notify, ["prctl"], []), "the process's capabilities are not as planned")


@test
def faked_success_in_exec():
    with agent_for({"mkdir": "continue"}, off=True, nnp=False) as (b, agent):
        fake(b, "setresuid")
        with b.started("sleep", "1000") as cid:
            r = b("exec", "-u", "1000:1000", cid, "cat", "/proc/self/status", status=255)
            has(r.err, "read back as")
            equal(r.out, "")


@test
def an_agent_that_dies():
    with agent_for({"mkdir": errno.EXDEV}) as (b, agent):
        with b.started("sh", "-c", "mkdir /tmp/a; while ! test -e /tmp/go; do sleep 0.05; done; mkdir /tmp/b; sleep 1000") as cid:
            wait_for(lambda: "mkdir" in asked_names(agent), "the first question")
            agent.die()
            open(f"{b.rootfs}/tmp/go", "w").close()
            wait_for(lambda: "not implemented" in b.output(), "ENOSYS")
            # Nobody answers any longer: exec says so, and leaves nothing.
            r = b("exec", cid, "true", status=255)
            has(r.err, "exec failed: ")
            has(r.err, "/linux/seccomp/listenerPath: failed to connect with seccomp agent")


@test
def an_agent_that_dies_while_one_waits():
    with agent_for({"mkdir": None}) as (b, agent):
        with b.started("sh", "-c", "mkdir /tmp/a; sleep 1000") as cid:
            wait_for(lambda: "mkdir" in asked_names(agent), "the question")
            agent.die()
            wait_for(lambda: "not implemented" in b.output(), "ENOSYS")
            # An ordinary kill ends whoever waits.
            check(b.state(cid)["status"] == "running", "ended")


@test
def killed_while_it_waits():
    for flags in ([], ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]):
        with agent_for({"mkdir": None}) as (b, agent):
            b.config["linux"]["seccomp"]["flags"] = flags
            with b.started("mkdir", "/tmp/a") as cid:
                wait_for(lambda: "mkdir" in asked_names(agent), "the question")
                b("kill", cid, "KILL")
                wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")


@test
def flags_with_a_listener():
    flags = [f"SECCOMP_FILTER_FLAG_{f}" for f in ("TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV")]
    for off in (False, True):
        with agent_for({"getppid": ("value", 5)}, off=off) as (b, agent):
            b.config["linux"]["seccomp"]["flags"] = flags
            equal(b.run(*call(("getppid",))).out, f"{NUMBERS['getppid']} ok 5\n")


@test
def hooks_are_under_the_filter():
    """As under runc: startContainer hooks too, and they get no descriptor of it."""
    def each(**kw):
        with agent_for({"mkdir": errno.EXDEV}, **kw) as (b, agent):
            b.config["hooks"] = {"startContainer": [{
                "path": "/bin/sh", "args": ["sh", "-c", "cd /proc/self/fd; echo * > /tmp/fds; mkdir /tmp/x 2>/tmp/err; :"],
                "env": ["PATH=/bin"]}]}
            b.run("true")
            has(read(f"{b.rootfs}/tmp/err").lower(), "cross-device")
            equal(read(f"{b.rootfs}/tmp/fds"), "0 1 2 3\n")  # 3: the directory, as the shell reads it
            os.unlink(f"{b.rootfs}/tmp/fds")
            os.unlink(f"{b.rootfs}/tmp/err")
    every_way(each)


@test
def no_descriptor_is_left_inside():
    def each(**kw):
        with agent_for({"mkdir": errno.EXDEV}, **kw) as (b, agent):
            with b.created("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                links = descriptors(pid)
                check(not any("seccomp" in x for x in links.values()), str(links))
                b("start", cid)
                wait_for(lambda: b.state(cid)["status"] == "running", "start")
                equal(sorted(os.listdir(f"/proc/{pid}/fd")), ["0", "1", "2"])
    every_way(each)


@test
def descriptors_from_the_agent():
    """SECCOMP_IOCTL_NOTIF_ADDFD: what the agent opens on the host is read inside."""
    with agent_for({}, ["keyctl", "sync"]) as (b, agent):
        source = f"{b.top}/host-file"
        with open(source, "w") as f:
            f.write("from the host")
        with open(source) as f:
            agent.rules["sync"] = ("addfd", f.fileno())
            agent.rules["keyctl"] = ("value", 0)
            r = b.run("/bin/call", "fd", str(NUMBERS["sync"]))
            equal(r.out.split("\n")[1], "from the host")
            # What the built-in filter denies is never asked about: no agent can grant it.
            equal(b.run(*call(("keyctl", 0, -3, 0))).out, f"{NUMBERS['keyctl']} EPERM\n")
            equal(asked_names(agent), ["sync"])
            b.policy = dict(OFF)
            equal(b.run(*call(("keyctl", 0, -3, 0))).out, f"{NUMBERS['keyctl']} ok 0\n")


@test
def the_agent_reads_arguments():
    with agent_for({"mkdir": lambda pid, args: errno.EXDEV if string_at(pid, args[0]) == "/tmp/no" else "continue"}) as (b, agent):
        r = b.run(*call(("mkdir", "@/tmp/no", 0o777), ("mkdir", "@/tmp/yes", 0o777)))
        equal(results(r.out), ["mkdir EXDEV", "mkdir ok 0"])
        check(os.path.isdir(f"{b.rootfs}/tmp/yes"), "not made")


@test
def stricter_actions_win():
    """seccomp(2): KILL, TRAP and ERRNO of the built-in filter before NOTIFY, which is before TRACE, LOG and ALLOW."""
    with agent_for({}, ["keyctl", "getppid", "uname"]) as (b, agent):
        agent.rules.update(keyctl=("value", 1), getppid=("value", 1), uname=("value", 1))
        b.config["linux"]["seccomp"]["defaultAction"] = "SCMP_ACT_LOG"
        r = b.run(*call(("keyctl", 0, -3, 0), ("getppid",), ("uname", 0), ("getpid",)))
        equal(results(r.out), ["keyctl EPERM", "getppid ok 1", "uname ok 1", "getpid ok 1"])


@test
def agents_of_others():
    """Rule seccomp: who is told of a container, and answers for it, is root or whoever runs the runtime."""
    with agent_for({"mkdir": errno.EXDEV}, uid=1000) as (b, agent):
        r = b.refused("policy: seccomp: the agent at", "runs as user 1000, and not as root: refused")
        check("failed to connect" not in r.err, r.err)
        equal(agent.states, [])
        b.policy = {"version": 1, "seccomp": {"allowForeignAgents": True}}
        equal(results(b.run(*call(("mkdir", "@/tmp/x"))).out), ["mkdir EXDEV"])
        b.policy = dict(OFF)
        equal(results(b.run(*call(("mkdir", "@/tmp/x"))).out), ["mkdir EXDEV"])
        # exec is held to what the container was made under.
        b.policy = {"version": 1, "seccomp": {"allowForeignAgents": True}}
        with b.started("sleep", "1000") as cid:
            b.policy = None
            equal(results(b("exec", cid, *call(("mkdir", "@/tmp/x"))).out), ["mkdir EXDEV"])


@test
def directories_of_the_policy():
    with agent_for({"mkdir": errno.EXDEV}) as (b, agent):
        b.policy = {"version": 1, "seccomp": {"agents": {"/run/agents": "the test's"}}}
        b.refused("policy: seccomp: the agent's socket", "is outside of the policy's directories")
        b.policy["seccomp"]["agents"] = {b.top: "the test's"}
        b.run("true")
        b.config["linux"]["seccomp"]["listenerPath"] = f"{b.top}/../{os.path.basename(b.top)}/agent.sock"
        b.refused("policy: seccomp: the agent's socket")
        equal(len(agent.told(1)), 1)


@test
def the_path_is_ignored_without_notify():
    """config-linux.md: "If the SCMP_ACT_NOTIFY action is not used, this value is ignored."."""
    with bundle() as b:
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/no/such.sock",
                                        "listenerMetadata": "x"}
        b.run("true")
        b.config["linux"]["seccomp"]["listenerPath"] = "relative"
        b.run("true")


POINTER = "/linux/seccomp/listenerPath: "


@test
def bad_paths():
    with agent_for({"mkdir": errno.EXDEV}) as (b, agent):
        seccomp = b.config["linux"]["seccomp"]
        sock = seccomp.pop("listenerPath")
        b.refused("/linux/seccomp/listenerMetadata: needs listenerPath")
        del seccomp["listenerMetadata"]
        b.refused(POINTER + "missing, and SCMP_ACT_NOTIFY needs it")
        for path, words in (("", "missing"), ("agent.sock", "is not absolute"), ("@abstract", "is not absolute"),
                            (7, ""), (["x"], "")):
            seccomp["listenerPath"] = path
            b.refused("/linux/seccomp/listenerPath", words)
        dgram = f"{b.top}/dgram.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s, socket.socket(socket.AF_UNIX) as closed:
            s.bind(dgram)
            closed.bind(f"{b.top}/closed.sock")
            for path, words in ((f"{b.top}/none.sock", "no such file"), (b.top, "refused"), ("/dev/null", "refused"),
                                (dgram, "wrong type"), (f"{b.top}/closed.sock", "refused"),
                                (f"{b.top}/{'d' * 120}/x.sock", "no such file"), (f"{b.top}/{'x' * 300}", "name too long")):
                seccomp["listenerPath"] = path
                r = b.refused(POINTER, "failed to connect with seccomp agent")
                has(r.err.lower(), words)
        seccomp["listenerPath"] = sock
        b.run("true")


@test
def long_and_linked_paths():
    with agent_for({"mkdir": errno.EXDEV}) as (b, agent):
        os.makedirs(f"{b.top}/{'d' * 120}")
        os.link(agent.path, f"{b.top}/{'d' * 120}/a.sock")
        os.symlink(agent.path, f"{b.top}/link.sock")
        for path in (f"{b.top}/{'d' * 120}/a.sock", f"{b.top}/link.sock"):
            b.config["linux"]["seccomp"]["listenerPath"] = path
            b.run("true")
        equal(len(agent.told(2)), 2)


@test
def an_agent_that_hangs_up():
    """It accepts and closes, without a look at what was sent: the system call finds nobody."""
    with bundle() as b:
        shutil.copy(CALL, f"{b.rootfs}/bin/call")
        path = f"{b.top}/a.sock"
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": path, "syscalls": [
            {"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path)
            s.listen(4)
            b.save()
            p = subprocess.Popen(b.command("run", "--bundle", f"{b.top}/bundle", b.new_id()), stdin=subprocess.DEVNULL)
            s.accept()[0].close()
            p.wait(60)
            b.args(*call(("mkdir", "@/tmp/x"))).save()
            p = subprocess.Popen(b.command("run", "--bundle", f"{b.top}/bundle", b.new_id()), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, text=True)
            peer = s.accept()[0]
            time.sleep(0.2)
            peer.close()
            out = p.communicate(timeout=60)[0]
            if p.returncode == 0:
                equal(out, f"{NUMBERS['mkdir']} ENOSYS\n")


@test
def an_agent_that_never_accepts():
    """The queue of its socket is full: one clear error after ten seconds, and nothing is left."""
    with bundle() as b:
        path = f"{b.top}/a.sock"
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": path, "syscalls": [
            {"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path)
            s.listen(0)
            # Taken, never read: it waits in the queue, which then is full.
            cid = b.new_id()
            b.args("true")
            b.run("true")
            start = time.monotonic()
            r = b.refused(POINTER, "failed to connect with seccomp agent")
            check(5 < time.monotonic() - start < 50, f"after {time.monotonic() - start} s: {r}")
            del cid


@test
def flag_without_an_action():
    with bundle() as b:
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG",
                                                                                   "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]}
        b.refused("/linux/seccomp/flags/1: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, but no action is SCMP_ACT_NOTIFY")
        b.config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_NOTIFY", "defaultErrnoRet": 1, "listenerPath": "/x"}
        b.refused("/linux/seccomp/defaultErrnoRet: SCMP_ACT_NOTIFY takes no errno")


@test
def a_runtime_under_a_listener():
    """The kernel allows one listener for a process."""
    with agent_for({"mkdir": errno.EXDEV}) as (b, agent):
        b.args("true").save()
        # A filter with a listener around the runtime; nobody is asked, so nobody has to answer.
        code = ("import ctypes,struct,subprocess,sys\n"
                "libc=ctypes.CDLL(None,use_errno=True)\n"
                "insns=ctypes.create_string_buffer(struct.pack('=HBBI',6,0,0,0x7fff0000))\n"
                "prog=ctypes.create_string_buffer(struct.pack('@HP',1,ctypes.addressof(insns)))\n"
                "libc.prctl(38,1,0,0,0)\n"
                "assert libc.syscall(317,1,8,prog)>=0\n"
                "sys.exit(subprocess.run(sys.argv[1:]).returncode)\n")
        cid = b.new_id()
        r = run(sys.executable, "-c", code, *b.command("run", "--bundle", f"{b.top}/bundle", cid), status=1)
        has(r.err, POINTER + "this runtime runs under a filter that has a listener")
        b.nothing_left(cid)


@test
def verify_knows_it():
    def each(**kw):
        with agent_for({"mkdir": errno.EXDEV}, **kw) as (b, agent):
            with b.created("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                equal(proc_status(pid, "Seccomp"), "2")
                has(b("verify", cid).out, agent.path)
                b("start", cid)
                wait_for(lambda: b.state(cid)["status"] == "running", "start")
                program = [line for line in b("verify", "--stop", cid).out.splitlines() if " program " in line]
                check(len(program) == 1 and program[0].startswith("ok") and program[0].endswith("the same"), str(program))
    every_way(each)


@test
def features_say_so():
    with bundle() as b:
        f = json.loads(b("features").out)["linux"]["seccomp"]
        check("SCMP_ACT_NOTIFY" in f["actions"], str(f))
        equal(f["knownFlags"], f["supportedFlags"])
        check("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" in f["supportedFlags"], str(f))


if __name__ == "__main__":
    main()
