#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scenes of the host's podman under the one of a newer Debian, with netavark for its networks; and what only a newer one can do."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import newer  # noqa: E402

newer.enter()
import test_podman  # noqa: E402,F401
import test_podman_calls  # noqa: E402,F401
import test_podman_life  # noqa: E402
from podbox import box, podman, podman_run, remove, top  # noqa: E402
from harness import (check, equal, has, leave_out, main, only_if, proc_status, read, run, scratch, test, wait_for,  # noqa: E402
                     write)

RUNC = "/usr/sbin/runc"
# Not podman, and slow; buildah_runs_in_it is the same in short.
leave_out("buildah_run", "buildah_builds_in_stages")

@test
def it_is_newer():
    check(int(podman("version", "-f", "{{.Client.Version}}").out.split(".")[0]) >= 5, "podman")
    equal(podman("info", "-f", "{{.Host.NetworkBackend}}").out, "netavark\n")


@test
def names_on_a_network():
    """And a port below 1024, which root inside needs a sysctl for: podman makes the network namespace, before there is a container."""
    podman("network", "create", "n")
    try:
        podman("run", "-d", "--name", "web", "--network", "n:alias=www", "--sysctl", "net.ipv4.ip_unprivileged_port_start=0", "bb", "sh", "-c",
               "echo page > /tmp/f; httpd -f -p 80 -h /tmp")
        # Server and names come in their own time.
        ask = "n=0; until timeout 5 wget -qO- http://www/f; do n=$((n+1)); [ $n -lt 100 ] || exit 1; sleep 0.3; done"
        equal(podman_run("--network=n", "bb", "sh", "-c", ask).out, "page\n")
    finally:
        remove("web")
        podman("network", "rm", "-f", "n")


@test
def checkpoint_and_restore():
    """By a CRIU that runs on this kernel and loses nothing: under the built-in policy, in place and from an archive."""
    program = "i=0; while :; do i=$((i+1)); echo $i > /count; echo out $i; sleep 0.1; done"

    def count(name):
        return int(podman("exec", name, "cat", "/count", status=None).out.strip() or 0)
    podman("run", "-d", "--name", "cr", "--network=none", "bb", "sh", "-c", program)
    try:
        wait_for(lambda: count("cr") > 5, "a count")
        for way in ((("checkpoint",), ("restore",)), (("checkpoint", "--export", f"{top}/cr.tar.gz"), ("restore", "--import", f"{top}/cr.tar.gz"))):
            podman("container", *way[0], "cr")
            has(podman("ps", "-a", "--format", "{{.Status}}", "--filter", "name=cr").out, "Exited")
            if way[0][1:]:
                podman("rm", "cr")
            podman("container", *way[1], *([] if way[1][1:] else ["cr"]))
            n = count("cr")
            check(n > 5, f"it began anew: {n}")
            wait_for(lambda: count("cr") > n + 3, "it goes on")
            wait_for(lambda: f"out {n + 3}" in podman("logs", "cr").out, "its output")
            pid = podman("inspect", "-f", "{{.State.Pid}}", "cr").out.strip()
            equal([proc_status(pid, key) for key in ("NoNewPrivs", "Seccomp")], ["1", "2"])
            check(int(proc_status(pid, "Uid").split()[0]) >= 65536, "an unprivileged uid on the host")
    finally:
        remove("cr")


@test
def a_checkpoint_that_is_refused():
    """podman makes the network namespace before the container: CRIU cannot enter it. podman shows why, and the container goes on."""
    podman("run", "-d", "--name", "no", "bb", "sleep", "1000")
    try:
        has(podman("container", "checkpoint", "no", status=125).err, "whose network namespace was made before it, and so belongs to the host (net)")
        equal(podman("exec", "no", "echo", "in").out, "in\n")
    finally:
        remove("no")


@test
def a_part_of_a_volume():
    podman("volume", "create", "whole")
    try:
        podman_run("--network=none", "-v", "whole:/v", "bb", "sh", "-c", "mkdir -p /v/a/b; echo deep > /v/a/b/f; chown 5:6 /v/a/b/f; chown 1000 /v/a")
        for runtime in ({}, {"runtime": RUNC}):
            equal(podman_run("--network=none", "--mount", "type=volume,source=whole,target=/m,subpath=/a/b", "bb", "sh", "-c",
                             "cat /m/f; stat -c %u:%g /m /m/f; touch /m/n; stat -c %u /m/n; rm /m/n", **runtime).out, "deep\n0:0\n5:6\n0\n")
    finally:
        podman("volume", "rm", "whole")


