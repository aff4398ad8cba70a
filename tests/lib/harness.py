# SPDX-License-Identifier: LGPL-2.1-or-later
"""harness.py: TAP, time limits and before/after views of the host for the tests that run as root.

A test file defines functions with @test and ends with main(). Each test has a time limit; a test
that leaves a process, mount, cgroup, id range or state behind fails even if its own checks passed.
"""
import contextlib
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BULKHEAD = os.path.abspath(os.environ.get("BULKHEAD", os.path.join(TOP, "build/bulkhead")))
PROBE = os.path.abspath(os.environ.get("BULKHEAD_PROBE", os.path.join(TOP, "build/tests/lib/probe")))
IDS_DIR = "/run/bulkhead-ids"
NOBODY = 65534
# Seconds for what has to come to an end: an emulated machine, or one that does much else besides, is many times slower.
LONG = 60.0
TEST_LIMIT = 400
_tests = []


class Skip(Exception):
    """The machine cannot run this test; the reason must be true on it."""


class Failure(Exception):
    pass


def test(function=None, limit=TEST_LIMIT):
    """Register a test with a time limit in seconds."""
    def register(f):
        _tests.append((f, limit))
        return f
    return register(function) if function else register


def only_if(condition):
    """@test where the condition holds; elsewhere there is no such test, and no result that says it passed."""
    return test if condition else lambda f: f


def only(*names):
    """Of the tests so far these alone."""
    here = [t for t in _tests if t[0].__name__ in names]
    equal(sorted({t[0].__name__ for t in here}), sorted(names), "tests of these names")
    _tests[:] = here


def leave_out(*names):
    """Tests of the files that a program took its tests from, which do not apply to what it tests."""
    for name in names:
        left = [t for t in _tests if t[0].__name__ != name]
        check(len(left) < len(_tests), f"there is no test {name} to leave out")
        _tests[:] = left


def check(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, want, what="value"):
    check(got == want, f"{what}: got {got!r}, want {want!r}")


def has(text, part, what="output"):
    check(part in text, f"{what}: {part!r} not in {text!r}")


def lacks(text, part, what="output"):
    check(part not in text, f"{what}: {part!r} in {text!r}")


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        self.all = out + err

    def __repr__(self):
        return f"status {self.status}, stdout {self.out!r}, stderr {self.err!r}"


def run(*argv, stdin="", limit=2 * LONG, status=0, env=None, cwd=None, pass_fds=()):
    """Run a command to its end. @status: what it must exit with; None: anything."""
    argv = [str(a) for a in argv]
    try:
        p = subprocess.run(argv, input=stdin, capture_output=True, text=True, errors="replace",
                           timeout=limit, env=env, cwd=cwd, pass_fds=pass_fds)
    except subprocess.TimeoutExpired as e:
        raise Failure(f"{' '.join(argv)}: no end after {limit} s; so far {e.stdout!r} {e.stderr!r}")
    r = Result(p.returncode, p.stdout, p.stderr)
    if status is not None:
        check(r.status == status, f"{' '.join(argv)}: {r}, want status {status}")
    return r


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


def write(path, text, mode=None):
    with open(path, "w") as f:
        f.write(text)
    if mode is not None:
        os.chmod(path, mode)


def wait_for(condition, what, limit=LONG, step=0.02):
    """Poll for something that has no descriptor to wait on. A look may take long where a disk is busy: the last one begins after the limit."""
    import time
    end = time.monotonic() + limit
    while True:
        last = time.monotonic() >= end
        value = condition()
        if value:
            return value
        check(not last, f"{what}: not within {limit} s")
        time.sleep(step)


def none_left(find, what, limit=LONG):
    """find() comes to find nothing: others take it away in their own time."""
    import time
    end = time.monotonic() + limit
    while True:
        last = time.monotonic() >= end
        left = find()
        if not left:
            return
        check(not last, f"{what} left: {left!r}")
        time.sleep(0.05)


@contextlib.contextmanager
def scratch(prefix="bkh-"):
    """A directory that must be free of mounts at the end, and is removed then."""
    path = tempfile.mkdtemp(prefix=prefix, dir="/var/tmp")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        mounts = [m for m in mount_points() if m == path or m.startswith(path + "/")]
        if not mounts:
            shutil.rmtree(path, ignore_errors=True)
        else:
            raise Failure(f"mounts left below {path}: {mounts}")


def as_nobody(*argv, status=0, env=None, **kw):
    """Run bulkhead without any right, from a copy: the build may lie where only root can look."""
    with scratch() as d:
        program = shutil.copy(BULKHEAD, f"{d}/bulkhead")
        p = subprocess.run([program, *argv], user=NOBODY, group=NOBODY, extra_groups=[], env=env or {},
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * LONG, **kw)
    equal(p.returncode, status, f"status of {argv}, {p.stdout!r}, {p.stderr!r}")
    return p


def mount_points():
    return [re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), line.split()[4])
            for line in read("/proc/self/mountinfo").splitlines()]


def cgroups(name):
    """Every cgroup directory, in every hierarchy, called @name, deepest first. "NAME*": that begins so."""
    pattern = glob.escape(name.removesuffix("*")) + ("*" if name.endswith("*") else "")
    return sorted((d for d in glob.glob(f"/sys/fs/cgroup/**/{pattern}", recursive=True) if os.path.isdir(d)), reverse=True)


def id_ranges():
    if not os.path.isdir(IDS_DIR):
        return {}
    found = {}
    for n in os.listdir(IDS_DIR):
        with contextlib.suppress(OSError):  # not a link, or one of somebody else's that has gone
            found[n] = os.readlink(os.path.join(IDS_DIR, n))
    return found


def proc_status(pid, field):
    for line in read(f"/proc/{pid}/status").splitlines():
        if line.startswith(field + ":"):
            return line.split(":", 1)[1].strip()
    raise Failure(f"no {field} in /proc/{pid}/status")


def ended(pid):
    """Whether a process runs no more: reaped, or dead and not reaped yet."""
    try:
        return proc_status(pid, "State")[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def descriptors(pid):
    """{number: what it leads to} of a process, which may close some meanwhile."""
    found = {}
    for n in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            found[int(n)] = os.readlink(f"/proc/{pid}/fd/{n}")
    return found


def _alarm(signum, frame):
    raise Failure("time limit of the test reached")


def main():
    only = sys.argv[1:]
    chosen = [(f, l) for f, l in _tests if not only or f.__name__ in only]
    print(f"1..{len(chosen)}", flush=True)
    signal.signal(signal.SIGALRM, _alarm)
    failed = 0
    for n, (f, limit) in enumerate(chosen, 1):
        try:
            signal.alarm(limit)
            f()
            signal.alarm(0)
            print(f"ok {n} - {f.__name__}", flush=True)
        except Skip as e:
            signal.alarm(0)
            print(f"ok {n} - {f.__name__} # SKIP {e}", flush=True)
        except BaseException as e:
            signal.alarm(0)
            failed += 1
            text = str(e) if isinstance(e, Failure) else traceback.format_exc()
            for line in text.splitlines():
                print(f"# {line}")
            print(f"not ok {n} - {f.__name__}", flush=True)
            if isinstance(e, KeyboardInterrupt):
                raise
    sys.exit(1 if failed else 0)
