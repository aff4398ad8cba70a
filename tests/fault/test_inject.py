#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every system call of create fails once, in turn; nothing may be left, and one error line is due.

strace injects the error into the runtime (not into its children: -f would trace the container's
process too, whose failures are a second pass). A call that the runtime can do without may fail
silently: then the container must be whole."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, Failure, Skip, check, equal, main, run, test  # noqa: E402

CALLS = """openat openat2 mkdir mkdirat unshare clone3 clone vfork mount open_tree move_mount mount_setattr fsopen fsconfig fsmount
fspick pivot_root umount2 setns socketpair socket bind listen sendmsg recvmsg write pwrite64 renameat symlinkat flock
statfs fstatfs fstat newfstatat statx ioctl prlimit64 mknodat symlink fchdir chroot chdir fchownat capget capset
setfsuid setfsgid keyctl pread64 read readlinkat unlinkat getdents64 umask waitid wait4 poll pidfd_send_signal fchmodat
linkat dup fcntl pipe2 sethostname setgroups setresuid setresgid setsid prctl seccomp close_range accept4 bpf""".split()


def command(follow):
    """The runtime alone: create. With its children: a whole run, since strace waits for them all."""
    return "run" if follow else "create"


def count_calls(b, follow):
    """How often each call is made when nothing fails."""
    b.save()
    cid = b.new_id()
    trace = f"{b.top}/trace"
    with open(f"{b.top}/out", "w") as f:
        subprocess.run(["strace", *follow, "-o", trace, BULKHEAD, "--root", b.root, command(follow),
                        "--bundle", f"{b.top}/bundle", cid], stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                       check=True, timeout=120)
    b("delete", "--force", cid)
    counts = {}
    with open(trace, errors="replace") as f:
        for line in f:
            m = re.match(r"(?:\d+ +)?([a-z0-9_]+)\(", line)
            if m:
                counts[m[1]] = counts.get(m[1], 0) + 1
    return counts


def inject(b, call, nth, follow, error="EIO"):
    cid = b.new_id()
    with open(f"{b.top}/out", "w") as f:
        try:
            p = subprocess.run(["strace", *follow, "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                f"inject={call}:error={error}:when={nth}", BULKHEAD, "--root", b.root, command(follow),
                                "--bundle", f"{b.top}/bundle", cid],
                               stdin=subprocess.DEVNULL, stdout=f, stderr=f, timeout=120)
        except subprocess.TimeoutExpired:
            raise Failure(f"{call} #{nth} failing with {error}: create hangs")
    text = b.output()
    where = f"{call} #{nth} failing with {error}"
    if p.returncode == 0 and not follow:
        state = b("state", cid, status=None)
        check('"created"' in state.out, f"{where}: create succeeded, but the state is {state}")
        b("delete", "--force", cid)
    elif not follow:
        equal(p.returncode, 1, f"{where}: exit status; output {text!r}")
        check("level=error" in text, f"{where}: no error line: {text!r}")
    try:
        b.nothing_left(cid)
    except Failure as e:
        # An undo step that was itself made to fail may need delete --force; that must then work.
        b("delete", "--force", cid)
        try:
            b.nothing_left(cid)
        except Failure as still:
            raise Failure(f"{where}: {still}; output {text!r}") from e
    return p.returncode != 0


def sweep(follow, limit_per_call, calls=CALLS, hooks=None, least=50):
    if not shutil.which("strace"):
        raise Failure("strace is not installed: contrib/check installs it")
    with bundle() as b:
        b.args("true" if follow else "sleep", "1000")
        b.config["hooks"] = hooks or {}
        counts = count_calls(b, follow)
        failures, failed = [], 0
        for call in calls:
            n = counts.get(call, 0)
            # All of the rare ones; a spread of the frequent ones.
            picks = range(1, n + 1) if n <= limit_per_call else sorted(
                {1 + round(i * (n - 1) / (limit_per_call - 1)) for i in range(limit_per_call)})
            for nth in picks:
                try:
                    failed += inject(b, call, nth, follow)
                except Failure as e:
                    failures.append(str(e))
        # The faults do arrive: else this test could not fail.
        check(failed > least, f"only {failed} creates failed")
        check(not failures, f"{len(failures)} of them:\n" + "\n".join(failures[:20]))


@test(limit=900)
def each_call_of_the_runtime_fails_once():
    sweep([], int(os.environ.get("BULKHEAD_FAULTS", "12")))


@test(limit=900)
def each_call_of_the_containers_process_fails_once():
    sweep(["-f"], int(os.environ.get("BULKHEAD_FAULTS", "12")))


@test(limit=900)
def each_call_around_hooks_fails_once():
    """Of the runtime and of the hooks' processes, up to their execve(2)."""
    hook = [{"path": "/bin/true", "timeout": 60}]
    hooks = {k: hook for k in ("prestart", "createRuntime", "createContainer", "poststart", "poststop")}
    calls = "clone pipe2 setns setpgid setresuid chdir dup2 dup3 close_range keyctl execve wait4 waitid pidfd_open poll kill".split()
    sweep([], 8, calls, hooks, 10)
    sweep(["-f"], 8, calls, hooks, 10)


if __name__ == "__main__":
    main()
