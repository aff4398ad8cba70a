# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers on a kernel with AppArmor; started by test_apparmor.sh.

The profile of contrib/apparmor is loaded on the way: tests depend on their order.
"""
import json
import os
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import check, equal, has, lacks, main, read, run, test, wait_for, write  # noqa: E402

DEFAULT = "bulkhead-default (enforce)"
INSTALL = "/src/contrib/apparmor/install"


def label(pid):
    return read(f"/proc/{pid}/attr/apparmor/current").strip()


def decisions(b, cid):
    return [d for d in json.loads(read(f"{b.root}/{cid}/hardening.json"))["decisions"] if d["rule"] == "apparmor"]


@test
def without_the_profile_it_is_said():
    with bundle() as b, b.started("sleep", "1000") as cid:
        equal(label(b.state(cid)["pid"]), "unconfined")
        (d,) = decisions(b, cid)
        equal((d["kind"], d["why"]), ("note", 'not confined by AppArmor: profile "bulkhead-default" is not loaded'))


@test
def the_install_step():
    equal(run(INSTALL).all, "")
    has(read("/sys/kernel/security/apparmor/profiles"), DEFAULT + "\n")
    run(INSTALL, "-u")
    lacks(read("/sys/kernel/security/apparmor/profiles"), "bulkhead-default")
    check(not os.path.exists("/etc/apparmor.d/bulkhead-default"), "a file was left")
    run(INSTALL)
    run("apparmor_parser", "-r", "/src/tests/vm/profiles")


@test
def the_default_from_inside_and_outside():
    with bundle() as b:
        for nnp in (None, False, True):
            b.config["process"]["noNewPrivileges"] = nnp
            equal(b.run("cat", "/proc/self/attr/apparmor/current").out.strip(), DEFAULT)
        equal(b.run("cat", "/proc/1/attr/current").out.strip(), DEFAULT)
        with b.started("sh", "-c", "sleep 1000 & wait") as cid:
            pid = b.state(cid)["pid"]
            equal(label(pid), DEFAULT)
            child = wait_for(lambda: read(f"/proc/{pid}/task/{pid}/children").split(), "a child")[0]
            equal(label(child), DEFAULT)
            (d,) = decisions(b, cid)
            equal((d["kind"], d["before"], d["after"]), ("change", None, "bulkhead-default"))
            has(b("verify", cid).out, DEFAULT)
            # The profile is switched to complaining under the container.
            run("apparmor_parser", "-r", "-C", "/etc/apparmor.d/bulkhead-default")
            try:
                has(b("verify", cid, status=1).out, "bulkhead-default (complain)")
            finally:
                run("apparmor_parser", "-r", "/etc/apparmor.d/bulkhead-default")
            seen = {x["what"]: x["seen"] for x in json.loads(b("verify", "--stop", "--format", "json", cid).out)["checks"]}
            equal(seen["AppArmor profile"], DEFAULT)


@test
def the_config_names_another():
    with bundle() as b:
        for profile in ("bulkhead-test", "bulkhead test two"):
            b.config["process"]["apparmorProfile"] = profile
            equal(b.run("cat", "/proc/self/attr/apparmor/current").out.strip(), f"{profile} (enforce)")
        b.config["process"]["apparmorProfile"] = "bulkhead-test//&bulkhead test two"
        r = b.run("cat", "/proc/self/attr/apparmor/current")
        has(r.out, "//&")
        equal(sorted(r.out.split(" (")[0].split("//&")), ["bulkhead test two", "bulkhead-test"])
        for profile in ("nowhere", "bulkhead-tes", "bulkhead-test ", "unconfined_foo", ":bulkhead-test"):
            b.config["process"]["apparmorProfile"] = profile
            b.refused("apparmor profile", profile, "is not loaded")
        b.config["process"]["apparmorProfile"] = ""
        equal(b.run("cat", "/proc/self/attr/apparmor/current").out.strip(), DEFAULT)


UNCONFINED = "policy: apparmor: the container would not be confined by AppArmor: refused"


@test
def exec_gets_no_less():
    with bundle() as b, b.started("sleep", "1000") as cid:
        show = ("cat", "/proc/self/attr/apparmor/current", "/proc/1/attr/apparmor/current")
        equal(b("exec", cid, *show).out, f"{DEFAULT}\n" * 2)
        for profile in ("unconfined", "bulkhead-test", "nowhere"):
            r = b("exec", "--apparmor", profile, cid, *show, status=None)
            check(DEFAULT in r.out or r.status != 0, f"exec --apparmor {profile}: {r}")
            lacks(r.out, "unconfined")
            lacks(r.out, "bulkhead-test")


@test
def unconfined_is_refused():
    with bundle() as b:
        for profile in ("unconfined", ":root:unconfined", "&unconfined", "unconfined//&unconfined"):
            b.config["process"]["apparmorProfile"] = profile
            b.refused(UNCONFINED)


def confined(*calls, profile="bulkhead-default"):
    """What a process of the host's root, with no other wall around it, can do in the profile."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = ("import os, signal, socket, subprocess\n"
                "def sh(line):\n  if subprocess.run(line, shell=True, stderr=1).returncode: raise OSError(1, 'no')\n")
        for c in calls:
            code += f"try:\n  {c}\n  print('yes')\nexcept OSError as e:\n  print(e.strerror)\n"
        try:
            os.dup2(into, 1)
            if profile:
                write("/proc/self/attr/apparmor/exec", f"exec {profile}")
            os.execv("/usr/bin/python3", ["python3", "-u", "-c", code])
        finally:
            os._exit(1)
    os.close(into)
    with os.fdopen(out) as f:
        lines = f.read().splitlines()
    os.waitpid(pid, 0)
    equal(len(lines), len(calls), f"answers {lines}")
    return lines


