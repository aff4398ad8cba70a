#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the container's process is: user, environment, limits, terminal, descriptors; and its hooks and sysctls."""
import array
import json
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, TOP, check, equal, has, lacks, main, read, run, test, wait_for, write  # noqa: E402


def fields(text):
    """"Key:\tvalue" lines of /proc/PID/status."""
    return dict((line.split(":", 1)[0], line.split(":", 1)[1].split()) for line in text.splitlines() if ":" in line)


@test
def user_groups_umask_and_home():
    with bundle() as b:
        p = b.config["process"]
        p["user"] = {"uid": 1000, "gid": 1001, "additionalGids": [5, 6], "umask": 0o77}
        s = fields(b.run("cat", "/proc/self/status").out)
        equal((s["Uid"], s["Gid"], s["Groups"], s["Umask"]), (["1000"] * 4, ["1001"] * 4, ["5", "6"], ["0077"]))
        for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
            equal(int(s[name][0], 16), 0, name)
        equal(s["NoNewPrivs"], ["1"])
        equal(b.run("sh", "-c", "echo $HOME").out, "/home/app\n")
        p["env"].append("HOME=/given")
        equal(b.run("sh", "-c", "echo $HOME").out, "/given\n")
        p["env"][-1] = "HOME="
        p["user"] = {"uid": 4321, "gid": 0}
        equal(b.run("sh", "-c", "echo $HOME; id -u").out, "/\n4321\n")
        p["user"] = {"uid": 65536, "gid": 0}
        b.refused("user id 65536")
        p["user"] = {"uid": 4294967295, "gid": 0}
        b.refused("user id 4294967295")


@test
def environment():
    with bundle() as b:
        b.config["process"]["env"] = ["PATH=/nowhere", "A=1", "PATH=/bin", "A=2=3", "EMPTY="]
        env = b.run("env").out.splitlines()
        equal(sorted(x for x in env if not x.startswith("HOME=")), ["A=2=3", "EMPTY=", "PATH=/bin"])
        b.config["process"]["env"] = ["NOVALUE"]
        b.refused("/process/env/0: invalid environment variable: missing '='")


@test
def words_for_the_program():
    """Go's words, which engines turn into exit codes; in JSON, because the text log escapes quotes."""
    with bundle() as b:
        log = f"{b.top}/log"
        env = b.config["process"]["env"]
        write(f"{b.rootfs}/bin/junk", "\0\0\0", 0o755)
        for path, program, words in (
                ("/bin", "foo", 'exec: "foo": executable file not found in $PATH'),
                ("/bin", "/foo", 'exec: "/foo": stat /foo: no such file or directory'),
                ("/bin", "/etc/passwd", 'exec: "/etc/passwd": permission denied'),
                ("/bin", "/etc", 'exec: "/etc": is a directory'),
                ("/bin", "/etc/passwd/x", 'exec: "/etc/passwd/x": stat /etc/passwd/x: not a directory'),
                ("bin", "sh", 'exec: "sh": cannot run executable found relative to current directory'),
                ("/bin", "/bin/junk", "exec /bin/junk: exec format error")):
            env[0] = f"PATH={path}"
            b.args(program).save()
            cid = b.new_id()
            run(BULKHEAD, "--root", b.root, "--log", log, "--log-format", "json", "run", "--bundle",
                f"{b.top}/bundle", cid, status=1)
            lines = read(log).splitlines()
            equal(len(lines), 1, "lines of the log")
            has(json.loads(lines[0])["msg"], words)
            os.unlink(log)
            b.nothing_left(cid)


