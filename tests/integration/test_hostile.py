#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hostile container (tests/lib/hostile.c): root with all that a config can ask for tries the ways out that are known,
and fails at each. The same program under runc with the same bundle succeeds: the attempts are real ones."""
import contextlib
import copy
import fcntl
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import termios
import tty

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import (BULKHEAD, PROBE, check, equal, main, mount_points, proc_status, read, run, test,  # noqa: E402
                     wait_for, write)

HOSTILE = os.path.join(os.path.dirname(PROBE), "hostile")
RUNC = shutil.which("runc")
# By number; a caller can only hand on what it has itself.
ALL = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT
SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
CAPABILITIES = [c for n, c in enumerate(ALL) if int(proc_status("self", "CapBnd"), 16) >> n & 1]
HOST_KNOBS = [f"/proc/sys/kernel/{k}" for k in ("core_pattern", "modprobe", "hostname", "domainname", "sysrq", "printk")
              if os.path.exists(f"/proc/sys/kernel/{k}")]


def contrast(function):
    """What runc lets happen. In a virtual machine of the tests there is none: this proof is about the program."""
    return test(limit=600)(function) if RUNC else function


# errno of what the kernel was built without
NOT_IN_THIS_KERNEL = ("ENOSYS", "EAFNOSUPPORT")


def exceptions(b):
    """Attempts that need not work under runc."""
    # Later kernels show namespaces only to who is in the first pid namespace.
    names = {"next_mount_namespace"}
    try:
        os.close(os.open(f"{b.rootfs}/image/disk", os.O_RDONLY))
    except OSError:
        # Nor can the host's root.
        names.add("disk")
    return names


def attempts():
    """{name: flags}"""
    return dict(line.split()[:2] for line in run(HOSTILE, "--list").out.splitlines())


def image(b):
    """What a hostile image brings: nodes, a setuid program, one with file capabilities."""
    shutil.copy(HOSTILE, f"{b.rootfs}/bin/hostile")
    write(f"{b.rootfs}/hostile-may-run", "")
    top = f"{b.rootfs}/image"
    os.mkdir(top)
    with open("/proc/partitions") as f:
        major, minor = next((line.split()[:2] for line in f.readlines()[2:]), (7, 0))
    for name, kind, device in (("disk", 0o60000, (int(major), int(minor))), ("mem", 0o20000, (1, 1)), ("kmsg", 0o20000, (1, 11))):
        os.mknod(f"{top}/{name}", kind | 0o666, os.makedev(*device))
        os.chmod(f"{top}/{name}", 0o666)
    for name in ("setuid", "filecaps"):
        shutil.copy(HOSTILE, f"{top}/{name}")
    os.chmod(f"{top}/setuid", 0o4755)
    # struct vfs_cap_data: revision 2, effective; permitted CAP_CHOWN and CAP_DAC_OVERRIDE; inheritable none
    os.setxattr(f"{top}/filecaps", "security.capability", struct.pack("<5I", 0x02000001, 3, 0, 0, 0))


def ask_for_everything(b):
    """As much as a config can ask for without being refused as privileged."""
    sets = ("bounding", "effective", "permitted", "inheritable")
    b.config["process"]["capabilities"] = {s: [f"CAP_{c}" for c in CAPABILITIES] for s in sets}
    b.config["process"]["noNewPrivileges"] = False
    b.config["linux"].update({"maskedPaths": [], "readonlyPaths": []})
    del b.config["hostname"]
    namespaces(b, without=["uts"])
    for m in b.config["mounts"]:
        m["options"] = [o for o in m["options"] if o not in ("ro", "nosuid", "nodev", "noexec")]


def namespaces(b, without):
    b.config["linux"]["namespaces"] = [n for n in b.config["linux"]["namespaces"] if n["type"] not in without]


def privileged(b):
    b.config["linux"]["resources"]["devices"] = [{"allow": True, "access": "rwm"}]


def host_side():
    return [read(k) for k in HOST_KNOBS], sorted(m for m in mount_points() if m.startswith(("/proc", "/sys", "/dev")))


@contextlib.contextmanager
def hostile_bundle():
    with bundle() as b:
        image(b)
        ask_for_everything(b)
        before = host_side()
        subprocess.run([HOSTILE, "--put-key"], check=True)
        try:
            yield b
        finally:
            subprocess.run([HOSTILE, "--drop-key"], check=True)
        equal(host_side(), before, "the host's settings and mounts")


def on_a_terminal(argv, out, ended):
    """Run argv as a shell does, on a terminal that is read again when ended() says so. Returns the status, and how much
    was typed into the terminal."""
    master, slave = os.openpty()
    tty.setraw(slave)
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            # The leader of the terminal's session, which is what a shell is.
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            p = subprocess.run(argv, stdin=slave, stdout=out, stderr=subprocess.STDOUT, timeout=200)
            if p.returncode == 0:
                wait_for(ended, "the end of the attempts", limit=280)
            typed = struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, b"\0" * 4))[0]
            os.write(tell, json.dumps([p.returncode, typed]).encode())
        finally:
            os._exit(0)
    os.close(tell)
    os.waitpid(pid, 0)
    answer = os.read(told, 100)
    for fd in (master, slave, told):
        os.close(fd)
    check(answer, "no end of the container")
    return json.loads(answer)


def attack(b, runtime, *args, options=()):
    """Run the program; {name: (verdict, detail)} and whether something was typed into the caller's terminal."""
    b.args("hostile", *args).save()
    cid = b.new_id()

    def ended():
        return b.output().endswith("done\n")
    # Detached, as below an engine: then either runtime hands its own stdin on.
    with open(f"{b.top}/out", "w") as out:
        try:
            status, typed = on_a_terminal([runtime, "--root", b.root, *options, "run", "-d", "--bundle", f"{b.top}/bundle", cid],
                                          out, ended)
        finally:
            run(runtime, "--root", b.root, "delete", "--force", cid, status=None)
    text = b.output()
    check(status == 0 and ended(), f"status {status}: {text!r}")
    b.nothing_left(cid)
    return {name: (kind, detail) for name, kind, detail in (line.split(" ", 2) for line in text.splitlines()[:-1])}, typed > 0


