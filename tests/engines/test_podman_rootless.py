#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""podman as an ordinary user calls it, with storage of the tests' own and bulkhead as its --runtime."""
import os
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
from harness import equal, has, main, none_left, proc_status, read, test, wait_for  # noqa: E402
from rootless import user  # noqa: E402

U = None


def podman(*args, **kw):
    r = U("podman", "--root", f"{U.top}/store", "--runroot", f"{U.top}/run/containers", "--cgroup-manager=cgroupfs",
          "--events-backend=file", "--runtime", U.program, *args, limit=300, **kw)
    return r


def remove(container):
    """podman's own clean-up, which conmon calls, may be at work on the same mounts: then it has to be asked again."""
    wait_for(lambda: podman("rm", "-f", "-t", "0", container, status=None).returncode == 0, "the end of a container", step=0.5)


def run(*args, **kw):
    return podman("run", "--rm", "--network=none", *args, **kw)


@test(limit=900)
def run_and_status():
    equal(run("bb", "id", "-u").stdout, "0\n")
    equal(run("bb", "sh", "-c", "exit 5", status=None).returncode, 5)
    has(run("bb", "/no/such/program", status=127).stderr, "/no/such/program")
    equal(run("bb", "cat", "/proc/self/uid_map").stdout.split(), ["0", "0", "1", "1", "1", "65536"])
    equal(run("--user", "app", "bb", "id", "-u").stdout, "1000\n")


@test(limit=900)
def detached_exec_logs_stop():
    cid = podman("run", "-d", "--network=none", "bb", "sh", "-c", "echo up; exec sleep 1000").stdout.strip()
    try:
        wait_for(lambda: "up" in podman("logs", cid).stdout, "the log")
        has(podman("ps").stdout, cid[:12])
        equal(podman("exec", cid, "id", "-u").stdout, "0\n")
        equal(podman("exec", "--user", "app", cid, "id", "-u").stdout, "1000\n")
        pid = int(podman("inspect", "-f", "{{.State.Pid}}", cid).stdout)
        equal(proc_status(pid, "Uid").split()[0], str(U.uid), "uid on the host")
        equal(proc_status(pid, "Seccomp"), "2", "seccomp")
        has(read(f"/proc/{pid}/limits"), "Max processes             2048")
        has(podman("top", cid).stdout, "sleep 1000")
        podman("stop", "-t", "1", cid)
    finally:
        remove(cid)
    none_left(lambda: os.listdir(f"{U.top}/run/bulkhead"), "state")


@test(limit=900)
def volumes_and_directories():
    os.mkdir(f"{U.top}/data")
    U.give(f"{U.top}/data")
    run("-v", f"{U.top}/data:/d", "bb", "sh", "-c", "touch /d/root; chown 1000 /d; su app -c 'touch /d/app'", status=None)
    equal(os.stat(f"{U.top}/data/root").st_uid, U.uid, "the user's file")
    run("-v", "vol:/v", "bb", "sh", "-c", "echo kept >/v/file")
    equal(run("-v", "vol:/v", "bb", "cat", "/v/file").stdout, "kept\n")
    podman("volume", "rm", "vol")


@test(limit=900)
def keep_id():
    out = run("--userns=keep-id", "bb", "sh", "-c", "id -u; cat /proc/self/uid_map; touch /tmp/x; stat -c %u /tmp/x")
    words = out.stdout.split()
    equal((words[0], words[-1]), (str(U.uid), str(U.uid)))
    equal(words[1:7], ["0", "1", str(U.uid), str(U.uid), "0", "1"])


@test(limit=900)
def namespaces_of_another_container():
    a = podman("run", "-d", "--network=none", "--ipc=shareable", "bb", "sleep", "1000").stdout.strip()
    try:
        joined = run("--ipc", f"container:{a}", "bb", "readlink", "/proc/self/ns/ipc").stdout
        equal(podman("exec", a, "readlink", "/proc/self/ns/ipc").stdout, joined)
    finally:
        remove(a)


@test(limit=900)
def a_network_by_slirp4netns():
    has(podman("run", "--rm", "bb", "ip", "addr", "show", "tap0").stdout, "inet ")


def open_tun(top):
    """slirp4netns needs a /dev/net/tun that is open to everybody; many a host's is not. Ours is seen by us alone."""
    node = f"{top}/tun"
    os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(10, 200))
    os.chmod(node, 0o666)
    subprocess.run(["mount", "--bind", node, "/dev/net/tun"], check=True)


def run_tests():
    """In a mount namespace of its own."""
    global U
    with user() as U:
        open_tun(U.top)
        images.busybox_archive(f"{U.top}/bb.tar")
        os.chmod(f"{U.top}/bb.tar", 0o644)
        os.mkdir(f"{U.top}/store")
        U.give(f"{U.top}/store")
        podman("load", "-i", f"{U.top}/bb.tar")
        try:
            main()
        finally:
            podman("rm", "-a", "-f", "-t", "0", status=None)
            # Subordinate ids own a part of it.
            U("podman", "unshare", "rm", "-rf", f"{U.top}/store", status=None)
            subprocess.run(["umount", "/dev/net/tun"], check=True)
            os.unlink(f"{U.top}/tun")


if __name__ == "__main__":
    if not os.environ.get("IN_OWN_MOUNTS"):
        os.execvpe("unshare", ["unshare", "-m", sys.argv[0]], dict(os.environ, IN_OWN_MOUNTS="1"))
    run_tests()
