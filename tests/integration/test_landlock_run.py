#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Landlock around whole containers: where a namespace is the host's, and where the policy names hierarchies."""
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import BULKHEAD, PROBE, Skip, check, equal, has, main, read, run, test, wait_for, write  # noqa: E402

HOSTILE = os.path.join(os.path.dirname(PROBE), "hostile")
# landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION; the number is the same everywhere.
ABI = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint(1))


def need(abi):
    if ABI < abi:
        raise Skip(f"Landlock of this kernel has version {max(ABI, 0)}")


def under(b, landlock, *argv, status=0, **rules):
    """A run of @argv under a policy with this rule landlock."""
    write(f"{b.top}/policy.json", json.dumps({"landlock": landlock, **rules}), 0o600)
    b.args(*argv).save()
    return b("--policy", f"{b.top}/policy.json", "run", "--bundle", f"{b.top}/bundle", b.new_id(), status=status)


def without(b, kind):
    b.config["linux"]["namespaces"] = [n for n in b.config["linux"]["namespaces"] if n["type"] != kind]


@test
def sockets_of_the_host():
    need(6)
    with bundle() as b, socket.socket(socket.AF_UNIX) as s:
        s.bind(f"\0bkh-landlock-{os.getpid()}")
        s.listen()
        shutil.copy(HOSTILE, f"{b.rootfs}/bin/hostile")
        write(f"{b.rootfs}/hostile-may-run", "")
        without(b, "network")
        attempt = ("hostile", "abstract_sockets")
        shared = {"namespaces": {"allowHostNetwork": True}}
        has(under(b, {"scopeSockets": False}, *attempt, **shared).out, "abstract_sockets escaped")
        has(under(b, {}, *attempt, **shared).out, "abstract_sockets refused")
        # A domain with a scope alone: files are as before.
        equal(under(b, {}, "sh", "-c", "echo x > /new && mv /new /tmp/ && echo x > /proc/self/oom_score_adj; echo fine",
                    **shared).out, "fine\n")


@test
def processes_of_the_host():
    """They would have to have the container's ids: a process that was given them."""
    need(6)
    with bundle() as b:
        without(b, "pid")
        b.config["linux"]["namespaces"].append({"type": "user"})
        mapping = {"containerID": 0, "hostID": 0x6f000000, "size": 65536}
        b.config["linux"].update(uidMappings=[mapping], gidMappings=[mapping])
        b.config["mounts"] = [m for m in b.config["mounts"] if m["type"] != "proc"]
        run("chown", "-R", f"{0x6f000000}:{0x6f000000}", b.rootfs)
        victim = subprocess.Popen(["sleep", "1000"], user=0x6f000000, group=0x6f000000, extra_groups=[])
        try:
            attempt = ("sh", "-c", f"kill -CONT {victim.pid} && echo sent; kill -0 $$ && echo own")
            shared = {"namespaces": {"allowHostPid": True}, "mounts": {"level": "off"}}
            equal(under(b, {"scopeSignals": False}, *attempt, **shared).out, "sent\nown\n")
            equal(under(b, {}, *attempt, **shared).out, "own\n")
        finally:
            victim.kill()
            victim.wait()


@test
def hierarchies_of_the_policy():
    need(2)
    with bundle() as b:
        rule = {"readonly": {"/home": "a test", "/proc/sys": "a test", "/sys": "a test"}}
        r = under(b, rule, "sh", "-c",
                  "echo x > /home/app/f; mkdir /home/d; echo x > /new; rm /etc/group && echo removed; "
                  "echo x > /etc/new && mv /etc/new /tmp/ && cat /tmp/new; echo 5 > /proc/1/oom_score_adj && echo own; "
                  "ls /home; mount -t tmpfs none /tmp || echo no mount")
        equal(r.out, "removed\nx\nown\napp\nno mount\n")
        equal(r.err.count("denied"), 4, r.err)  # the three, and mount(2), which a domain denies
        check(not os.path.exists(f"{b.rootfs}/new"), "a file was made in /")


@test
def exec_is_in_a_domain_too():
    need(2)
    with bundle() as b:
        write(f"{b.top}/policy.json", json.dumps({"landlock": {"readonly": {"/home": "a test"}}}), 0o600)
        options = ("--policy", f"{b.top}/policy.json")
        b.args("sleep", "1000").save()
        cid = b.new_id()
        with open(f"{b.top}/out", "w") as out:
            subprocess.run([BULKHEAD, "--root", b.root, *options, "run", "-d", "--bundle", f"{b.top}/bundle", cid],
                           stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60, check=True)
        try:
            r = b("exec", cid, "sh", "-c", "echo x > /tmp/f && cat /tmp/f; echo x > /home/f; cat /proc/1/environ", status=None)
            equal(r.out, "x\n")
            equal(r.err.count("denied"), 2, r.err)
            equal(json.loads(read(f"{b.root}/{cid}/hardening.json"))["measures"]["landlockReadonly"], ["/home"])
        finally:
            b("delete", "--force", cid)


@test
def no_domain_by_default():
    """What exec starts may look into the container's processes, as everybody is used to."""
    with bundle() as b, b.started("sleep", "1000") as cid:
        has(b("exec", cid, "cat", "/proc/1/environ").out, "TERM=xterm")


if __name__ == "__main__":
    main()