@test
def idmapped_as_asked():
    """:idmap on a volume is what becomes of it anyway; on a directory of the host it would make the container its files' owner."""
    podman("volume", "create", "v2")
    with scratch() as h:
        write(f"{h}/f", "x", 0o644)
        try:
            equal(podman_run("--network=none", "-v", "v2:/m:idmap", "bb", "sh", "-c", "touch /m/x; stat -c %u:%g /m/x").out, "0:0\n")
            r = podman_run("--network=none", "-v", f"{h}:/m:idmap", "bb", "sh", "-c", "stat -c %u:%g /m/f; rm /m/f", status=None)
            equal(r.out, "65534:65534\n")
            check(os.path.exists(f"{h}/f"), "the host's file is still there")
            podman_run("--network=none", "-v", f"{h}:/m:idmap", "bb", "rm", "/m/f", runtime=RUNC)
            check(not os.path.exists(f"{h}/f"), "runc deletes it: the scene is real")
        finally:
            podman("volume", "rm", "v2")


@test
def overlays_of_the_engine_are_refused():
    """-v SOURCE:TARGET:O and --mount type=image are file systems of type overlay since podman 5: by a rule that says so."""
    with scratch() as h:
        for args in (("-v", f"{h}:/m:O"), ("--mount", "type=image,source=bb,target=/m")):
            r = podman_run("--network=none", *args, "bb", "true", status=None)
            equal(r.status, 126, r)
            has(r.err, "policy: mounts: overlay")
            podman_run("--network=none", *args, "bb", "true", runtime=RUNC)


@only_if(newer.version("podman", "--version") >= (5, 5))
def more_is_updated():
    cid = podman("run", "-d", "--network=none", "bb", "sleep", "1000").out.strip()
    try:
        podman("update", "--memory", "80m", "--pids-limit", "44", "--restart", "on-failure", "--env", "A=B", "--health-cmd", "true", cid)
        pid = test_podman_life.pid_of(cid)
        equal(test_podman.limit(pid, "pids", "pids.max"), "44")
        equal(test_podman.limit(pid, "memory", "memory.limit_in_bytes", "memory.max"), str(80 << 20))
        equal(podman("exec", cid, "sh", "-c", "echo $A").out, "B\n")
        podman("healthcheck", "run", cid)
        equal(podman("exec", "--no-session", cid, "id", "-u").out, "0\n")
    finally:
        remove(cid)


@test
def a_sick_container_is_ended():
    cid = podman("run", "-d", "--network=none", "--health-cmd", "false", "--health-retries=1", "--health-interval=disable", "--health-on-failure=kill",
                 "bb", "sleep", "1000").out.strip()
    try:
        podman("healthcheck", "run", cid, status=1)
        equal(podman("wait", cid).out, "137\n")
    finally:
        remove(cid)


def a_user_for_ranges():
    """podman takes the ranges of --userns=auto from a user of this name, who has to be there for newer tools."""
    run("useradd", "--system", "--no-create-home", "containers")
    for name in ("/etc/subuid", "/etc/subgid"):
        with open(name, "a") as f:
            f.write("containers:1000000000:1048576\n")


@test
def ranges_that_podman_chooses():
    maps = []
    for size in ("", ":size=1024"):
        cid = podman("run", "-d", "--network=none", f"--userns=auto{size}", "bb", "sleep", "1000").out.strip()
        try:
            maps.append(read(f"/proc/{test_podman_life.pid_of(cid)}/uid_map").split())
            equal(podman("exec", cid, "stat", "-c", "%u", "/bin/busybox", "/etc/hosts").out, "0\n0\n")
        finally:
            remove(cid)
    check(all(m[0] == "0" and int(m[1]) >= 1000000000 for m in maps) and maps[1][2] == "1024", maps)


if __name__ == "__main__":
    a_user_for_ranges()
    with box():
        main()
