#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A containerd of the tests' own and plain `ctr run` with bulkhead as the runtime's binary."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
from harness import (BULKHEAD, Failure, check, equal, has, id_ranges, main, mount_points, proc_status,  # noqa: E402
                     read, run, scratch, test, wait_for, write)

top = tempfile.mkdtemp(prefix="bkhctr-", dir="/var/tmp")
IMAGE = "docker.io/library/bb:latest"


def ctr(*args, **kw):
    return run("ctr", "--address", f"{top}/sock", *args, **kw)


def ctr_run(*args, options=(), **kw):
    return ctr("run", "--rm", "--runc-binary", BULKHEAD, *options, IMAGE, "t1", *args, **kw)


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
    equal({k: v for k, v in id_ranges().items() if v.endswith("/t2")}, {}, "id ranges left")


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


if __name__ == "__main__":
    write(f"{top}/config.toml", f'version = 2\nroot = "{top}/root"\nstate = "{top}/state"\n'
          f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "{top}/sock"\n'
          f'[ttrpc]\n  address = "{top}/ttrpc"\n')
    log = open(f"{top}/log", "w")
    daemon = subprocess.Popen(["containerd", "-c", f"{top}/config.toml"], stdout=log, stderr=log,
                              stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: ctr("version", status=None).status == 0, "containerd answers", 30, 0.2)
        images.busybox_archive(f"{top}/bb.tar")
        ctr("image", "import", f"{top}/bb.tar")
        main()
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
        for m in sorted((m for m in mount_points() if m.startswith(top + "/")), reverse=True):
            run("umount", m, status=None)
        shutil.rmtree(top, ignore_errors=True)
