#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""linux.seccomp by its effects, from inside: under the built-in policy and with all rules off. NOTIFY: test_seccomp_notify.py."""
import contextlib
import errno
import itertools
import json
import os
import platform
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, TOP, Skip, check, equal, main, read, run, test  # noqa: E402

CALL = os.path.join(os.path.dirname(BULKHEAD), "tests/lib/call")
OFF = json.loads(read(f"{TOP}/contrib/policy/off.json"))
GETPPID, GETPGRP, GETPPID_I386 = 110, 111, 64
SIGSYS = 128 + 31
ARCHITECTURES = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]


@contextlib.contextmanager
def boxes(**more):
    """Bundles under the built-in policy, with all rules off, and with those off and without no_new_privs."""
    def each():
        for off, nnp in ((False, True), (True, True), (True, False)):
            with bundle() as b:
                shutil.copy(CALL, f"{b.rootfs}/bin/call")
                b.policy = dict(OFF) if off else None
                b.config["process"]["noNewPrivileges"] = nnp
                b.config["linux"]["seccomp"] = dict({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ARCHITECTURES}, **more)
                yield b
    boxes_of = each()
    try:
        yield boxes_of
    finally:
        boxes_of.close()


def rule(b, action, *names, **more):
    b.config["linux"]["seccomp"]["syscalls"] = [dict({"names": list(names) or ["getppid"], "action": f"SCMP_ACT_{action}"},
                                                     **more)]
    return b


def call(b, *words, status=0):
    return b.run("/bin/call", *map(str, words), status=status).out


@test
def actions_that_end():
    with boxes() as each:
        for b in each:
            for action in ("KILL", "KILL_THREAD", "KILL_PROCESS"):
                equal(call(rule(b, action), GETPGRP, ",", GETPPID, ",", GETPGRP, status=SIGSYS), f"{GETPGRP} ok 1\n")
            equal(call(rule(b, "KILL_PROCESS"), "thread", GETPPID, status=SIGSYS), "")
            for action in ("KILL", "KILL_THREAD"):
                equal(call(rule(b, action), "thread", GETPPID), "the process goes on\n")


@test
def actions_that_answer():
    with boxes() as each:
        for b in each:
            equal(call(rule(b, "TRAP"), GETPPID), f"{GETPPID} trap {GETPPID}\n")
            equal(call(rule(b, "ERRNO"), GETPPID), f"{GETPPID} EPERM\n")
            equal(call(rule(b, "ERRNO", errnoRet=errno.EXDEV), GETPPID), f"{GETPPID} EXDEV\n")
            # Zero is no error.
            equal(call(rule(b, "ERRNO", errnoRet=0), GETPPID), f"{GETPPID} ok 0\n")
            for action in ("ALLOW", "LOG"):
                equal(call(rule(b, action), GETPPID), f"{GETPPID} ok 0\n")


@test
def trace():
    with boxes() as each:
        for b in each:
            # seccomp(2): without a tracer the call does not exist.
            equal(call(rule(b, "TRACE"), GETPPID), f"{GETPPID} ENOSYS\n")
            equal(call(rule(b, "TRACE"), "trace", GETPPID).split("\n")[0], f"trace {errno.EPERM}")
            # The number is for the tracer, which lets the call go on.
            out = call(rule(b, "TRACE", errnoRet=65535), "trace", GETPPID)
            equal(out, f"trace 65535\n{GETPPID} ok 1\n")


@test
def default_actions():
    # What the program itself needs, and nothing that the runtime needs after no_new_privs but execve(2).
    allowed = ["execve", "arch_prctl", "brk", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlinkat",
               "readlink", "getrandom", "mprotect", "newfstatat", "fstat", "write", "exit_group", "rt_sigaction",
               "rt_sigreturn", "getpgrp"]
    with boxes() as each:
        for b in itertools.islice(each, 2):
            s = b.config["linux"]["seccomp"]
            for action, more, want in (("ERRNO", {}, "EPERM"), ("ERRNO", {"defaultErrnoRet": errno.ENXIO}, "ENXIO"),
                                       ("TRAP", {}, f"trap {GETPPID}"), ("TRACE", {}, "ENOSYS"), ("LOG", {}, "ok 0")):
                s.clear()
                s.update(defaultAction=f"SCMP_ACT_{action}", architectures=ARCHITECTURES, **more)
                equal(call(rule(b, "ALLOW", *allowed), GETPPID, ",", GETPGRP), f"{GETPPID} {want}\n{GETPGRP} ok 1\n")
            for action in ("KILL", "KILL_THREAD", "KILL_PROCESS"):
                s.clear()
                s.update(defaultAction=f"SCMP_ACT_{action}", architectures=ARCHITECTURES)
                equal(call(rule(b, "ALLOW", *allowed), GETPGRP, ",", GETPPID, status=SIGSYS), f"{GETPGRP} ok 1\n")
            # Above what the profile knows: for C libraries, which give up on EPERM.
            s.update(defaultAction="SCMP_ACT_ERRNO", defaultErrnoRet=errno.EPERM)
            equal(call(rule(b, "ALLOW", *allowed), 5000), "5000 ENOSYS\n")


