#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The suite of Debian's source package crun against bulkhead, with all rules off and under the default policy.

Debian's runc and crun go through the same tests in the same run, each runtime in a box of its own (box.py). One result
for each test and mode:
  off      a test that fails is in EXPECTED, with the reason. At least as many pass as for the better of runc and crun.
  default  a test that passes with rules off and fails now is in EXPECTED with the rules behind it. Each of them has really
           decided something in that run, and with just these off, and every other in force, the test passes.
An entry of EXPECTED for a test that passes fails. A test that skips itself for every runtime is skipped.

test_crun.py FILE/NAME...: only these, with their output.
"""
import concurrent.futures
import glob
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BULKHEAD = os.path.abspath(os.environ.get("BULKHEAD", f"{TOP}/build/bulkhead"))
DEFAULT = {"version": 1}
BOX_LIMIT = 1400
# The names of a section of a policy in decisions, where they are others.
SPOKEN = {"devices": ("devices", "device-rules"), "noNewPrivileges": ("no-new-privileges",)}


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def expected():
    """{(mode, test): (rules, reason)} of EXPECTED."""
    found = {}
    with open(f"{HERE}/EXPECTED") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                words, _, reason = line.partition(":")
                mode, test, *rules = words.split()
                if mode not in ("off", "default") or (mode, test) in found or not reason.strip():
                    sys.exit(f"EXPECTED: {line}")
                found[mode, test] = (rules, reason.strip())
    return found


def run_suite(suite, kind, runtime, jobs):
    """{test: answer of suite.py} of (test, policy) pairs, in a new box."""
    scratch = tempfile.mkdtemp(prefix="bulkhead-crun-", dir="/var/tmp")
    os.chmod(scratch, 0o755)
    try:
        lines = "".join(json.dumps({"test": t, "policy": p}) + "\n" for t, p in jobs)
        p = subprocess.Popen([sys.executable, f"{HERE}/box.py", sys.executable, f"{HERE}/suite.py",
                              suite, scratch, kind, runtime],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = p.communicate(lines, timeout=BOX_LIMIT)
        except subprocess.TimeoutExpired:
            p.terminate()  # it then removes its cgroups
            out, err = p.communicate()
        answers = {a["test"]: a for a in map(json.loads, out.splitlines())}
        if p.returncode or len(answers) != len(dict(jobs)) or err:
            raise RuntimeError(f"{kind}: the box ended with {p.returncode} after {len(answers)} tests: {err}")
        return answers
    finally:
        shutil.rmtree(scratch)  # its mounts ended with the box


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def __call__(self, good, name, *notes, skip=None):
        self.count += 1
        self.failed += not good
        for note in notes:
            for line in str(note).splitlines():
                print(f"# {line}")
        print(f"{'' if good else 'not '}ok {self.count} - {name}{f' # SKIP {skip}' if skip else ''}", flush=True)


def shown(answer):
    return f"{answer['result']} after {answer['seconds']} s", answer["output"], answer["log"]


def judge_off(tap, test, off, peers, entry):
    name = f"off: {test}"
    if off["result"] == "pass":
        tap(entry is None, name, *(["passes, but is in EXPECTED"] if entry else []))
    elif off["result"] == "skip" and all(p[test]["result"] == "skip" for p in peers.values()):
        tap(True, name, skip="the test skips itself here, for every runtime")
    elif entry:
        tap(True, name, f"{off['result']}, as expected: {entry[1]}")
    else:
        tap(False, name, f"EXPECTED has no entry \"off {test}\"", *shown(off))


def named(rule, answer):
    """Whether the run says that this rule changed or refused something."""
    kinds = {k for r in SPOKEN.get(rule, (rule,)) for k in answer["rules"].get(r, [])}
    return bool({"change", "refuse"} & kinds) or f"policy: {rule}:" in answer["log"]


def judge_default(tap, test, answers, entry):
    name = f"default: {test}"
    off, default = answers["off"][test], answers["default"][test]
    if default["result"] == off["result"]:
        same = "passes" if off["result"] == "pass" else "as with rules off"
        skip = "the test skips itself here" if off["result"] == "skip" else None
        tap(entry is None or skip, name, *([f"{same}, but is in EXPECTED"] if entry else []), skip=skip)
    elif not entry:
        tap(default["result"] == "pass", name, f"EXPECTED has no entry \"default {test}\"", *shown(default))
    else:
        rules, silent = entry[0], [r for r in entry[0] if not named(r, default)]
        again = answers["proof"][test]
        tap(bool(rules) and not silent and again["result"] == "pass", name, f"{', '.join(rules)}: {entry[1]}",
            *([f"nothing in this run names {silent}", *shown(default)] if silent else []),
            *(["fails with these rules off, too", *shown(again)] if again["result"] != "pass" else []))


def table(tests, columns):
    print(f"# {'test':<52}" + "".join(f"{c:<9}" for c in columns))
    for test in tests:
        print(f"# {test:<52}" + "".join(f"{a[test]['result']:<9}" for a in columns.values()))
    for what in ("pass", "fail", "timeout", "skip"):
        print(f"# {what:<52}" + "".join(f"{sum(a[t]['result'] == what for t in tests):<9}" for a in columns.values()))


def nodes():
    """The host's device nodes that a runtime may be tempted to change."""
    return {p: (s.st_uid, s.st_gid, stat.filemode(s.st_mode), s.st_rdev)
            for p in map("/dev/{}".format, "null zero full random urandom tty".split()) for s in [os.stat(p)]}