@test
def what_the_profile_denies():
    """By the profile alone; each of them works without it."""
    os.makedirs("/tmp/there", exist_ok=True)
    calls = [
        "open('/proc/sys/kernel/core_pattern', 'w').write('core')",
        "open('/proc/sys/net/ipv4/ip_forward', 'w').write('0')",
        "open('/proc/sysrq-trigger', 'w').write('h')",
        "open('/proc/kcore', 'rb').read(1)",
        "open('/proc/irq/default_smp_affinity', 'w').write('3')",
        "open('/sys/kernel/mm/transparent_hugepage/enabled', 'r+')",
        "open('/sys/module/apparmor/parameters/mode', 'r+')",
        "open('/sys/kernel/security/apparmor/profiles').read()",
        "open('/sys/kernel/tracing/trace_marker', 'w').write('x')",
        "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
        f"os.kill({os.getpid()}, signal.SIGCONT)",
        f"os.readlink('/proc/{os.getpid()}/exe')",
        "sh('mount -t tmpfs none /tmp/there 2> /dev/null')",
        "sh('umount /tmp/there 2> /dev/null')",
    ]
    answers = dict(zip(calls, confined(*calls, profile=None)))
    for call in calls:
        equal(answers[call], "yes", f"unconfined: {call}")
    for call, answer in zip(calls, confined(*calls)):
        check(answer in ("Permission denied", "Operation not permitted", "no"), f"{call}: {answer}")


@test
def what_images_need():
    """In the profile alone, and then in a container, where the rest is in force as well."""
    calls = [
        "open('/proc/sys/kernel/ostype').read()",
        "open('/proc/self/oom_score_adj', 'w').write('10')",
        "open('/proc/self/comm', 'w').write('me')",
        "open('/tmp/there/file', 'w').write('x')",
        "os.link('/tmp/there/file', '/tmp/there/other')",
        "os.remove('/tmp/there/other')",
        "os.listdir('/sys/fs/cgroup')",
        "socket.socket().bind(('127.0.0.1', 0))",
        "socket.socket(socket.AF_UNIX).bind('\\0bulkhead-vm')",
        "os.setuid(1000)",
        "os.kill(os.getpid(), signal.SIGCONT)",
    ]
    equal(confined(*calls), ["yes"] * len(calls))
    with bundle() as b:
        r = b.run("sh", "-c", "sleep 1000 & kill -TERM $!; wait $! 2> /dev/null; echo $?; ps | wc -l; chown 1000:1000 /tmp; "
                  "echo 10 > /proc/self/oom_score_adj; touch /new; mkdir /dir; mv /new /dir/; cat < /dev/null; "
                  "ls -l /proc/self/exe /proc/1/exe > /dev/null && env -i /bin/echo fine")
        equal(r.out.splitlines()[0], "143")
        has(r.out, "fine\n")
        equal(r.err, "")


@test
def what_a_policy_can_say():
    def run_with(rule, profile=None, status=0):
        with bundle() as b:
            b.config["process"]["apparmorProfile"] = profile
            b.args("cat", "/proc/self/attr/apparmor/current").save()
            write(f"{b.top}/policy.json", json.dumps({"apparmor": rule}), 0o600)
            r = b("--policy", f"{b.top}/policy.json", "run", "--bundle", f"{b.top}/bundle", b.new_id(), status=status)
            return (r.out if status == 0 else r.err).strip()
    equal(run_with({"profile": "bulkhead-test"}), "bulkhead-test (enforce)")
    equal(run_with({"level": "off"}), "unconfined")
    equal(run_with({"level": "audit"}), "unconfined")
    equal(run_with({"profile": "nowhere"}), "unconfined")
    has(run_with({"profile": "nowhere", "require": True}, status=1), 'is required and is not loaded')
    equal(run_with({"require": True}), DEFAULT)
    equal(run_with({"allowUnconfined": True}, "unconfined"), "unconfined")


@test
def signals_of_the_runtime():
    with bundle() as b, b.started("sh", "-c", "trap 'echo got; exit 3' TERM; echo up; while :; do sleep 0.1; done") as cid:
        wait_for(lambda: "up" in b.output(), "the trap")
        b("kill", cid, "TERM")
        wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")
        has(b.output(), "got")
    with bundle() as b, b.started("sleep", "1000") as cid:
        os.kill(b.state(cid)["pid"], signal.SIGKILL)
        wait_for(lambda: b.state(cid)["status"] == "stopped", "the end")


@test
def profiles_in_other_modes():
    write("/tmp/lenient", "abi <abi/3.0>,\nprofile lenient flags=(complain) { file, }\n")
    run("apparmor_parser", "-r", "/tmp/lenient")
    with bundle() as b:
        b.config["process"]["apparmorProfile"] = "lenient"
        with b.started("sleep", "1000") as cid:
            equal(label(b.state(cid)["pid"]), "lenient (complain)")
            (d,) = decisions(b, cid)
            has(d["why"], "complain mode")


if __name__ == "__main__":
    main()