@test
def operators():
    values = [0, 1, 5, 0xffffffff, 0x100000000, 0x100000005, 0xffffffffffffffff]
    holds = {"EQ": lambda x, v, w: x == v, "NE": lambda x, v, w: x != v, "LT": lambda x, v, w: x < v,
             "LE": lambda x, v, w: x <= v, "GT": lambda x, v, w: x > v, "GE": lambda x, v, w: x >= v,
             "MASKED_EQ": lambda x, v, w: x & v == w}
    words = " , ".join(f"{GETPPID} 0 0 {x}" for x in values).split()
    with boxes() as each:
        for b in itertools.islice(each, 2):
            for op, f in holds.items():
                for v, w in ((5, 5), (0x100000005, 0x100000005), (0xff, 5)):
                    s = rule(b, "ERRNO", errnoRet=errno.EXDEV,
                             args=[{"index": 2, "value": v, "valueTwo": w, "op": f"SCMP_CMP_{op}"}])
                    got = [line.split()[1] == "EXDEV" for line in call(s, *words).splitlines()]
                    equal(got, [f(x, v, w) for x in values], f"{op} {v} {w}")


@test
def every_argument_counts():
    with boxes() as each:
        b = next(each)
        for i in range(6):
            rule(b, "ERRNO", errnoRet=errno.EXDEV, args=[{"index": i, "value": 7, "op": "SCMP_CMP_EQ"}])
            equal(call(b, GETPPID, *["7" if k == i else "0" for k in range(6)]), f"{GETPPID} EXDEV\n")
            equal(call(b, GETPPID, *["0" if k == i else "7" for k in range(6)]), f"{GETPPID} ok 0\n")
        # All conditions of a rule, any of two on the same argument.
        rule(b, "ERRNO", args=[{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}])
        equal(call(b, GETPPID, 1, 2, ",", GETPPID, 1, 3), f"{GETPPID} EPERM\n{GETPPID} ok 0\n")
        rule(b, "ERRNO", args=[{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}])
        equal(call(b, GETPPID, 1, ",", GETPPID, 2, ",", GETPPID, 3),
              f"{GETPPID} EPERM\n{GETPPID} EPERM\n{GETPPID} ok 0\n")


@test
def architectures():
    """x32 has numbers of its own on any x86_64 kernel, and a filter sees them before the kernel looks whether it knows x32."""
    if platform.machine() != "x86_64":
        raise Skip("calls of another architecture are made on x86_64 only")
    x32 = GETPPID | 0x40000000
    with boxes() as each:
        for b in each:
            rule(b, "ERRNO", errnoRet=errno.EXDEV)
            equal(call(b, x32, ",", GETPPID), f"{x32} EXDEV\n{GETPPID} EXDEV\n")
            # The machine's own is always filtered; what is not listed ends, as with libseccomp.
            b.config["linux"]["seccomp"]["architectures"] = []
            equal(call(b, GETPPID, ",", x32, status=SIGSYS), f"{GETPPID} EXDEV\n")
            b.config["linux"]["seccomp"]["architectures"] = ["SCMP_ARCH_AARCH64"]
            equal(call(b, GETPPID), f"{GETPPID} EXDEV\n")


@test
def calls_of_i386():
    if platform.machine() != "x86_64":
        raise Skip("calls of another architecture are made on x86_64 only")
    if run(CALL, f"i386:{GETPPID_I386}", status=None).status != 0:
        raise Skip("this kernel runs no 32-bit programs")
    with boxes() as each:
        for b in each:
            rule(b, "ERRNO", errnoRet=errno.EXDEV)
            equal(call(b, f"i386:{GETPPID_I386}"), f"i386:{GETPPID_I386} EXDEV\n")
            b.config["linux"]["seccomp"]["architectures"] = []
            equal(call(b, GETPPID, ",", f"i386:{GETPPID_I386}", status=SIGSYS), f"{GETPPID} EXDEV\n")


@test
def flags():
    every = [f"SECCOMP_FILTER_FLAG_{f}" for f in ("TSYNC", "LOG", "SPEC_ALLOW")]
    with boxes() as each:
        for b in each:
            for n in range(len(every) + 1):
                for some in itertools.combinations(every, n):
                    b.config["linux"]["seccomp"]["flags"] = list(some)
                    equal(call(rule(b, "ERRNO"), GETPPID), f"{GETPPID} EPERM\n")