@test
def limits_and_scheduling():
    with bundle() as b:
        p = b.config["process"]
        p["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
                        {"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
                        {"type": "RLIMIT_MSGQUEUE", "soft": 4096, "hard": 4096}]
        p["oomScoreAdj"] = 300
        p["scheduler"] = {"policy": "SCHED_BATCH", "nice": 5}
        r = b.run("cat", "/proc/self/limits", "/proc/self/oom_score_adj", "/proc/self/stat").out
        limits = {line[:25].strip(): line[26:].split()[:2] for line in r.splitlines()[1:17]}
        equal(limits["Max open files"], ["100", "200"])
        equal(limits["Max core file size"], ["0", "0"])
        equal(limits["Max msgqueue size"], ["4096", "4096"])
        # What nobody asked for is what the caller has, also where the runtime raised its own meanwhile.
        own = {line[:25].strip(): line[26:].split()[:2] for line in read("/proc/self/limits").splitlines()[1:]}
        for name in ("Max locked memory", "Max pending signals", "Max processes"):
            equal(limits[name], own[name], name)
        equal(r.splitlines()[-2], "300")
        stat = r.splitlines()[-1].rsplit(")", 1)[1].split()
        equal((stat[16], stat[38]), ("5", "3"), "nice and policy")
        p["rlimits"].append({"type": "RLIMIT_NOFILE", "soft": 1, "hard": 1})
        b.refused("/process/rlimits/3", "RLIMIT_NOFILE")


@test
def a_deadline():
    """As chrt(1) and the kernel see it. Such a process makes no children (sched(7)), the runtime's own work around it does."""
    with bundle() as b:
        b.policy = json.loads(read(f"{TOP}/contrib/policy/off.json"))
        b.config["process"]["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 20000000, "deadline": 50000000, "period": 100000000}
        b.config["hooks"] = {"startContainer": [{"path": "/bin/true"}], "createContainer": [{"path": "/bin/true"}]}
        b.refused("/hooks/startContainer: a process with SCHED_DEADLINE can make no children")
        hooks = b.config["hooks"].pop("startContainer")
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            wait_for(lambda: read(f"/proc/{pid}/comm") == "sleep\n", "the program")
            equal(os.sched_getscheduler(pid), 6)
            if shutil.which("chrt"):  # not in an emulated machine
                seen = subprocess.run(["chrt", "-p", str(pid)], capture_output=True, text=True, check=True, timeout=60).stdout
                has(seen, "20000000/50000000/100000000")
            b("exec", cid, "true")
        b.config["process"]["scheduler"]["flags"] = ["SCHED_FLAG_RESET_ON_FORK"]
        b.config["hooks"]["startContainer"] = hooks
        r = b.run("sh", "-c", "cut -d' ' -f41 /proc/self/stat; true")
        equal(r.out, "0\n", "policy of a child")
        del b.config["hooks"]
        # Less than 1024 ns is the kernel's to refuse.
        b.config["process"]["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 1000, "deadline": 10**9, "period": 10**9}
        b.refused("error setting scheduler")
        if os.cpu_count() > 1:  # in runc's words; whoever has not all CPUs can have no deadline
            b.config["process"]["scheduler"].update(runtime=20000000, deadline=50000000, period=100000000)
            b.config["linux"].setdefault("resources", {})["cpu"] = {"cpus": "0"}
            b.refused("error setting scheduler: process scheduler can't be used together with AllowedCPUs")


@test
def personality():
    with bundle() as b:
        b.config["linux"]["personality"] = {"domain": "LINUX32"}
        has(b.run("uname", "-m").out, "i686")


@test
def cwd_is_made_and_kept_inside():
    with bundle() as b:
        p = b.config["process"]
        p["cwd"] = "/made/by/runtime"
        equal(b.run("sh", "-c", "pwd -P").out, "/made/by/runtime\n")
        st = os.stat(f"{b.rootfs}/made/by/runtime")
        equal((st.st_uid, st.st_gid), (0, 0), "owner of the new directory")
        canary = f"{b.top}/canary"
        os.mkdir(canary)
        os.symlink(canary, f"{b.rootfs}/link")
        p["cwd"] = "/link/new"
        b.run("true")
        equal(os.listdir(canary), [], "what appeared outside of the root")
        p["cwd"] = "relative"
        b.refused("Cwd must be an absolute path")
        p["cwd"] = "/etc/passwd"
        b.refused("/process/cwd")


@test
def leaked_descriptors_lead_nowhere():
    """CVE-2024-21626: the caller's open root must neither be a way out nor arrive inside."""
    with bundle() as b:
        leak = os.open("/", os.O_RDONLY)
        os.set_inheritable(leak, True)
        os.symlink(f"/proc/self/fd/{leak}", f"{b.rootfs}/way")
        fds = {leak} | set(range(3, 20))
        for fd in sorted(fds):
            for path in (f"/proc/self/fd/{fd}", f"/proc/self/fd/{fd}/etc", "/way"):
                b.config["process"]["cwd"] = path
                r = b.run("sh", "-c", "pwd -P; ls -d /proc/self/cwd/boot", status=None, pass_fds=(leak,))
                check(r.status != 0, f"cwd {path}: {r}")
            b.config["process"]["cwd"] = "/"
            r = b.run(f"/proc/self/fd/{fd}/../../../../../../bin/ls", "/", status=None, pass_fds=(leak,))
            check(r.status != 0, f"program through {fd}: {r}")
        r = b.run("ls", "/proc/self/fd", pass_fds=(leak,))
        equal(r.out.split(), ["0", "1", "2", "3"])
        os.close(leak)


@test
def preserved_descriptors():
    with bundle() as b:
        rd, wr = os.pipe()
        # The first preserved one is 3.
        code = ("import os,sys\nos.dup2(int(sys.argv[1]), 3)\nos.set_inheritable(3, True)\n"
                "os.closerange(4, 100)\nos.execv(sys.argv[2], sys.argv[2:])")
        b.args("sh", "-c", "echo through >&3; ls /proc/self/fd").save()
        cid = b.new_id()
        r = run(sys.executable, "-c", code, wr, BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle",
                "--preserve-fds", "1", cid, pass_fds=(wr,))
        os.close(wr)
        equal(os.read(rd, 100), b"through\n")
        os.close(rd)
        equal(r.out.split(), ["0", "1", "2", "3", "4"])
        # A descriptor of the runtime's own, its log, does not pass for one of the caller's that is not there.
        for options in ((), ("--log", f"{b.top}/log")):
            r = run(BULKHEAD, "--root", b.root, *options, "run", "--bundle", f"{b.top}/bundle", "--preserve-fds", "2", cid,
                    status=1)
            has(r.err, "unable to stat preserved-fd 0 (of 2)")
        b.nothing_left(cid)


@test
def pipes_can_be_reopened():
    with bundle() as b:
        b.config["process"]["user"] = {"uid": 1000, "gid": 1000}
        r = b.run("sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr")
        equal((r.out, r.err), ("out\n", "err\n"))
        before = os.stat("/dev/null")
        b.save()
        subprocess.run([BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle", b.new_id()],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        after = os.stat("/dev/null")
        equal((after.st_uid, after.st_gid), (before.st_uid, before.st_gid), "owner of the host's /dev/null")


@test
def sysctls():
    with bundle() as b:
        b.config["linux"]["sysctl"] = {
            "net.ipv4.ping_group_range": "0 2147483647", "net.ipv4.ip_unprivileged_port_start": "0",
            "kernel.msgmax": "4242", "fs.mqueue.msg_max": "33", "kernel.shm_rmid_forced": "1"}
        host = read("/proc/sys/kernel/msgmax")
        r = b.run("cat", "/proc/sys/net/ipv4/ping_group_range", "/proc/sys/net/ipv4/ip_unprivileged_port_start",
                  "/proc/sys/kernel/msgmax", "/proc/sys/fs/mqueue/msg_max", "/proc/sys/kernel/shm_rmid_forced")
        equal(r.out.splitlines(), ["0\t65535", "0", "4242", "33", "1"])
        equal(read("/proc/sys/kernel/msgmax"), host)
        for key, value in (("kernel.core_pattern", "|/x"), ("kernel/core_pattern", "|/x"), ("net..core", "1"),
                           ("net/../kernel/core_pattern", "1"), ("vm.swappiness", "1"),
                           ("kernel.shm_rmid_forced", "1+kernel.core_pattern=|/x"),
                           ("kernel.shm_rmid_forced", "1\nkernel.core_pattern")):
            b.config["linux"]["sysctl"] = {key: value}
            b.refused("sysctl")
        b.config["linux"]["sysctl"] = {"net.no.such": "1"}
        b.refused("net.no.such", "does not exist in the container's namespaces")


def hook(*argv, **more):
    return {"path": argv[0], "args": list(argv), **more}


@test
def hooks_get_nothing_of_the_containers_or_callers():
    """CVE-2025-23266: LD_PRELOAD of an image must not reach a hook that is host root."""
    with bundle() as b:
        b.config["process"]["env"] = ["PATH=/bin", "LD_PRELOAD=/proc/self/cwd/poc.so"]
        out = f"{b.top}/out-"
        script = "cat /proc/self/environ > {0}env; pwd -P > {0}cwd; ls /proc/self/fd > {0}fds"
        for kind in ("prestart", "createRuntime", "createContainer", "poststart", "poststop"):
            b.config["hooks"] = {kind: [hook("/bin/sh", "-c", script.format(out), env=["ONLY=this"])]}
            leak = os.open("/", os.O_RDONLY)
            b.run("true", env={"PATH": os.environ["PATH"], "LD_PRELOAD": "", "CALLER": "x"}, pass_fds=(leak,))
            os.close(leak)
            env = read(f"{out}env")
            has(env, "ONLY=this", kind)
            lacks(env, "LD_PRELOAD", kind)
            lacks(env, "CALLER", kind)
            equal(read(f"{out}cwd").strip(), f"{b.top}/bundle", f"cwd of {kind}")
            equal(read(f"{out}fds").split(), ["0", "1", "2", "3"], f"descriptors of {kind}")


@test
def hooks_are_in_their_namespaces():
    with bundle() as b:
        out = f"{b.top}/ns-"
        names = ("net", "ipc", "uts", "pid", "mnt", "user")
        script = "for n in " + " ".join(names) + "; do readlink /proc/self/ns/$n; done > {}"
        b.config["hooks"] = {k: [hook("/bin/sh", "-c", script.format(out + k), env=["PATH=/usr/bin:/bin"])]
                             for k in ("createRuntime", "createContainer")}
        inside = dict(zip(names, b.run("sh", "-c", script.format("/proc/self/fd/1")).out.split()))
        own = {n: os.readlink(f"/proc/self/ns/{n}") for n in names}
        runtime = dict(zip(names, read(out + "createRuntime").split()))
        container = dict(zip(names, read(out + "createContainer").split()))
        equal(runtime, own, "createRuntime")
        for n in ("net", "ipc", "uts", "pid"):
            equal(container[n], inside[n], f"{n} of createContainer")
            check(inside[n] != own[n], f"{n} of the container is the host's")
        equal(container["user"], own["user"], "the hook is host root")


@test
def callers_that_ignore_children():
    with bundle() as b:
        b.config["hooks"] = {"prestart": [hook("/bin/true")]}
        b.args("sh", "-c", "exit 3").save()
        cid = b.new_id()
        p = subprocess.run([BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle", cid],
                           capture_output=True, text=True, timeout=60,
                           preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        equal((p.returncode, p.stderr), (3, ""))
        b.nothing_left(cid)


def read_tty(fd, until, limit=60):
    text = b""
    while until not in text:
        ready, _, _ = select.select([fd], [], [], limit)
        check(ready, f"{until!r} never came; so far {text!r}")
        try:
            data = os.read(fd, 4096)
        except OSError:
            data = b""
        check(data, f"{until!r} never came; so far {text!r}")
        text += data
    return text.decode(errors="replace")


@test
def own_terminal_in_the_foreground():
    with bundle() as b:
        b.config["process"].update(terminal=True, consoleSize={"height": 20, "width": 60})
        b.args("sh", "-c", "stty size; tty; stat -c '%t %u %g' /dev/console /dev/pts/0; read x; echo got $x; exit 5").save()
        cid = b.new_id()
        pid, master = pty.fork()
        if pid == 0:
            os.execv(BULKHEAD, [BULKHEAD, "--root", b.root, "run", "--bundle", f"{b.top}/bundle", cid])
        text = read_tty(master, b"88 0 5\r\n88 0 5\r\n")
        has(text, "/dev/pts/0")
        os.write(master, b"typed\r")
        has(read_tty(master, b"got typed\r\n"), "typed")
        _, status = os.waitpid(pid, 0)
        os.close(master)
        equal(os.waitstatus_to_exitcode(status), 5)
        b.nothing_left(cid)


@test
def lines_of_a_terminal_in_the_foreground():
    """Into a file a line ends in a newline alone, of run and of exec; the caller's terminal is left as it was."""
    with bundle() as b, b.started("sleep", "1000") as other:
        program = ["sh", "-c", "printf 'one\\ntwo\\n'"]
        b.config["process"]["terminal"] = True
        b.args(*program).save()
        for argv in ["run", "--bundle", f"{b.top}/bundle", b.new_id()], ["exec", "-t", other, *program]:
            master, slave = pty.openpty()
            before = termios.tcgetattr(slave)
            with open(f"{b.top}/lines", "w+b") as out:
                p = subprocess.run([BULKHEAD, "--root", b.root, *argv], stdin=slave, stdout=out, stderr=subprocess.PIPE,
                                   text=True, timeout=60)
                out.seek(0)
                equal((p.returncode, p.stderr, out.read()), (0, "", b"one\ntwo\n"), argv[0])
            equal(termios.tcgetattr(slave), before)
            os.close(master)
            os.close(slave)


@test
def terminal_through_a_socket():
    with bundle() as b:
        b.config["process"].update(terminal=True, consoleSize={"height": 21, "width": 61},
                                   user={"uid": 1000, "gid": 1000})
        path = f"{b.top}/console.sock"
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.bind(path)
        s.listen(1)
        # Nobody accepts before create has returned.
        with b.created("sh", "-c", "stty size; echo w > /dev/tty; stat -c %u /dev/pts/0; read x; exit 0",
                       options=("--console-socket", path)) as cid:
            peer, _ = s.accept()
            data, control, _, _ = peer.recvmsg(4096, socket.CMSG_SPACE(64))
            equal(data, b"/dev/pts/0")
            equal(len(control), 1)
            got = array.array("i", control[0][2][:4])
            equal(peer.recv(1), b"", "after the one message")
            b("start", cid)
            has(read_tty(got[0], b"1000\r\n"), "21 61\r\nw\r\n")
            os.write(got[0], b"\n")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "end")
            os.close(got[0])
        s.close()


@test
def terminal_contradictions():
    with bundle() as b:
        b.config["process"]["terminal"] = True
        b.args("true").save()
        r = b("create", "--bundle", f"{b.top}/bundle", b.new_id(), status=1)
        has(r.err, "cannot allocate tty if")
        r = b("create", "--bundle", f"{b.top}/bundle", "--console-socket", f"{b.top}/none", b.new_id(), status=1)
        has(r.err, "no such file or directory")
        b.config["process"]["terminal"] = False
        b.save()
        r = b("create", "--bundle", f"{b.top}/bundle", "--console-socket", f"{b.top}/none", b.new_id(), status=1)
        has(r.err, "cannot use console socket if")


@test
def session_keyring_is_the_containers():
    with bundle() as b:
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            # Root's /proc/keys shows it by name; only the owner's processes may find it.
            line = [x for x in read("/proc/keys").splitlines() if f"_ses.{cid}:" in x]
            equal(len(line), 1, f"keyrings of process {pid}")
            perm = int(line[0].split()[4], 16)
            equal(perm & 0x3f, 0, "permissions of everybody")


if __name__ == "__main__":
    main()
