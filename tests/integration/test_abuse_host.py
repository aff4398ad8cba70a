#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A caller and a host that do not help: full and read-only disks, few descriptors, strange stdio and
signals, peers that do not answer, hooks that hang, kill or delete."""
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, Failure, cgroups, check, descriptors, ended, equal, has, id_ranges, lacks, main,  # noqa: E402
                     proc_status, read, test, wait_for, write)


def path(b):
    return f"{b.top}/bundle"


def runtime(b, *argv, limit=60, stdin=subprocess.DEVNULL, **kw):
    """Status and output of a command that gets special treatment by its caller."""
    with open(f"{b.top}/out", "w") as f:
        p = subprocess.run([BULKHEAD, "--root", b.root, *argv], stdin=stdin, stdout=f, stderr=f, timeout=limit, **kw)
    return p.returncode, b.output()


def one_error(text, what):
    equal(len(text.strip().splitlines()), 1, f"{what}: lines of {text!r}")
    has(text, "level=error", what)


def on_small_disk(b, cid, options):
    """create and forced delete with a state root on a tmpfs that only they see."""
    script = ('mount -t tmpfs -o "$1" tmpfs "$2" || exit 99; "$3" --root "$2" create -b "$4" "$5"; s=$?; '
              'ls -A "$2" >"$6"; mount -o remount,size=1m,nr_inodes=100 "$2"; [ $s = 0 ] || ls -A "$2" | wc -l; '
              '"$3" --root "$2" delete -f "$5" || exit 98; [ -z "$(ls -A "$2")" ] || exit 97; exit $s')
    with open(f"{b.top}/out", "w") as f:
        p = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", options, b.root, BULKHEAD,
                            path(b), cid, f"{b.top}/ls"], stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=60)
    return p.returncode, b.output()


@test
def full_state_root():
    """No space and no inodes, at each write in turn."""
    with bundle() as b:
        os.makedirs(b.root, mode=0o700)
        b.args("sleep", "1000").save()
        failed = worked = 0
        for options in [f"mode=700,nr_inodes={n}" for n in range(1, 10)] + [f"mode=700,size={4 * n}k" for n in range(1, 14)]:
            cid = b.new_id()
            status, text = on_small_disk(b, cid, options)
            check(status in (0, 1), f"{options}: status {status}: {text!r}")
            if status == 1:
                failed += 1
                has(text, "no space left on device", options)
                equal(text.count("level=error"), 1, f"{options}: {text!r}")
                equal(read(f"{b.top}/ls"), "", f"{options}: left in the state root")
            worked += status == 0
            b.nothing_left(cid)
        check(failed > 4 and worked > 1, f"{failed} failed, {worked} worked")


@test
def read_only_state_root():
    with bundle() as b:
        os.makedirs(b.root, mode=0o700)
        b.args("sleep", "1000").save()
        cid = b.new_id()
        equal(runtime(b, "create", "-b", path(b), cid)[0], 0)

        def readonly(*argv):
            r = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-c", 'B=$1; shift; mount --bind "$1" "$1" && '
                                'mount -o remount,ro,bind "$1" || exit 99; exec "$B" --root "$@"', "sh", BULKHEAD, b.root, *argv],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            return r.returncode, r.stdout + r.stderr
        status, text = readonly("create", "-b", path(b), "other")
        equal(status, 1)
        has(text, "read-only file system")
        equal(json.loads(readonly("state", cid)[1])["status"], "created")
        # Nothing has to be written for a start; what has failed has not happened.
        equal(readonly("start", cid), (0, ""))
        equal(b.state(cid)["status"], "running")
        one_error(readonly("delete", "-f", cid)[1], "delete")
        b("delete", "-f", cid)
        b.nothing_left(cid)
        b.nothing_left("other")


@test
def few_descriptors():
    """RLIMIT_NOFILE from 3 on: a run works or says in one line that it cannot."""
    with bundle() as b:
        b.args("true").save()
        worked = failed = 0
        for n in [*range(3, 40), 48, 64]:
            cid = b.new_id()
            status, text = runtime(b, "run", "-b", path(b), cid,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
            check(status in (0, 1), f"{n} descriptors: status {status}: {text!r}")
            if status:
                failed += 1
                if n > 3:
                    one_error(text, f"{n} descriptors")
            worked += status == 0
            try:
                b.nothing_left(cid)
            except Failure as e:
                b("delete", "-f", cid)
                raise Failure(f"{n} descriptors: status {status}, {text!r}: {e}")
        check(worked > 1 and failed > 2, f"{worked} worked, {failed} failed")


@test
def small_limits_of_the_caller():
    with bundle() as b:
        b.args("true").save()
        for kind, value in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_FSIZE, 100), (resource.RLIMIT_CORE, 0),
                            (resource.RLIMIT_STACK, 1 << 16), (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_AS, 1 << 20),
                            (resource.RLIMIT_DATA, 1 << 18), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_SIGPENDING, 0)):
            cid = b.new_id()

            def limited():
                resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))
            status, text = runtime(b, "run", "-b", path(b), cid, preexec_fn=limited)
            if status < 0:
                # The kernel's own answer to the limit; delete has to be enough then.
                b("delete", "-f", cid)
            elif status:
                has(text, "level=error", f"limit {kind}")
            try:
                b.nothing_left(cid)
            except Failure as e:
                b("delete", "-f", cid)
                raise Failure(f"limit {kind} of {value}: status {status}, {text!r}: {e}")


@test
def strange_stdio():
    """Closed, directories, or a file of the host: the container gets null devices or what it was given."""
    with bundle() as b:
        for mask in range(8):
            closed = [fd for fd in range(3) if mask & 1 << fd]
            b.args("sleep", "1000").save()
            cid = b.new_id()
            subprocess.run(["sh", "-c", 'exec "$@" ' + " ".join(f"{fd}>&-" for fd in closed), "sh", BULKHEAD, "--root", b.root,
                            "run", "-d", "-b", path(b), cid], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=60, check=True)
            pid = b.state(cid)["pid"]
            equal(descriptors(pid), dict.fromkeys(range(3), "/dev/null"), f"descriptors {closed} closed")
            b("delete", "-f", cid)
        fd = os.open(b.top, os.O_RDONLY)
        b.args("cat").save()
        status, text = runtime(b, "run", "-b", path(b), b.new_id(), stdin=fd)
        os.close(fd)
        check(status in (0, 1), f"stdin is a directory: {status} {text}")


@test
def strange_callers():
    """Signals ignored or blocked, no environment, no working directory, a umask of 0777."""
    with bundle() as b:
        def ignore():
            for s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(s, signal.SIG_IGN)

        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))

        def lost():
            d = f"{b.top}/gone"
            os.mkdir(d)
            os.chdir(d)
            os.rmdir(d)
        b.args("sh", "-c", "trap; grep Sig /proc/self/status; umask; exit 7").save()
        for how in (ignore, block, lambda: os.umask(0o777), lambda: os.umask(0), lost, os.setsid, os.setpgrp):
            cid = b.new_id()
            status, text = runtime(b, "run", "-b", path(b), cid, preexec_fn=how, env={})
            equal(status, 7, f"{how}: {text!r}")
            masks = dict(line.split(":\t") for line in text.splitlines() if line.startswith("Sig"))
            equal((int(masks["SigBlk"], 16), int(masks["SigIgn"], 16)), (0, 0), "signals of the program")
            equal(text.splitlines()[-1], "0022", "umask")
            b.nothing_left(cid)
            cid = b.new_id()
            equal(runtime(b, "create", "-b", path(b), cid, preexec_fn=how)[0], 0, f"create: {how}")
            equal(runtime(b, "start", cid, preexec_fn=how)[0], 0, f"start: {how}")
            equal(runtime(b, "delete", "-f", cid, preexec_fn=how)[0], 0, f"delete: {how}")
            b.nothing_left(cid)


@test
def pid_files():
    with bundle() as b:
        b.args("sleep", "1000").save()
        os.mkdir(f"{b.top}/dir")
        for name in (f"{b.top}/dir", f"{b.top}/none/pid", "/proc/pid", "/sys/kernel/pid", f"{b.top}/" + "n" * 300, "/dev/full/x"):
            cid = b.new_id()
            status, text = runtime(b, "create", "-b", path(b), "--pid-file", name, cid)
            equal(status, 1, name)
            one_error(text, name)
            b.nothing_left(cid)
        equal(os.listdir(f"{b.top}/dir"), [])
        # A link is replaced, not written through.
        write(f"{b.top}/victim", "untouched")
        os.symlink(f"{b.top}/victim", f"{b.top}/pid")
        cid = b.new_id()
        equal(runtime(b, "create", "-b", path(b), "--pid-file", f"{b.top}/pid", cid)[0], 0)
        equal((read(f"{b.top}/victim"), read(f"{b.top}/pid")), ("untouched", str(b.state(cid)["pid"])))
        b("delete", "-f", cid)


@test
def console_peers():
    """A peer that is not there, closes at once, never accepts or reads: no hang, nothing left."""
    with bundle() as b:
        b.config["process"]["terminal"] = True
        b.args("sleep", "1000").save()
        for case in ("none", "file", "not listening", "never accepts", "full queue", "closes", "datagram"):
            name = f"{b.top}/s-{case}"
            kind = socket.SOCK_DGRAM if case == "datagram" else socket.SOCK_STREAM
            server, others = socket.socket(socket.AF_UNIX, kind), []
            if case == "file":
                write(name, "")
            elif case != "none":
                server.bind(name)
                if case not in ("not listening", "datagram"):
                    server.listen(0 if case == "full queue" else 5)
            if case == "full queue":
                for _ in range(3):
                    other = socket.socket(socket.AF_UNIX, kind)
                    other.setblocking(False)
                    others.append(other)
                    try:
                        other.connect(name)
                    except BlockingIOError:
                        break
            closer = os.fork() if case == "closes" else 0
            if case == "closes" and closer == 0:
                try:
                    signal.alarm(120)
                    server.accept()[0].close()
                finally:
                    os._exit(0)
            cid = b.new_id()
            try:
                status, text = runtime(b, "create", "-b", path(b), "--console-socket", name, cid)
            except subprocess.TimeoutExpired:
                check(False, f"{case}: create hangs")
            if closer:
                os.waitpid(closer, 0)
            if status:
                one_error(text, case)
            check(status == (0 if case == "never accepts" else 1) or case == "closes", f"{case}: {status} {text!r}")
            b("delete", "-f", cid)
            b.nothing_left(cid)
            for s in (server, *others):
                s.close()


def hook(b, kind, script, **kw):
    b.config["hooks"] = {kind: [{"path": "/bin/sh", "args": ["sh", "-c", script], "env": ["PATH=/usr/bin:/bin"], **kw}]}


@test
def hooks_that_hang():
    with bundle() as b:
        for kind in ("prestart", "createRuntime", "createContainer", "poststart", "startContainer"):
            for script in ("trap '' TERM HUP INT; sleep 300; true", "sleep 300 & wait", "kill -STOP $$"):
                hook(b, kind, script, timeout=1)
                r = b.run("true", status=None)
                check(r.status != 0 or kind == "poststart", f"{kind}: {r}")
                if r.status:
                    has(r.err, "timeout", kind)
        # Output without end must not fill anything, nor does a child that keeps stdout open stop us.
        hook(b, "createRuntime", "head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 1")
        r = b.run("true", status=1)
        check(len(r.err) < 10000, f"{len(r.err)} bytes of message")
        hook(b, "createRuntime", f"sleep 1000 >&2 & echo $! > {b.top}/daemon; exit 0")
        started = time.monotonic()
        b.run("true")
        check(time.monotonic() - started < 40, "a daemon of a hook holds the run up")
        os.kill(int(read(f"{b.top}/daemon")), signal.SIGKILL)


# Each $p of a runtime with this state root, and of what it has forked; the oldest first.
RUNTIMES = """for p in $(grep -l "^bulkhead" /proc/[0-9]*/comm | cut -d/ -f3 | sort -n); do
tr "\\0" " " </proc/$p/cmdline | grep -q -- "%s" || continue
"""


@test
def hooks_that_kill_the_runtime():
    """The runtime dies in the middle; the container's process goes with it, and delete finishes."""
    with bundle() as b:
        for kind in ("prestart", "createRuntime"):
            # The parent of the hook, and whoever is above it up to the runtime.
            hook(b, kind, RUNTIMES % b.root + "kill -9 $p; done; sleep 20")
            b.args("sleep", "1000").save()
            cid = b.new_id()
            status, text = runtime(b, "create", "-b", path(b), cid)
            equal(status, -9, f"{kind}: {text!r}")
            wait_for(lambda: '"stopped"' in b("state", cid, status=None).out, "the state", 60)
            b("delete", "-f", cid)
            b.nothing_left(cid)


