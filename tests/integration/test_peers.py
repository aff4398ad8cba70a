#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What runc and crun do, with all rules off; and, beside it, what the default policy makes of the same."""
import contextlib
import json
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import TOP, Skip, equal, has, main, read, run, test, wait_for, write  # noqa: E402

with open(f"{TOP}/contrib/policy/off.json") as file:
    OFF = json.load(file)


@contextlib.contextmanager
def off():
    with bundle() as b:
        b.policy = OFF
        yield b


@test
def host_name_without_a_user_namespace():
    host = os.uname().nodename
    with off() as b:
        b.config["hostname"], b.config["domainname"] = "peer", "example.org"
        equal(b.run("cat", "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname").out.split(), ["peer", "example.org"])
    equal(os.uname().nodename, host)


@test
def capabilities_that_nobody_knows():
    with off() as b:
        for names in b.config["process"]["capabilities"].values():
            names[:] = ["CAP_KILL", "CAP_OF_TOMORROW"]
        r = b.run("grep", "^Cap[PEB]", "/proc/self/status")
        log = f"{b.top}/log"
        b("--log", log, "run", "--bundle", f"{b.top}/bundle", b.new_id())
        has(read(log), "level=warning msg=\"/process/capabilities/bounding/1: CAP_OF_TOMORROW is ignored: no capability of this name is known")
        equal([line.split()[1] for line in r.out.splitlines()], ["0000000000000020"] * 3)
        for names in b.config["process"]["capabilities"].values():
            names[:] = ["CAP_KILL"]
        b.config["process"]["capabilities"].update(inheritable=["CAP_KILL"], ambient=["CAP_KILL", "CAP_CHOWN"])
        r = b.run("grep", "^CapAmb", "/proc/self/status")
        equal(r.out.split()[1], "0000000000000020")
        has(r.err, "can't raise ambient capability CAP_CHOWN: ")
        b.config["process"]["capabilities"].update(inheritable=["CAP_KILL"], ambient=["CAP_KILL"])
        with b.started("sleep", "1000") as cid:
            has(b("exec", "--cap", "CAP_OF_TOMORROW", cid, "grep", "CapEff", "/proc/self/status").out, "0000000000000020")


@test
def environment_of_hooks():
    """Without one of their own, the runtime's; under the default policy none. A program of the container's: never."""
    for policy, want in ((OFF, "marked"), ({"version": 1}, "")):
        with bundle() as b:
            b.policy = policy
            sh = {"path": "/bin/sh", "args": ["sh", "-c", f'echo "$0 $MARK" >>{b.top}/seen']}
            b.config["hooks"] = {k: [dict(sh, args=[k, *sh["args"][1:], k])] for k in (
                "prestart", "createRuntime", "createContainer", "poststart", "poststop")}
            b.config["hooks"]["startContainer"] = [{"path": "/bin/sh", "args": ["sh", "-c", 'echo "inside $MARK" >>/seen']}]
            env = {"PATH": os.environ["PATH"], "MARK": "marked"}
            b.run("true", env=env)
            lines = [line.split() for line in read(f"{b.top}/seen").splitlines()]
            equal(lines, [[k, *want.split()] for k in ("prestart", "createRuntime", "createContainer", "poststart", "poststop")])
            equal(read(f"{b.rootfs}/seen").split(), ["inside"])
            # An empty one is an environment.
            os.unlink(f"{b.top}/seen")
            for hooks in b.config["hooks"].values():
                hooks[0]["env"] = []
            b.run("true", env=env)
            equal({len(line.split()) for line in read(f"{b.top}/seen").splitlines()}, {1})


@test
def socket_activation_without_a_pid():
    with off() as b:
        b.args("sh", "-c", "echo $LISTEN_PID $LISTEN_FDS; ls /proc/self/fd").save()
        read_end, write_end = os.pipe()
        env = {"PATH": os.environ["PATH"], "LISTEN_FDS": "1"}
        r = run(sys.executable, "-c", "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execv(sys.argv[2], sys.argv[2:])",
                write_end, *b.command("run", "--bundle", f"{b.top}/bundle", b.new_id()), env=env, pass_fds=(write_end,))
        os.close(read_end)
        os.close(write_end)
        equal(r.out.split(), ["1", "1", "0", "1", "2", "3", "4"])


