# SPDX-License-Identifier: LGPL-2.1-or-later
"""suite.py SUITE SCRATCH KIND RUNTIME: run tests of crun's suite; started inside a box of box.py.

The tests to run are lines of JSON on stdin, {"test": FILE/NAME, "policy": POLICY or null}; a line of JSON each comes back:
test, result (pass, skip, fail, timeout), output, and of bulkhead: log, what it printed as errors, and rules, those that
its audit trail says decided something, with the kind of the decision.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from box import hierarchies, remove_cgroups, try_write

ONE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "one.py")
LIMIT = 150  # seconds for one test, on a machine that does much else besides
POLICY, LOG, AUDIT = "/run/policy.json", "/run/runtime.log", "/var/log/bulkhead/audit.log"
RESULTS = {0: "pass", 77: "skip"}


def read(path):
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def others():
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]


def thaw():
    for where, _, _ in hierarchies():
        for directory, _, files in os.walk(where):
            if "freezer.state" in files and directory != where:
                try_write(f"{directory}/freezer.state", "THAWED")


def end_others():
    for _ in range(6000):
        thaw()
        pids = others()
        if not pids:
            return
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    raise RuntimeError(f"processes {others()} stay")


def clean(work, tmp):
    """Ends every other process of this pid namespace; removes their mounts, cgroups and files."""
    end_others()
    for line in reversed(read("/proc/self/mountinfo").splitlines()):
        where = line.split()[4]
        if where.startswith((work + "/", tmp + "/")):
            subprocess.run(["umount", where], check=True)
    for where, _, _ in hierarchies():
        remove_cgroups(where, keep=(f"{where}/runner",))
    for directory in (work, tmp):
        for name in os.listdir(directory):
            path = f"{directory}/{name}"
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)


def rules(trail):
    """{rule: kinds of its decisions} of the audit trail; a refusal is in the line of a command that was refused."""
    found = {}
    for line in trail.splitlines():
        for d in json.loads(line).get("decisions", []):
            found.setdefault(d["rule"], set()).add(d["kind"])
    return {rule: sorted(kinds) for rule, kinds in found.items()}


def run(suite, work, tmp, kind, runtime, job):
    options = []
    if kind == "bulkhead":
        options = ["--log", LOG, "--policy", POLICY]
        with open(POLICY, "w") as f:
            json.dump(job["policy"], f)
    for path in (LOG, AUDIT):
        if os.path.exists(path):
            os.unlink(path)
    os.mkdir(f"{work}/tests")
    os.symlink(f"{suite}/init", f"{work}/tests/init")
    env = {"PATH": os.environ["PATH"], "HOME": "/root", "TMPDIR": tmp, "INIT": f"{suite}/init", "OCI_RUNTIME": runtime,
           "RUNTIME_KIND": kind, "RUNTIME_OPTIONS": " ".join(options), "LANG": "C"}
    began = time.monotonic()
    with open(f"{work}/output", "w+") as output:
        process = subprocess.Popen([sys.executable, ONE, suite, *job["test"].split("/")], cwd=work, env=env,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            result = RESULTS.get(process.wait(LIMIT), "fail")
        except subprocess.TimeoutExpired:
            result = "timeout"
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        text = output.read().replace("\0", "")
    return {"test": job["test"], "result": result, "seconds": round(time.monotonic() - began, 2),
            "output": text[-3000:], "log": read(LOG), "rules": rules(read(AUDIT))}


def main():
    suite, scratch, kind, runtime = sys.argv[1:]
    work, tmp = f"{scratch}/work", f"{scratch}/tmp"
    os.mkdir(work)
    os.mkdir(tmp)
    os.chmod(tmp, 0o1777)
    for line in sys.stdin:
        answer = run(suite, work, tmp, kind, runtime, json.loads(line))
        print(json.dumps(answer), flush=True)
        clean(work, tmp)


if __name__ == "__main__":
    main()