@test
def stopped_where_it_does_not_hear_of_the_runtimes_death():
    """A change of ids clears the signal that tells of it; a neighbour in its pid namespace can stop it there. delete ends it."""
    with bundle() as b:
        b.args("sleep", "1000").save()
        cid = b.new_id()
        p = subprocess.Popen(["strace", "-f", "-o", "/dev/null", "-e", "inject=setresuid:signal=STOP:when=1",
                              *b.command("create", "-b", path(b), cid)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)

        def stopped():
            pids = {pid for d in cgroups(cid) for pid in read(f"{d}/cgroup.procs").split()}
            return [pid for pid in pids if proc_status(pid, "State")[0] in "tT" and proc_status(pid, "Name") == "bulkhead:init"]
        first, = wait_for(stopped, "the first process")
        wait_for(lambda: proc_status(first, "Uid").split()[0] != "0", "its change of ids")
        os.kill(int(first), signal.SIGSTOP)  # strace may be about to hand its own on
        for pid in (read(f"/proc/{p.pid}/task/{p.pid}/children").split()[0], p.pid):
            os.kill(int(pid), signal.SIGKILL)
        p.wait(60)
        wait_for(lambda: proc_status(first, "State")[0] == "T", "the stop of the first process")
        b("delete", "-f", cid)
        check(ended(first), "the first process is left")
        b.nothing_left(cid)


@test
def hooks_that_delete():
    """The bundle, the root file system or the state goes away under the runtime."""
    with bundle() as b:
        saved = f"{b.top}/saved"
        shutil.copytree(path(b), saved, symlinks=True)
        for kind in ("createRuntime", "createContainer", "poststart", "poststop"):
            for victim in (path(b), f"{path(b)}/config.json", b.rootfs, f"{b.root}/*/state.json", f"{b.root}/*"):
                hook(b, kind, f"rm -rf {victim}; true")
                b.args("true").save()
                cid = b.new_id()
                status, text = runtime(b, "run", "-b", path(b), cid)
                check(status in (0, 1), f"{kind} {victim}: {status} {text!r}")
                b("delete", "-f", cid)
                if "state" not in victim:
                    equal(cgroups(cid), [], f"{kind} {victim}: cgroups")
                    equal([v for v in id_ranges().values() if v.endswith("/" + cid)], [], f"{kind} {victim}: ranges")
                for d in cgroups(cid):
                    os.rmdir(d)
                shutil.rmtree(path(b), ignore_errors=True)
                shutil.copytree(saved, path(b), symlinks=True)
        shutil.rmtree(saved)


@test
def bundle_gone_between_commands():
    with bundle() as b:
        hook(b, "poststop", "exit 0")
        for start in (True, False):
            b.args("sleep", "1000").save()
            cid = b.new_id()
            equal(runtime(b, "create", "-b", path(b), cid)[0], 0)
            os.rename(path(b), f"{b.top}/away")
            if start:
                b("start", cid)
                equal(b.state(cid)["status"], "running")
            b("list")
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            b("delete", cid)
            os.rename(f"{b.top}/away", path(b))
            b.nothing_left(cid)


@test
def terminated_while_it_creates():
    """SIGTERM, SIGINT and SIGHUP to run and create during a hook: no hang, and delete is enough."""
    with bundle() as b:
        hook(b, "createRuntime", f"touch {b.top}/hook; sleep 3")
        for argv in (["create"], ["run"], ["run", "-d"]):
            for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                b.args("sleep", "1").save()
                cid = b.new_id()
                with open(f"{b.top}/out", "w") as f:
                    p = subprocess.Popen([BULKHEAD, "--root", b.root, *argv, "-b", path(b), cid], stdin=subprocess.DEVNULL,
                                         stdout=f, stderr=f)
                wait_for(lambda: os.path.exists(f"{b.top}/hook"), "the hook")
                p.send_signal(s)
                p.wait(60)
                os.unlink(f"{b.top}/hook")
                b("delete", "-f", cid)
                b.nothing_left(cid)


if __name__ == "__main__":
    main()
