#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every system call of exec fails once, in turn: the program runs, or there is one error line and nothing else.

As test_inject.py; strace follows the runtime alone, or the intermediate process and the new one, too."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, Failure, cgroups, check, equal, main, read, test, wait_for  # noqa: E402

# What strace can't do without: the calls of a process that is being traced to exist at all.
SPARED = {"execve", "exit_group", "exit", "rt_sigreturn", "restart_syscall", "brk", "arch_prctl", "set_tid_address", "rseq",
          "set_robust_list", "mprotect"}


def processes(cid):
    pids = set()
    for d in cgroups(cid):
        pids |= set(read(f"{d}/cgroup.procs").split())
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            found[int(pid)] = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
    return found


def execute(b, cid, follow, strace):
    """-> exit status or None for no end, output. The program is left running when only the runtime is followed."""
    how = ["exec", cid, "true"] if follow else ["exec", "--detach", "--pid-file", f"{b.top}/pid", cid, "sleep", "999"]
    with open(f"{b.top}/exec-out", "w") as f:
        p = subprocess.Popen(["strace", *follow, *strace, BULKHEAD, "--root", b.root, *how], stdin=subprocess.DEVNULL,
                             stdout=f, stderr=f, start_new_session=True)
        try:
            status = p.wait(120)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait(60)
            status = None
    return status, read(f"{b.top}/exec-out")


def clean(b, cid):
    """End what runs besides the first process; whether it was the program alone."""
    def others():
        return [c for c in processes(cid).values() if c != "sleep 1000"]
    with contextlib.suppress(Failure):
        # Whom the runtime has killed and could not wait for, because that was made to fail, is still on its way out.
        wait_for(lambda: all(c in ("sleep 999", "true") for c in others()), "no other process", limit=20)
    programs = [c in ("sleep 999", "true", "") for c in others()]
    for pid, c in processes(cid).items():
        if c != "sleep 1000":
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    wait_for(lambda: list(processes(cid).values()) == ["sleep 1000"], f"the first process alone: {processes(cid)}")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{b.top}/pid")
    return len(programs), all(programs)


def count_calls(b, cid, follow):
    status, out = execute(b, cid, follow, ["-o", f"{b.top}/trace"])
    equal((status, out), (0, ""), "exec under strace")
    clean(b, cid)
    counts = {}
    with open(f"{b.top}/trace", errors="replace") as f:
        for line in f:
            m = re.match(r"(?:\d+ +)?([a-z0-9_]+)\(", line)
            if m and m[1] not in SPARED:
                counts[m[1]] = counts.get(m[1], 0) + 1
    return counts


def inject(b, cid, call, nth, follow, error="EIO"):
    where = f"{call} #{nth} failing with {error}"
    status, out = execute(b, cid, follow, ["-o", "/dev/null", "-e", f"trace={call}", "-e",
                                           f"inject={call}:error={error}:when={nth}"])
    check(status is not None, f"{where}: no end; {out!r}")
    has_pid = os.path.exists(f"{b.top}/pid")
    if status and not follow:
        equal(status, 255, f"{where}: status; {out!r}")
        check(out.count("level=error") == 1, f"{where}: {out!r}")
        # An undo step that was itself made to fail may leave the program, but not its sign of success.
        check(not has_pid, f"{where}: a pid file; {out!r}")
    elif not follow:
        check(has_pid and int(read(f"{b.top}/pid")) in processes(cid), f"{where}: no program; {out!r}")
    n, only_program = clean(b, cid)
    check(n <= 1 and only_program, f"{where}: {n} processes were left; {out!r}")
    return status != 0


def sweep(follow, limit_per_call):
    if not shutil.which("strace"):
        raise Failure("strace is not installed: contrib/check installs it")
    with bundle() as b, b.started("sleep", "1000") as cid:
        failures, failed = [], 0
        for call, n in sorted(count_calls(b, cid, follow).items()):
            picks = range(1, n + 1) if n <= limit_per_call else sorted(
                {1 + round(i * (n - 1) / (limit_per_call - 1)) for i in range(limit_per_call)})
            for nth in picks:
                try:
                    failed += inject(b, cid, call, nth, follow)
                except Failure as e:
                    failures.append(str(e))
                    clean(b, cid)
        check(failed > 20, f"only {failed} execs failed")
        check(not failures, f"{len(failures)} of them:\n" + "\n".join(failures[:20]))
        equal(b("exec", cid, "echo", "still").out, "still\n")


@test(limit=600)
def each_call_of_the_runtime_fails_once():
    sweep([], int(os.environ.get("BULKHEAD_FAULTS", "12")))


@test(limit=600)
def each_call_of_the_processes_fails_once():
    sweep(["-f"], int(os.environ.get("BULKHEAD_FAULTS", "12")))


if __name__ == "__main__":
    main()
