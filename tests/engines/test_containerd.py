#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A containerd of the tests' own and plain `ctr run` with bulkhead as the runtime's binary."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
from harness import (BULKHEAD, LONG, Failure, check, equal, has, id_ranges, main, mount_points, none_left, only_if, proc_status,  # noqa: E402
                     read, run, scratch, test, wait_for, write)

top = tempfile.mkdtemp(prefix="bkhctr-", dir="/var/tmp")
IMAGE = "docker.io/library/bb:latest"


def ctr(*args, **kw):
    return run("ctr", "--address", f"{top}/sock", *args, **kw)


def ctr_run(*args, options=(), **kw):
    return ctr("run", "--rm", "--runc-binary", BULKHEAD, *options, IMAGE, "t1", *args, **kw)


def ranges_left(*names):
    none_left(lambda: {k: v for k, v in id_ranges().items() if v.rpartition("/")[2] in names}, "id ranges")


@test
def run_and_status():
    has(ctr_run("id").out, "uid=0(root)")
    equal(ctr_run("sh", "-c", "exit 5", status=None).status, 5)
    check("0 0 " not in " ".join(ctr_run("cat", "/proc/self/uid_map").out.split()), "host root is mapped")


@test
def detached_task_kill_delete():
    ctr("run", "-d", "--runc-binary", BULKHEAD, IMAGE, "t2", "sleep", "1000")
    try:
        pid = int([line.split()[1] for line in ctr("task", "ls").out.splitlines() if line.startswith("t2")][0])
        check(int(proc_status(pid, "Uid").split()[0]) >= 65536, "an unprivileged uid on the host")
        equal(proc_status(pid, "Seccomp"), "2")
        equal(proc_status(pid, "NoNewPrivs"), "1")
        ctr("task", "kill", "-s", "SIGKILL", "t2")
        wait_for(lambda: "STOPPED" in ctr("task", "ls").out, "stopped")
        ctr("task", "delete", "t2", status=None)
    finally:
        ctr("container", "delete", "t2", status=None)
    ranges_left("t2")


@test
def exec_into():
    ctr("run", "-d", "--runc-binary", BULKHEAD, IMAGE, "t3", "sleep", "1000")

    def inside(*args, options=(), **kw):
        return ctr("task", "exec", "--exec-id", "e", *options, "t3", *args, **kw)
    try:
        equal(inside("echo", "in").out, "in\n")
        equal(inside("sh", "-c", "exit 9", status=9).out, "")
        equal(inside("id", "-u", options=("--user", "1000")).out, "1000\n")
        equal(inside("pwd", options=("--cwd", "/tmp")).out, "/tmp\n")
        has(inside("nonesuch", status=1).err, "executable file not found in $PATH")
        has(run("script", "-qec", f"ctr --address {top}/sock task exec --tty --exec-id e t3 tty", "/dev/null").out, "/dev/pts/0")
    finally:
        ctr("task", "kill", "-s", "SIGKILL", "t3")
        wait_for(lambda: "STOPPED" in ctr("task", "ls").out, "stopped")
        ctr("task", "delete", "t3", status=None)
        ctr("container", "delete", "t3", status=None)


@test
def privileged_is_refused():
    r = ctr_run("true", options=("--privileged",), status=None)
    check(r.status != 0, "exit status")
    has(r.err, "policy: ")


@test
def host_bind():
    with scratch() as h:
        write(f"{h}/f", "x", 0o644)
        r = ctr_run("rm", "-f", "/h/f", options=("--mount", f"type=bind,src={h},dst=/h,options=rbind:rw"), status=None)
        has(r.err, "Permission denied")
        check(os.path.exists(f"{h}/f"), "the host's file is still there")


@test
def host_network_is_refused():
    has(ctr_run("true", options=("--net-host",), status=None).err, "policy: ")


@test
def what_the_runtime_says_reaches_the_user():
    """By way of the shim, which reads the log: as with runc, but for the name."""
    for program in ("nonesuch", "/etc/passwd"):
        said = []
        for runtime in (BULKHEAD, "/usr/sbin/runc"):
            r = ctr("run", "--rm", "--runc-binary", runtime, IMAGE, "t5", program, status=1)
            # What newer ones of runc put in front.
            said.append(r.err.replace("bulkhead", "runc").replace("error during container init: ", ""))
        equal(*said, program)
    r = ctr_run("true", options=("--net-host",), status=1)
    has(r.err, "OCI runtime create failed: bulkhead create failed: policy: namespaces: the host's network namespace")
    ranges_left("t5", "t1")


