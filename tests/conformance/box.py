# SPDX-License-Identifier: LGPL-2.1-or-later
"""box.py COMMAND...: run a command as root where what it leaves behind ends with it.

It gets pid, mount and cgroup namespaces of its own: every process in there dies with the command, its mounts
with the namespace, and its cgroups lie below one cgroup that is removed at the end. /dev, /run and /var/log
are private (crun changes the owner of the device nodes that it is given as stdio). The control groups are shown
as they are, except for cgroup2 beside v1: Debian's crun refuses that layout.
"""
import os
import re
import signal
import stat
import subprocess
import sys
import time

TOP = "/sys/fs/cgroup"
NODES = "null zero full random urandom tty fuse".split()


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


def hierarchies():
    """(mount point, type, options) of every control group hierarchy in use; cgroup2 beside v1 is left out."""
    found = []
    for line in read("/proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        where, (fstype, _, options) = left.split()[4], right.split(" ", 2)
        if fstype.startswith("cgroup") and where.startswith(TOP):
            found.append((where, fstype, re.sub(r"^r[ow],?", "", options)))
    return [h for h in found if h[1] == "cgroup"] or found


def try_write(path, text):
    try:
        with open(path, "w") as f:
            f.write(text)
    except OSError:
        pass  # what is missing then shows in the tests


def enter_cgroups(name):
    for where, fstype, _ in hierarchies():
        here = f"{where}/{name}"
        if fstype == "cgroup2":
            try_write(f"{where}/cgroup.subtree_control", "+cpu +cpuset +io +memory +pids")
        os.mkdir(here)
        for knob in ("cpuset.cpus", "cpuset.mems"):
            if fstype == "cgroup" and os.path.exists(f"{here}/{knob}"):
                try_write(f"{here}/{knob}", read(f"{where}/{knob}"))
        with open(f"{here}/cgroup.procs", "w") as f:
            f.write("0")


def remove_cgroups(top, keep=()):
    """Thaws and removes every cgroup below the directory, deepest first."""
    for directory, _, files in os.walk(top, topdown=False):
        if "freezer.state" in files:
            try_write(f"{directory}/freezer.state", "THAWED")
        if directory != top and directory not in keep:
            remove_cgroup(directory)


def remove_cgroup(directory):
    for _ in range(3000):  # a cgroup is busy until its last process has been reaped
        try:
            os.rmdir(directory)
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.02)
    print(f"box: cgroup {directory} stays", file=sys.stderr)


def mount(*args):
    subprocess.run(["mount", *args], check=True)


def furnish():
    """The mounts inside."""
    found = hierarchies()
    modes = {n: os.stat(f"/dev/{n}") for n in NODES if os.path.exists(f"/dev/{n}")}
    for directory in ("/dev", "/run", "/var/log"):
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", directory)
    for name, s in modes.items():
        os.mknod(f"/dev/{name}", s.st_mode, s.st_rdev)
        os.chmod(f"/dev/{name}", stat.S_IMODE(s.st_mode))
    for directory in ("pts", "shm", "mqueue"):
        os.mkdir(f"/dev/{directory}")
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620", "devpts", "/dev/pts")
    os.symlink("pts/ptmx", "/dev/ptmx")
    for n, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{n}", f"/dev/{name}")
    os.symlink("/proc/self/fd", "/dev/fd")
    subprocess.run(["umount", "--recursive", TOP], check=True)
    if found[0][1] == "cgroup2":
        mount("-t", "cgroup2", "cgroup2", TOP)
        # Controllers cannot be handed down from a cgroup that has processes.
        os.mkdir(f"{TOP}/runner")
        for pid in read(f"{TOP}/cgroup.procs").split():
            try_write(f"{TOP}/runner/cgroup.procs", pid)
        return
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", TOP)
    for where, _, options in found:
        os.mkdir(where)
        mount("-t", "cgroup", "-o", options, "cgroup", where)


def inside(command):
    furnish()
    # The suite wants pids of five digits.
    try_write("/proc/sys/kernel/ns_last_pid", "20000")
    child = os.fork()
    if child == 0:
        os.execvp(command[0], command)
    while True:  # the init of this pid namespace
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status) & 0xFF


def main():
    if sys.argv[1] == "--inside":
        return inside(sys.argv[2:])
    command = sys.argv[1:]
    name = f"bulkhead-box-{os.getpid()}"
    tops = [f"{where}/{name}" for where, _, _ in hierarchies()]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    child = None
    try:
        child = subprocess.Popen(["unshare", "--mount", "--pid", "--cgroup", "--fork", "--kill-child", "--mount-proc",
                                  sys.executable, os.path.abspath(__file__), "--inside", *command],
                                 preexec_fn=lambda: enter_cgroups(name))
        return child.wait()
    finally:
        if child and child.poll() is None:
            child.kill()
        for top in tops:
            remove_cgroups(top)
        if child:
            child.wait()
        for top in tops:
            remove_cgroup(top)


if __name__ == "__main__":
    sys.exit(main())
