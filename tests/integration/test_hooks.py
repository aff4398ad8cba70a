#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hooks in the life of a container: which run, where, with what, and what follows when one fails (runtime.md, Lifecycle)."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import check, ended, equal, has, lacks, main, proc_status, read, test, wait_for, write  # noqa: E402

CREATE = ("prestart", "createRuntime", "createContainer")
HOST = CREATE + ("poststart", "poststop")
KINDS = CREATE + ("startContainer", "poststart", "poststop")


def shell(script, **more):
    return {"path": "/bin/sh", "args": ["sh", "-c", script], "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], **more}


def log_hook(b, kind):
    """Append the kind and the state that comes on stdin to a file."""
    return shell(f"printf '%s %s\\n' {kind} \"$(cat)\" >> {b.top}/log")


def logged(b):
    """[(kind, state), ...]; the file is emptied."""
    path = f"{b.top}/log"
    lines = read(path).splitlines() if os.path.exists(path) else []
    write(path, "")
    return [(line.split(" ", 1)[0], json.loads(line.split(" ", 1)[1])) for line in lines]


def kinds(b):
    return [k for k, _ in logged(b)]


def start_create(b, cid, *options):
    b.save()
    with open(f"{b.top}/out", "w") as f:
        return subprocess.Popen(b.command(*options, "create", "--bundle", f"{b.top}/bundle", cid),
                                stdin=subprocess.DEVNULL, stdout=f, stderr=f)


@test
def state_that_each_hook_gets():
    with bundle() as b:
        b.config["annotations"] = {"a.b": "c", "quote": "\"\\\n"}
        b.config["hooks"] = {k: [log_hook(b, k)] for k in HOST}
        b.config["hooks"]["startContainer"] = [{"path": "/bin/sh", "args": ["sh", "-c", "cat > /state"], "env": ["PATH=/bin"]}]
        with b.created("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            created = logged(b)
            b("start", cid)
            started = logged(b)
            b("kill", cid, "KILL")
            wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
            equal(logged(b), [], "hooks between the end and delete")
            b("delete", cid)
            deleted = logged(b)
        equal([k for k, _ in created + started + deleted], list(HOST), "order")
        for kind, s in created + started + deleted:
            equal((s["id"], s["bundle"], s["annotations"]), (cid, f"{b.top}/bundle", b.config["annotations"]), kind)
            equal(s["status"], "creating" if kind in CREATE else "running" if kind == "poststart" else "stopped", kind)
            equal(s.get("pid", 0), 0 if kind == "poststop" else pid, f"pid of {kind}")
        inside = json.loads(read(f"{b.rootfs}/state"))
        equal((inside["id"], inside["status"], inside["pid"]), (cid, "created", 1), "startContainer")


@test
def environment_of_a_hook_in_the_container():
    """Of one that names none: that of the container's process, as with other runtimes; nothing of the runtime's, whatever it is."""
    with bundle() as b:
        b.config["process"]["env"] = ["PATH=/bin", "ONE=two"]
        hook = lambda name: {"path": "/bin/sh", "args": ["sh", "-c", f"/bin/cat /proc/$$/environ > /env-{name}; exit 0"]}
        b.config["hooks"] = {"startContainer": [hook("inherited"), {**hook("own"), "env": ["A=1", "B="]}, {**hook("none"), "env": []}]}
        b.args("true").save()
        b("run", "--bundle", f"{b.top}/bundle", b.new_id(), env={**os.environ, "ENV_OF_THE_RUNTIME": "x"})
        seen = {name: read(f"{b.rootfs}/env-{name}").split("\0")[:-1] for name in ("inherited", "own", "none")}
        equal(seen, {"inherited": ["PATH=/bin", "ONE=two", "HOME=/root"], "own": ["A=1", "B="], "none": []})


@test
def namespaces_directory_and_environment():
    types = ("mnt", "net", "pid", "uts", "ipc", "user", "cgroup")
    with bundle() as b:
        show = "; ".join(f"readlink /proc/self/ns/{t}" for t in types)
        b.config["linux"]["namespaces"].append({"type": "cgroup"})
        b.config["hooks"] = {k: [shell(f"cat > {b.top}/{k}.state; {{ pwd; env; echo --; {show}; }} > {b.top}/{k}",
                                       env=["A=1", "PATH=/usr/bin:/bin"])] for k in HOST}
        b.config["hooks"]["createContainer"].append(shell(
            f"pid=$(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'); readlink /proc/$pid/ns/mnt > {b.top}/child; ls / > {b.top}/ls"))
        with b.started("sleep", "1000") as cid:
            pid = b.state(cid)["pid"]
            ns = {t: os.readlink(f"/proc/{pid}/ns/{t}") for t in types}
        own = {t: os.readlink(f"/proc/self/ns/{t}") for t in types}
        for kind in HOST:
            head, tail = read(f"{b.top}/{kind}").split("--\n")
            seen = dict(zip(types, tail.split()))
            equal(head.splitlines()[0], f"{b.top}/bundle", f"directory of {kind}")
            # PWD, _ and SHLVL are the shell's own.
            equal({line for line in head.splitlines()[1:] if line.split("=")[0] not in ("PWD", "_", "SHLVL", "OLDPWD")},
                  {"A=1", "PATH=/usr/bin:/bin"}, f"environment of {kind}")
            if kind != "createContainer":
                equal(seen, own, f"namespaces of {kind}")
                continue
            for t in ("net", "pid", "uts", "ipc", "cgroup"):
                equal(seen[t], ns[t], f"{t} namespace of createContainer")
            equal(seen["user"], own["user"], "createContainer keeps the runtime's privileges")
            # Before pivot_root the container's mount namespace still shows the host.
            equal(seen["mnt"], read(f"{b.top}/child").strip(), "mount namespace of createContainer")
            check(seen["mnt"] != own["mnt"], "a mount namespace of the container's")
            has(read(f"{b.top}/ls"), "usr")


@test
def what_a_hook_mounts_is_in_the_container():
    """createContainer runs in the container's mount namespace before pivot_root: below root.path is the container's root."""
    with bundle() as b:
        b.policy = dict.fromkeys(("userns", "rootfs"), {"level": "off"})
        os.mkdir(f"{b.rootfs}/hooked")
        b.config["hooks"] = {"createContainer": [shell(f"mount -t tmpfs none {b.rootfs}/hooked; echo x > {b.rootfs}/hooked/f; "
                                                       f"ls {b.rootfs}/proc/1 > {b.top}/proc; pwd > {b.top}/cwd")]}
        equal(b.run("cat", "/hooked/f").out, "x\n")
        # A program may load what lies in its working directory, and this one is the container's.
        equal(read(f"{b.top}/cwd"), f"{b.top}/bundle\n", "where the hook starts")
        equal(os.listdir(f"{b.rootfs}/hooked"), [], "on the host")
        has(read(f"{b.top}/proc"), "status", "the container's mounts")


@test
def what_a_hook_writes_is_the_containers():
    """With an idmapped root: files that host root makes below root.path belong to the container's root."""
    with bundle() as b:
        for kind in CREATE:
            b.config["hooks"] = {kind: [shell(f"echo {kind} > {b.rootfs}/{kind}")]}
            equal(b.run("stat", "-c", "%u %g", f"/{kind}").out, "0 0\n")
            equal(b.run("cat", f"/{kind}").out, f"{kind}\n")


@test
def poststop_follows_a_failing_create():
    with bundle() as b:
        for kind in CREATE:
            b.config["annotations"] = {"kind": kind}
            b.config["hooks"] = {k: [log_hook(b, k)] for k in KINDS if k != "startContainer"}
            b.config["hooks"][kind].append(shell("echo why >&2; exit 3"))
            b.config["hooks"][kind].append(log_hook(b, "never"))
            b.config["hooks"]["poststop"].insert(0, shell(f"ls -d /sys/fs/cgroup/*/bkht-{os.getpid()}-* > {b.top}/ls 2>/dev/null; true"))
            r = b.refused(f"error running {kind} hook #1", "exit status 3", "why")
            lacks(r.err, "poststop")
            lines = logged(b)
            equal([k for k, _ in lines], list(CREATE[:CREATE.index(kind) + 1]) + ["poststop"], kind)
            equal((lines[-1][1]["status"], lines[-1][1].get("pid", 0), lines[-1][1]["annotations"]),
                  ("stopped", 0, {"kind": kind}))
            equal(read(f"{b.top}/ls"), "", "cgroups during poststop")


@test
def poststop_follows_what_fails_after_the_hooks():
    with bundle() as b:
        b.config["hooks"] = {k: [log_hook(b, k)] for k in ("createRuntime", "poststop")}
        b.args("/no/such/program").refused("no such file or directory")
        equal(kinds(b), ["createRuntime", "poststop"])
        b.config["hooks"].pop("createRuntime")
        b.refused("no such file or directory")
        equal(kinds(b), ["poststop"])
        b.args("true").refused("pid file", options=("--pid-file", f"{b.top}/none/pid"))
        equal(kinds(b), ["poststop"])


@test
def no_poststop_where_nothing_was_begun():
    with bundle() as b:
        b.config["hooks"] = {k: [log_hook(b, k)] for k in ("createRuntime", "poststop")}
        b.config["mounts"].append({"destination": "/x", "type": "bind", "source": "/no/such/source", "options": ["bind"]})
        b.refused("/no/such/source")
        b.config["mounts"].pop()
        b.config["linux"]["resources"]["memory"] = {"limit": -7}
        b.refused("/linux/resources/memory/limit")
        equal(kinds(b), [])


@test
def failing_start_destroys_the_container():
    """runtime.md, steps 7, 9: the lifecycle goes on at step 12, the destruction."""
    inside = {"path": "/bin/false"}
    with bundle() as b:
        for kind, hook in (("startContainer", inside), ("poststart", shell("exit 1"))):
            b.config["hooks"] = {k: [log_hook(b, k)] for k in ("poststart", "poststop")}
            b.config["hooks"].setdefault(kind, []).insert(0, hook)
            with b.created("sleep", "1000") as cid:
                pid = b.state(cid)["pid"]
                r = b("start", cid, status=1)
                has(r.err, f"error running {kind} hook #0")
                equal(len(r.err.splitlines()), 1, "lines")
                equal(kinds(b), ["poststop"])
                check(ended(pid), "process is gone")
                b.nothing_left(cid)
                has(b("state", cid, status=1).err, "does not exist")
                has(b("delete", cid, status=1).err, "does not exist")
                # The name is free again.
                b.config["hooks"].pop("startContainer", None)
                b.config["hooks"]["poststart"] = []
                equal(start_create(b, cid).wait(60), 0)
                b("start", cid)
                equal(b.state(cid)["status"], "running")
            equal(kinds(b), ["poststop"])


@test
def program_that_vanished_leaves_it_stopped():
    """Not a hook: the container stays for `delete`, as with every other runtime."""
    with bundle() as b:
        b.config["hooks"] = {"poststop": [log_hook(b, "poststop")]}
        os.symlink("busybox", f"{b.rootfs}/bin/gone")
        with b.created("/bin/gone") as cid:
            os.unlink(f"{b.rootfs}/bin/gone")
            has(b("start", cid, status=1).err, "no such file or directory")
            equal(b.state(cid)["status"], "stopped")
            equal(kinds(b), [])
        equal(kinds(b), ["poststop"])


@test
def poststop_after_a_creator_that_was_killed():
    with bundle() as b:
        b.config["hooks"] = {"createRuntime": [log_hook(b, "createRuntime"), shell("exec sleep 1000")],
                             "poststop": [log_hook(b, "poststop")]}
        cid = b.new_id()
        p = start_create(b, cid)
        wait_for(lambda: os.path.exists(f"{b.top}/log"), "first hook")
        p.kill()
        p.wait()
        b("delete", "--force", cid)
        b.nothing_left(cid)
        lines = logged(b)
        equal([k for k, _ in lines], ["createRuntime", "poststop"])
        equal((lines[1][1]["id"], lines[1][1]["status"]), (cid, "stopped"))


@test
def failures_of_poststop_are_warnings_in_the_log():
    with bundle() as b:
        b.config["hooks"] = {"poststop": [shell("echo first >&2; exit 7"), log_hook(b, "second"), {"path": "/no/such/hook"},
                                          log_hook(b, "last")]}
        log = f"{b.top}/warnings"
        for command in ("delete", "run"):
            write(log, "")
            options = ("--log", log, "--log-format", "json")
            if command == "delete":
                with b.created("true") as cid:
                    b("start", cid)
                    wait_for(lambda: b.state(cid)["status"] == "stopped", "stopped")
                    r = b(*options, "delete", cid)
            else:
                b.args("true").save()
                r = b(*options, "run", "--bundle", f"{b.top}/bundle", b.new_id())
            equal((r.out, r.err), ("", ""), command)
            lines = [json.loads(line) for line in read(log).splitlines()]
            equal([x["level"] for x in lines], ["warning", "warning"], command)
            has(lines[0]["msg"], "error running poststop hook #0: exit status 7, stdout: , stderr: first")
            has(lines[1]["msg"], "error running poststop hook #2: fork/exec /no/such/hook: no such file or directory")
            equal(kinds(b), ["second", "last"], command)


@test
def the_log_of_a_failure_is_one_value():
    """podman decodes the whole file: a warning must not come before the error."""
    with bundle() as b:
        b.config["hooks"] = {"createRuntime": [shell("exit 3")], "poststop": [shell("exit 7")]}
        log = f"{b.top}/error"
        b.save()
        r = b("--log", log, "--log-format", "json", "create", "--bundle", f"{b.top}/bundle", b.new_id(), status=1)
        has(json.loads(read(log))["msg"], "error running createRuntime hook #0")
        has(r.err, "error running poststop hook #0: exit status 7")


@test
def timeouts_end_hooks_and_their_children():
    with bundle() as b:
        marker = "3333.25"
        for kind in ("createRuntime", "createContainer", "poststart"):
            b.config["hooks"] = {kind: [shell(f"sleep {marker} & sleep {marker}", timeout=1)], "poststop": [log_hook(b, "poststop")]}
            begin = time.monotonic()
            b.args("sleep", "1000").refused(f"error running {kind} hook #0: hook ran past specified timeout of 1.0s")
            check(1 <= time.monotonic() - begin < 50, "about a second")
            wait_for(lambda: not [p for p in os.listdir("/proc") if p.isdigit() and marker in cmdline(p)], f"children of {kind}")
            equal(kinds(b), ["poststop"], kind)
        b.config["hooks"] = {"poststop": [shell(f"sleep {marker}", timeout=1), log_hook(b, "poststop")]}
        has(b.run("true").err, "hook ran past specified timeout of 1.0s")
        equal(kinds(b), ["poststop"])


def cmdline(pid):
    try:
        return read(f"/proc/{pid}/cmdline")
    except OSError:
        return ""


@test
def signals_and_bad_hooks():
    with bundle() as b:
        for kind in KINDS[:-1]:
            b.config["hooks"] = {kind: [{"path": "/bin/sh", "args": ["sh", "-c", "kill -KILL $$"]}]}
            b.refused(f"error running {kind} hook #0", "signal: killed")
            b.config["hooks"] = {kind: [{"path": "/no/such/hook"}]}
            b.refused(f"error running {kind} hook #0", "no such file or directory")
        for kind in KINDS:
            for hook, words in (({"path": "relative/hook"}, (f"/hooks/{kind}/0/path", "absolute")),
                                ({"path": ""}, (f"/hooks/{kind}/0/path", "absolute")),
                                ({}, (f"/hooks/{kind}/0/path",)),
                                ({"path": 7}, (f"/hooks/{kind}/0/path",)),
                                ({"path": "/bin/true", "timeout": 0}, (f"/hooks/{kind}/0/timeout",)),
                                ({"path": "/bin/true", "timeout": -1}, (f"/hooks/{kind}/0/timeout",)),
                                ({"path": "/bin/true", "timeout": 1 << 40}, (f"/hooks/{kind}/0/timeout",)),
                                ({"path": "/bin/true", "timeout": "1"}, (f"/hooks/{kind}/0/timeout",)),
                                ({"path": "/bin/true", "args": "true"}, (f"/hooks/{kind}/0/args",)),
                                ({"path": "/bin/true", "env": {"A": "1"}}, (f"/hooks/{kind}/0/env",))):
                b.config["hooks"] = {kind: [hook]}
                b.refused(*words)


@test
def without_arguments_the_path_is_the_name():
    with bundle() as b:
        script = f"{b.top}/hook"
        write(script, f"#!/bin/sh\ntr '\\0' ' ' < /proc/self/cmdline > {b.top}/name\nread -r x < /dev/null\n"
              f"tr '\\0' ' ' < /proc/$$/cmdline > {b.top}/name\n", 0o755)
        b.config["hooks"] = {"createRuntime": [{"path": script, "env": ["PATH=/usr/bin:/bin"]}]}
        b.run("true")
        has(read(f"{b.top}/name"), script)


@test
def creating_is_visible():
    with bundle() as b:
        fifo, seen = f"{b.top}/fifo", f"{b.top}/seen"
        os.mkfifo(fifo)
        state = " ".join(b.command("state")) + " $CID"
        cid = b.new_id()
        b.config["hooks"] = {"createRuntime": [shell(f"CID={cid}; {state} > {seen}; cat {fifo} > /dev/null")]}
        p = start_create(b, cid)
        with open(fifo, "w"):  # the hook reads
            equal(json.loads(read(seen))["status"], "creating", "as a hook sees it")
            equal(b.state(cid)["status"], "creating")
            listed = json.loads(b("list", "--format", "json").out)
            equal([(c["id"], c["status"]) for c in listed], [(cid, "creating")])
            has(b("kill", cid, "TERM", status=1).err, "container not running")
            has(start_create(b, cid).wait(60) and read(f"{b.top}/out"), "container with given ID already exists")
            equal(b.state(cid)["status"], "creating")
        equal(p.wait(60), 0)
        equal(b.state(cid)["status"], "created")
        b("delete", cid)
        b.nothing_left(cid)


@test
def a_creator_that_is_stopped_is_creating():
    with bundle() as b:
        b.config["hooks"] = {"createRuntime": [shell(f"echo $$ > {b.top}/there; while [ ! -e {b.top}/go ]; do sleep 0.05; done")]}
        cid = b.new_id()
        p = start_create(b, cid)
        hook = int(wait_for(lambda: os.path.exists(f"{b.top}/there") and read(f"{b.top}/there"), "hook"))
        p.send_signal(signal.SIGSTOP)
        wait_for(lambda: proc_status(p.pid, "State").startswith("T"), "stop")
        write(f"{b.top}/go", "")
        wait_for(lambda: ended(hook), "the hook's end")
        equal(b.state(cid)["status"], "creating")
        has(b("list").out, "creating")
        p.send_signal(signal.SIGCONT)
        equal(p.wait(60), 0)
        equal(b.state(cid)["status"], "created")
        b("delete", cid)
        b.nothing_left(cid)


@test
def a_creation_is_ended_from_outside():
    """By kill --all, while a hook has it wait: the cgroups are its own by then."""
    with bundle() as b:
        b.config["hooks"] = {"createRuntime": [shell(f"echo > {b.top}/there; while [ ! -e {b.top}/go ]; do sleep 0.05; done")]}
        cid = b.new_id()
        p = start_create(b, cid)
        wait_for(lambda: os.path.exists(f"{b.top}/there"), "hook")
        equal(b.state(cid)["status"], "creating")
        b("kill", "--all", cid, "KILL")
        write(f"{b.top}/go", "")
        equal(p.wait(60), 1)
        b.nothing_left(cid)


if __name__ == "__main__":
    main()
