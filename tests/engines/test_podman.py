#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""podman with storage of the tests' own and bulkhead as its --runtime."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from podbox import ENV, box, podman, podman_run, ranges_left, remove, top  # noqa: E402
from bundle import make_rootfs  # noqa: E402
from harness import BULKHEAD, check, equal, has, main, proc_status, read, run, scratch, test, wait_for, write  # noqa: E402


@test
def run_and_status():
    has(podman_run("--network=none", "bb", "id").out, "uid=0(root)")
    equal(podman_run("--network=none", "bb", "sh", "-c", "exit 5", status=None).status, 5)
    check("0 0 " not in " ".join(podman_run("bb", "cat", "/proc/self/uid_map").out.split()), "host root is mapped")


@test
def network_made_by_the_engine():
    has(podman_run("bb", "ip", "addr", "show", "eth0").out, "inet ")


@test
def detached_stop_logs_commit_diff():
    cid = podman("run", "-d", "bb", "sh", "-c", "touch /made; echo up; exec sleep 1000").out.strip()
    try:
        wait_for(lambda: "up" in podman("logs", cid).out, "the log")
        pid = int(podman("inspect", "-f", "{{.State.Pid}}", cid).out)
        check(int(proc_status(pid, "Uid").split()[0]) >= 65536, "an unprivileged uid on the host")
        equal(proc_status(pid, "Seccomp"), "2")
        has(podman("diff", cid).out, "A /made")
        podman("commit", "-q", cid, "committed")
        equal(podman_run("--network=none", "committed", "stat", "-c", "%u", "/made").out, "0\n")
        podman("stop", "-t", "1", cid)
    finally:
        remove(cid)
    ranges_left()


def limit(pid, controller, *names):
    """A limit file of a process's cgroup, v1 or v2."""
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for base in ([f"/sys/fs/cgroup/{controllers}"] if controller in controllers.split(",") else []) + ["/sys/fs/cgroup"]:
            for name in names:
                if os.path.exists(f"{base}{path}/{name}"):
                    return read(f"{base}{path}/{name}").strip()
    return None


@test
def update_and_pause():
    cid = podman("run", "-d", "--network=none", "-m", "128m", "bb", "sleep", "1000").out.strip()
    try:
        pid = int(podman("inspect", "-f", "{{.State.Pid}}", cid).out)
        podman("update", "--memory", "256m", "--cpus", "0.5", cid)
        equal(limit(pid, "memory", "memory.limit_in_bytes", "memory.max"), str(256 << 20))
        check(limit(pid, "cpu", "cpu.cfs_quota_us", "cpu.max").startswith("50000"), "half a CPU")
        podman("pause", cid)
        equal(podman("inspect", "-f", "{{.State.Status}}", cid).out, "paused\n")
        podman("unpause", cid)
        equal(podman("inspect", "-f", "{{.State.Status}}", cid).out, "running\n")
    finally:
        remove(cid)


@test
def exec_into():
    cid = podman("run", "-d", "--health-cmd", "test -e /tmp/well", "bb", "sleep", "1000").out.strip()
    try:
        equal(podman("exec", cid, "echo", "in").out, "in\n")
        equal(podman("exec", "-i", cid, "cat", stdin="through\n").out, "through\n")
        equal(podman("exec", cid, "sh", "-c", "exit 9", status=9).out, "")
        equal(podman("exec", "-u", "1000:1000", "-w", "/tmp", "-e", "A=b", cid, "sh", "-c", "id -u; pwd; echo $A").out.split(),
              ["1000", "/tmp", "b"])
        has(podman("exec", "--privileged", cid, "cat", "/proc/self/status").out, "CapEff:\t00000000800405fb")
        has(podman("exec", cid, "nonesuch", status=127).err, "executable file not found in $PATH")
        podman("exec", cid, "/etc/passwd", status=126)
        r = run("script", "-qec", f"podman --root {top}/root --runroot {top}/run --cgroup-manager=cgroupfs --runtime {BULKHEAD} "
                f"exec -it {cid} sh -c 'tty; id -u'", "/dev/null", env=ENV)
        has(r.out, "/dev/pts/0")
        podman("exec", "-d", cid, "touch", "/tmp/well")
        wait_for(lambda: podman("healthcheck", "run", cid, status=None).status == 0, "healthy")
    finally:
        remove(cid)


@test
def volume_is_the_containers():
    podman("volume", "create", "v1")
    try:
        podman_run("--network=none", "-v", "v1:/v", "bb", "sh", "-c", "echo x > /v/f; chown 7:8 /v/f")
        equal(podman_run("--network=none", "-v", "v1:/v", "bb", "stat", "-c", "%u:%g", "/v/f").out, "7:8\n")
    finally:
        podman("volume", "rm", "v1")


@test
def what_podman_hands_in_is_the_containers():
    """secrets, the time zone, passwd; and nothing else of its own directory"""
    with scratch() as h:
        write(f"{h}/secret", "hush", 0o600)
        podman("secret", "create", "--driver=file", f"--driver-opts=path={top}/secrets", "bkht-secret", f"{h}/secret")
        try:
            r = podman_run("--secret=bkht-secret,mode=0400", "--tz=Asia/Tokyo", "bb", "sh", "-c",
                           "stat -c %u /run/secrets/bkht-secret /etc/hosts /etc/localtime; cat /run/secrets/bkht-secret")
            equal(r.out.split(), ["0", "0", "0", "hush"], f"owners, and the secret: {r}")
            equal(podman_run("--user=1234:0", "bb", "grep", "-c", "1234", "/etc/passwd").out, "1\n", "a user's line")
        finally:
            podman("secret", "rm", "bkht-secret")


@test
def a_root_that_the_caller_chose():
    """podman run --rootfs: what lies beside it has the shape of an engine's storage, and is not"""
    with scratch() as h:
        make_rootfs(f"{h}/overlay/x/merged")
        os.makedirs(f"{h}/volumes/v/_data")
        for mode, want in ((0o755, ""), (0o777, "Permission denied")):
            os.chmod(h, mode)
            r = podman_run("--network=none", "-v", f"{h}/volumes/v/_data:/v", "--rootfs", f"{h}/overlay/x/merged",
                           "touch", "/v/x", status=None)
            has(r.err, want, f"mode {mode:o}")
            equal(r.status, 1 if want else 0, f"mode {mode:o}: {r}")


@test
def host_bind():
    with scratch() as h:
        write(f"{h}/f", "x", 0o644)
        r = podman_run("--network=none", "-v", f"{h}:/h", "bb", "rm", "-f", "/h/f", status=None)
        has(r.err, "Permission denied")
        check(os.path.exists(f"{h}/f"), "the host's file is still there")


@test
def refusals():
    for args in (("--privileged",), ("--pid=host",), ("--ipc=host",), ("--network=host",)):
        r = podman_run(*args, "bb", "true", status=None)
        check(r.status == 126, f"{args}: {r}")
        has(r.err, "policy: ")


@test
def pod_shares_one_user_namespace():
    a = podman("run", "-d", "--ipc=shareable", "bb", "sleep", "1000").out.strip()
    b = podman("run", "-d", f"--network=container:{a}", f"--ipc=container:{a}", "bb", "sleep", "1000").out.strip()
    try:
        pids = [int(podman("inspect", "-f", "{{.State.Pid}}", c).out) for c in (a, b)]
        for ns in ("user", "net", "ipc"):
            equal(*[os.readlink(f"/proc/{p}/ns/{ns}") for p in pids], ns)
    finally:
        remove(b)
        remove(a)


if __name__ == "__main__":
    with box():
        main()