def left_behind():
    return set(glob.glob("/sys/fs/cgroup/**/bulkhead-box-*", recursive=True) + glob.glob("/var/tmp/bulkhead-crun-*"))


def names_of(suite):
    listing = subprocess.run([sys.executable, f"{HERE}/one.py", suite, "--list"], check=True, capture_output=True,
                             text=True).stdout
    return listing.split()


def run_all(suite, tests, entries):
    with open(f"{TOP}/contrib/policy/off.json") as f:
        off = json.load(f)
    proof = [(t, dict(DEFAULT, **{r: {"level": "off"} for r in entries["default", t][0]})) for t in tests
             if ("default", t) in entries]
    runs = {"off": ("bulkhead", BULKHEAD, [(t, off) for t in tests]),
            "default": ("bulkhead", BULKHEAD, [(t, DEFAULT) for t in tests]),
            "proof": ("bulkhead", BULKHEAD, proof),
            "runc": ("runc", shutil.which("runc"), [(t, None) for t in tests]),
            "crun": ("crun", shutil.which("crun"), [(t, None) for t in tests])}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        started = {name: pool.submit(run_suite, suite, *what) for name, what in runs.items()}
        return {name: s.result() for name, s in started.items()}


def main():
    if os.getuid() != 0:
        skip_all("needs root")
    for peer in ("runc", "crun"):
        if not shutil.which(peer):
            skip_all(f"{peer} is not installed")
    fetch = subprocess.run([f"{HERE}/fetch-crun"], capture_output=True, text=True)
    if fetch.returncode == 77:
        skip_all(fetch.stderr.strip())
    suite = fetch.stdout.strip()
    entries, before, known = expected(), nodes(), names_of(suite)
    there = left_behind()
    tests = sys.argv[1:] or known
    answers = run_all(suite, tests, entries)
    peers = {name: answers[name] for name in ("runc", "crun")}
    tap = Tap()
    print(f"1..{2 * len(tests) + 4}")
    table(tests, {name: answers[name] for name in ("off", "default", "runc", "crun")})
    passed = {name: sum(a["result"] == "pass" for a in answers[name].values()) for name in ("off", *peers)}
    tap(passed["off"] >= max(passed[p] for p in peers),
        "off: at least as many tests pass as for runc and for crun", passed)
    for test in tests:
        judge_off(tap, test, answers["off"][test], peers, entries.get(("off", test)))
        judge_default(tap, test, answers, entries.get(("default", test)))
    strangers = {t for _, t in entries} - set(known)
    tap(not strangers, "EXPECTED names only tests that exist", *strangers)
    tap(nodes() == before, "the host's device nodes are as they were", nodes())
    left = left_behind() - there
    tap(not left, "no cgroup and no file is left", *left)
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()