def none_escaped(verdicts, names):
    equal(sorted(verdicts), sorted(names), "attempts made")
    bad = {n: v for n, v in verdicts.items() if v[0] not in ("refused", "absent")}
    equal(bad, {}, "attempts that were not refused")
    check(sum(v[0] == "refused" for v in verdicts.values()) > len(names) * 3 // 4, f"little was there to try: {verdicts}")


@test(limit=600)
def root_with_all_that_can_be_asked_for():
    with hostile_bundle() as b:
        verdicts, typed = attack(b, BULKHEAD)
        none_escaped(verdicts, attempts())
        equal(typed, False, "typed into the caller's terminal")


@test(limit=600)
def without_the_filter_and_the_ceiling():
    """Every capability that the user namespace has, and all system calls: what is left are the namespaces."""
    with hostile_bundle() as b:
        policy = f"{b.top}/policy.json"
        rules = ("capabilities", "seccomp", "landlock", "apparmor", "selinux")
        write(policy, json.dumps({rule: {"level": "off"} for rule in rules}), 0o600)
        verdicts, typed = attack(b, BULKHEAD, "--apart", options=("--policy", policy))
        walls = {n for n, flags in attempts().items() if "surface" not in flags} - {"apparmor", "selinux"}
        equal(verdicts["unshare_user"][0], "escaped", "the filter is off")
        none_escaped({n: v for n, v in verdicts.items() if n in walls}, walls)
        equal(typed, False, "typed into the caller's terminal")


@contrast
def runc_lets_them_succeed():
    """The same bundle, and the devices that bulkhead would refuse to hand over. Only what does no harm."""
    with hostile_bundle() as b:
        privileged(b)
        verdicts, typed = attack(b, RUNC, "--harmless")
        check(typed, "nothing was typed into the caller's terminal")
        equal(sorted(verdicts), sorted(n for n, flags in attempts().items() if "harmless" in flags), "attempts made")
        failed = {n: v for n, v in verdicts.items() if v[0] != "escaped" and v[0] != "absent" and v[1] not in NOT_IN_THIS_KERNEL}
        equal({n: v for n, v in failed.items() if n not in exceptions(b)}, {}, "attempts that prove nothing")
        check(sum(v[0] == "escaped" for v in verdicts.values()) > 50, f"few attempts worked: {verdicts}")


@test
def what_a_privileged_config_asks_for():
    with hostile_bundle() as b:
        privileged(b)
        b.refused("policy: privileged")


@test
def namespaces_of_the_host():
    """With the host's processes and network in view, these attempts work. No such container is made; and where the policy
    allows one, its user namespace and Landlock are still in the way."""
    names = ["other_roots", "other_programs", "other_namespaces", "other_memory", "abstract_sockets"]
    with hostile_bundle() as b, socket.socket(socket.AF_UNIX) as s:
        s.bind(f"\0bkh-hostile-{os.getpid()}")
        s.listen()
        b.config["process"]["args"] = ["true"]
        for kind in ("pid", "network", "ipc"):
            kept = copy.deepcopy(b.config)
            namespaces(b, without=[kind])
            b.refused("policy: namespaces")
            b.config = kept
        namespaces(b, without=["pid", "network"])
        policy = f"{b.top}/policy.json"
        write(policy, json.dumps({"namespaces": {"allowHostPid": True, "allowHostNetwork": True}}), 0o600)
        # Scopes came with Linux 6.12; without them an abstract socket of the host's network is anybody's.
        ours = [n for n in names if n != "abstract_sockets" or int(run(HOSTILE, "--landlock").out) >= 6]
        verdicts, _ = attack(b, BULKHEAD, *ours, options=("--policy", policy))
        equal({n: v[0] for n, v in verdicts.items()}, dict.fromkeys(ours, "refused"), "on the host's namespaces")
        if not RUNC:
            return
        verdicts, _ = attack(b, RUNC, "--harmless", *names)
        equal({n: v[0] for n, v in verdicts.items()}, dict.fromkeys(names, "escaped"), "with runc")


def lurking(b, runtime, visit):
    """The program waits in a container while @visit(cid) sends the runtime in; its verdict."""
    b.args("hostile", "--lurk").save()
    cid = b.new_id()
    with open(f"{b.top}/out", "w") as out:
        p = subprocess.run([runtime, "--root", b.root, "run", "-d", "--bundle", f"{b.top}/bundle", cid],
                           stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60)
    try:
        check(p.returncode == 0, b.output())
        wait_for(lambda: "ready" in b.output(), "the first look")
        visit(cid)
        run(runtime, "--root", b.root, "kill", cid, "TERM", status=None)
        wait_for(lambda: "lurk " in b.output(), "the verdict", limit=60)
    finally:
        run(runtime, "--root", b.root, "delete", "--force", cid, status=None)
    _, verdict, detail = b.output().splitlines()[-1].split(" ", 2)
    return verdict, detail


def enough(b, least=20):
    """As often as it takes until the program has met the runtime: it needs a processor as well."""
    n = 0
    while n < least or not ("met" in b.output() or "lurk " in b.output()):
        n += 1
        yield n


@test
def the_runtime_on_its_way_in():
    """By exec, and with containers that share its pid namespace: it sees processes before their programs run."""
    def neighbours(cid):
        pid = b.state(cid)["pid"]
        with bundle() as n:
            # Of the same root: a program of another one would count as the runtime.
            n.config["root"]["path"] = b.rootfs
            n.config["linux"]["namespaces"] = [{"type": t, **({"path": f"/proc/{pid}/ns/{t}"} if t in ("pid", "user") else {})}
                                               for t in ("mount", "network", "uts", "ipc", "pid", "user")]
            for _ in enough(b):
                equal(n.run("echo", "in").out, "in\n")

    def execs(cid):
        for _ in enough(b):
            b("exec", cid, "true")
    with hostile_bundle() as b:
        for visit in (neighbours, execs):
            verdict, detail = lurking(b, BULKHEAD, visit)
            equal(verdict, "refused", f"{visit.__name__}: {detail}")
            check(int(re.search(r"(\d+) of them", detail)[1]) > 20, f"it saw nobody: {detail}")


@contrast
def runc_can_be_caught_on_its_way_in():
    def execs(cid):
        for _ in range(100):
            if "lurk " in b.output():
                break
            run(RUNC, "--root", b.root, "exec", cid, "true", status=None)
    with hostile_bundle() as b:
        verdict, detail = lurking(b, RUNC, execs)
        equal(verdict, "escaped", detail)


if __name__ == "__main__":
    main()