@test
def exec_is_under_the_same_filter():
    with boxes() as each:
        for b in each:
            with rule(b, "ERRNO", errnoRet=errno.EXDEV).started("sleep", "1000") as cid:
                equal(b("exec", cid, "/bin/call", str(GETPPID)).out, f"{GETPPID} EXDEV\n")


@test
def hooks_are_under_it():
    """As under runc, also with no_new_privs."""
    with boxes() as each:
        for b in each:
            b.config["process"]["rlimits"] = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]
            b.config["hooks"] = {"startContainer": [{"path": "/bin/call", "args": ["call", str(GETPPID)]}]}
            rule(b, "KILL").args("true")
            b.refused("error running startContainer hook #0", "signal: bad system call")
            rule(b, "ERRNO").args("true")
            b.run("true")


@test
def calls_of_the_runtime_that_a_profile_does_not_know():
    """Profiles of older engines deny newer calls; the filter is in force early without no_new_privs."""
    with boxes() as each:
        for b in each:
            rule(b, "ERRNO", "close_range", "openat2", "faccessat2", "clone3", "pidfd_open", "pidfd_send_signal", "fsopen",
                 "fsconfig", "fspick", "open_tree", "move_mount", "mount_setattr", errnoRet=errno.ENOSYS)
            b.run("true")
            with b.started("sleep", "1000") as cid:
                b("exec", cid, "true")


@test
def bad_values():
    with bundle() as b:
        s = b.config["linux"]
        ok = {"names": ["getppid"], "action": "SCMP_ACT_ERRNO"}
        arg = {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}
        for profile, pointer in (
                ("x", ""), ({}, "/defaultAction"), ({"defaultAction": 1}, "/defaultAction"),
                ({"defaultAction": "SCMP_ACT_FOO"}, "/defaultAction"), ({"defaultErrnoRet": "x"}, "/defaultErrnoRet"),
                ({"defaultErrnoRet": -1}, "/defaultErrnoRet"), ({"defaultErrnoRet": 1}, "/defaultErrnoRet"),
                ({"flags": ["X"]}, "/flags/0"), ({"flags": "X"}, "/flags"), ({"flags": [7]}, "/flags/0"),
                ({"flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]}, "/flags/0"),
                ({"architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_VAX"]}, "/architectures/1"),
                ({"architectures": ["SCMP_ARCH_S390X"]}, "/architectures/0"), ({"architectures": {}}, "/architectures"),
                ({"listenerMetadata": "x"}, "/listenerMetadata"),
                ({"syscalls": {}}, "/syscalls"), ({"syscalls": [7]}, "/syscalls/0"),
                ({"syscalls": [{"action": "SCMP_ACT_ERRNO"}]}, "/syscalls/0/names"),
                ({"syscalls": [dict(ok, names=[])]}, "/syscalls/0/names"),
                ({"syscalls": [dict(ok, names=[""])]}, "/syscalls/0/names/0"),
                ({"syscalls": [{"names": ["x"]}]}, "/syscalls/0/action"),
                ({"syscalls": [ok, dict(ok, action="SCMP_ACT_X")]}, "/syscalls/1/action"),
                ({"syscalls": [dict(ok, errnoRet=4096)]}, "/syscalls/0/errnoRet"),
                ({"syscalls": [dict(ok, errnoRet=-1)]}, "/syscalls/0/errnoRet"),
                ({"syscalls": [dict(ok, errnoRet="1")]}, "/syscalls/0/errnoRet"),
                ({"syscalls": [dict(ok, action="SCMP_ACT_TRACE", errnoRet=65536)]}, "/syscalls/0/errnoRet"),
                ({"syscalls": [dict(ok, action="SCMP_ACT_KILL", errnoRet=1)]}, "/syscalls/0/errnoRet"),
                ({"syscalls": [dict(ok, args=[dict(arg, index=6)])]}, "/syscalls/0/args/0/index"),
                ({"syscalls": [dict(ok, args=[dict(arg, index=-1)])]}, "/syscalls/0/args/0/index"),
                ({"syscalls": [dict(ok, args=[dict(arg, op="EQ")])]}, "/syscalls/0/args/0/op"),
                ({"syscalls": [dict(ok, args=[dict(arg, value=1 << 64)])]}, "/syscalls/0/args/0/value"),
                ({"syscalls": [dict(ok, args=[dict(arg, value=1.5)])]}, "/syscalls/0/args/0/value"),
                ({"syscalls": [dict(ok, args=[dict(arg, valueTwo="2")])]}, "/syscalls/0/args/0/valueTwo"),
                ({"syscalls": [dict(ok, args=[arg]), dict(ok, args=[arg], errnoRet=5)]}, "/syscalls/1"),
        ):
            s["seccomp"] = dict({"defaultAction": "SCMP_ACT_ALLOW"}, **profile) if profile and profile != "x" else profile
            b.refused("/linux/seccomp" + pointer)


if __name__ == "__main__":
    main()
