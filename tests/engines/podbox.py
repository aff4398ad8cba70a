# SPDX-License-Identifier: LGPL-2.1-or-later
"""podbox.py: podman with storage of the tests' own and bulkhead as its --runtime."""
import contextlib
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
from harness import BULKHEAD, LONG, check, id_ranges, mount_points, none_left, run, write  # noqa: E402

top = tempfile.mkdtemp(prefix="bkhpod-", dir="/var/tmp")
# podman asks for a million files; without CAP_SYS_RESOURCE no runtime can raise the hard limit.
ENV = dict(os.environ, CONTAINERS_CONF=f"{top}/containers.conf", PODMAN_IGNORE_CGROUPSV1_WARNING="1")


def podman(*args, runtime=BULKHEAD, **kw):
    return run("podman", "--root", f"{top}/root", "--runroot", f"{top}/run", "--cgroup-manager=cgroupfs", "--runtime", runtime, *args, env=ENV, **kw)


def podman_run(*args, **kw):
    return podman("run", "--rm", *args, **kw)


def remove(container):
    """Whatever it does. podman's own clean-up, which conmon calls, may be at work on the same mounts: then it has to be asked again."""
    end = time.monotonic() + LONG
    while (r := podman("rm", "-f", "-t", "0", container, status=None)).status != 0 and "no such container" not in r.err.lower():
        check(time.monotonic() < end, r)
        time.sleep(0.5)


def ranges_left():
    none_left(lambda: {k: v for k, v in id_ranges().items() if v.startswith(top)}, "id ranges")


def is_hierarchy(controller):
    """Whether it is one of cgroup v1, and no directory that merely has its name."""
    return os.path.exists(f"/sys/fs/cgroup/{controller}/cgroup.procs")


@contextlib.contextmanager
def box():
    """With the image "bb"; nothing of it is left."""
    write(f"{top}/containers.conf", '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n')
    try:
        images.busybox_archive(f"{top}/bb.tar")
        podman("load", "-q", "-i", f"{top}/bb.tar")
        podman("tag", "docker.io/library/bb:latest", "bb")
        yield
    finally:
        podman("pod", "rm", "-fa", "-t", "0", status=None, limit=300)
        podman("rm", "-fa", "-t", "0", status=None, limit=300)
        for m in sorted((m for m in mount_points() if m.startswith(top + "/")), reverse=True):
            run("umount", m, status=None)
        shutil.rmtree(top, ignore_errors=True)
        if not is_hierarchy("hugetlb"):
            shutil.rmtree("/sys/fs/cgroup/hugetlb/libpod_parent", ignore_errors=True)