@contextlib.contextmanager
def waiting(b):
    """A service manager that waits for a container to be ready: its socket, and the environment that names it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(f"{b.top}/notify.sock")
        s.settimeout(60)
        yield s, {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": f"{b.top}/notify.sock"}


SAY = r"""
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
for text in sys.argv[2:]:
    s.send(text.encode())
"""


def say(b, cid, *messages):
    """As a process of the container's would: through the socket that is mounted into it."""
    run(sys.executable, "-c", SAY, f"{b.root}/{cid}/notify/notify", *messages)


@test
def ready_is_passed_on_and_nothing_else():
    for policy in (OFF, {"version": 1}):
        with bundle() as b, waiting(b) as (s, env):
            b.policy = policy
            b.args("sh", "-c", 'echo $NOTIFY_SOCKET; stat -c "%F %a" $NOTIFY_SOCKET; while sleep 1; do :; done')
            b.config["process"]["env"].append("NOTIFY_SOCKET=/another")
            b.save()
            cid = b.new_id()
            with open(f"{b.top}/out", "w") as out:
                subprocess.run(b.command("create", "--bundle", f"{b.top}/bundle", cid), stdin=subprocess.DEVNULL, stdout=out,
                               stderr=out, env=env, check=True, timeout=60)
            try:
                pid = b.state(cid)["pid"]
                with subprocess.Popen(b.command("start", cid), env=env) as start:
                    wait_for(lambda: read(f"{b.top}/out").count("\n") == 2, "the program")
                    equal(read(f"{b.top}/out"), f"{b.top}/notify.sock/notify\nsocket 666\n")
                    equal(start.poll(), None, "start waits for the program to be ready")
                    say(b, cid, "STATUS=hm", "MAINPID=1\nFDSTORE=1", "NOTREADY=1\nREADY=1x", "X=1\nREADY=1\nMAINPID=1")
                    equal(start.wait(60), 0)
                equal(s.recv(100), b"READY=1")
                equal(s.recv(100), f"MAINPID={pid}".encode())
                s.setblocking(False)
                try:
                    equal(s.recv(100), None)
                except BlockingIOError:
                    pass
                b("verify", cid)
            finally:
                b("delete", "--force", cid)
            b.nothing_left(cid)


@test
def whoever_ends_unready_lets_go():
    with off() as b, waiting(b) as (s, env):
        b.run("true", env=env)
        b.args("true").save()
        cid = b.new_id()
        b("run", "--detach", "--bundle", f"{b.top}/bundle", cid, env=env, stdin="")
        b("delete", cid)
        b.nothing_left(cid)


@test
def groups_of_the_caller():
    for policy, want in ((OFF, "0 5 4321"), ({"version": 1}, "0 5")):
        with bundle() as b:
            b.policy = policy
            b.config["annotations"] = {"run.oci.keep_original_groups": "1"}
            b.config["process"]["user"]["additionalGids"] = [5]
            b.args("grep", "Groups", "/proc/self/status").save()
            cid = b.new_id()
            code = "import os, sys; os.setgroups([4321]); os.execv(sys.argv[1], sys.argv[1:])"
            r = run(sys.executable, "-c", code, *b.command("run", "--bundle", f"{b.top}/bundle", cid))
            equal(sorted(r.out.split()[1:] + ["0"], key=int), want.split())
            b.nothing_left(cid)


@test
def frozen_in_a_cgroup_of_somebody_else():
    """Where no signal reaches it: delete takes it back, and leaves the other cgroup as it is."""
    if not os.path.isdir("/sys/fs/cgroup/freezer"):
        raise Skip("no v1 freezer")
    other = f"/sys/fs/cgroup/freezer/bkht-other-{os.getpid()}"
    os.mkdir(other)
    try:
        with off() as b, b.started("sleep", "1000") as cid:
            write(f"{other}/cgroup.procs", str(b.state(cid)["pid"]))
            write(f"{other}/freezer.state", "FROZEN")
            equal(b("delete", "--force", cid).all, "")
            equal(read(f"{other}/freezer.state"), "FROZEN\n")
    finally:
        write(f"{other}/freezer.state", "THAWED")
        os.rmdir(other)


if __name__ == "__main__":
    main()