@test
def pause_metrics_and_resume():
    seen = []
    for runtime in (BULKHEAD, "/usr/sbin/runc"):
        ctr("run", "-d", "--runc-binary", runtime, "--memory-limit", str(64 << 20), IMAGE, "t6", "sleep", "1000")
        try:
            def status():
                return [line.split()[2] for line in ctr("task", "ls").out.splitlines() if line.startswith("t6")][0]
            ctr("task", "pause", "t6")
            one = [status(), ctr("task", "exec", "--exec-id", "e", "t6", "true", status=None).status]
            ctr("task", "resume", "t6")
            one += [status(), ctr("task", "exec", "--exec-id", "e", "t6", "true", status=None).status, len(ctr("task", "ps", "t6").out.splitlines())]
            metrics = json.loads(ctr("task", "metrics", "--format", "json", "t6").out)
            # cgroup v1, v2
            limits = [metrics.get("memory", {}).get("usage", {}).get("limit"), metrics.get("memory", {}).get("usage_limit")]
            seen.append([*one, sorted(metrics), limits])
        finally:
            ctr("task", "kill", "-s", "SIGKILL", "t6")
            wait_for(lambda: "STOPPED" in ctr("task", "ls").out, "stopped")
            ctr("task", "delete", "t6", status=None)
            ctr("container", "delete", "t6", status=None)
    equal(*seen, "with bulkhead, and with runc")
    check(64 << 20 in seen[0][-1], f"the limit: {seen[0]}")


def criu_keeps_no_new_privs():
    """Since 3.19; and such a one runs on the kernels that older ones stumble over."""
    try:
        words = run("criu", "--version").out.split()
    except FileNotFoundError:
        return False
    return tuple(int(n) for n in words[1].split(".")[:2]) >= (3, 19)


@only_if(criu_keeps_no_new_privs())
def checkpoint():
    """The images are there and the container has ended, beside runc: containerd asks for that with or without --exit."""
    for name, runtime in (("t5", ("--runc-binary", BULKHEAD)), ("t6", ())):
        ctr("run", "-d", *runtime, IMAGE, name, "sleep", "1000")
        try:
            ctr("task", "checkpoint", "--image-path", f"{top}/{name}", name)
            check(any(n.startswith("core-") for n in os.listdir(f"{top}/{name}")), f"{name}: {os.listdir(f'{top}/{name}')}")
            wait_for(lambda: "STOPPED" in ctr("task", "ls").out, "stopped")
        finally:
            ctr("task", "kill", "-s", "SIGKILL", name, status=None)
            ctr("task", "delete", name, status=None)
            ctr("container", "delete", name, status=None)
        equal(ctr("container", "ls", "-q").out, "", "containers left")
    ranges_left("t5")


@only_if(not criu_keeps_no_new_privs())
def checkpoint_says_why_not():
    """Debian's CRIU loses no_new_privs, and cannot run on every kernel: the reason reaches the user, and the container goes on."""
    ctr("run", "-d", "--runc-binary", BULKHEAD, IMAGE, "t4", "sleep", "1000")
    try:
        for options in (("--exit",), (), ("--image-path", f"{top}/images")):
            r = ctr("task", "checkpoint", *options, "t4", status=None)
            check(r.status != 0, f"{options}: {r}")
            has(r.err, "did not terminate successfully")
            has(r.err.lower(), "criu", f"{options}: the reason")
            has(ctr("task", "ls").out, "RUNNING")
        equal(ctr("task", "exec", "--exec-id", "e", "t4", "echo", "in").out, "in\n")
    finally:
        ctr("task", "kill", "-s", "SIGKILL", "t4")
        wait_for(lambda: "STOPPED" in ctr("task", "ls").out, "stopped")
        ctr("task", "delete", "t4", status=None)
        ctr("container", "delete", "t4", status=None)
    ranges_left("t4")


def run_tests():
    """With a containerd of their own."""
    write(f"{top}/config.toml", f'version = 2\nroot = "{top}/root"\nstate = "{top}/state"\n'
          f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "{top}/sock"\n'
          f'[ttrpc]\n  address = "{top}/ttrpc"\n')
    log = open(f"{top}/log", "w")
    daemon = subprocess.Popen(["containerd", "-c", f"{top}/config.toml"], stdout=log, stderr=log,
                              stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: ctr("version", status=None).status == 0, "containerd answers", 2 * LONG, 0.2)
        images.busybox_archive(f"{top}/bb.tar")
        ctr("image", "import", f"{top}/bb.tar")
        main()
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(LONG)
        except subprocess.TimeoutExpired:
            daemon.kill()
        for m in sorted((m for m in mount_points() if m.startswith(top + "/")), reverse=True):
            run("umount", m, status=None)
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    run_tests()
