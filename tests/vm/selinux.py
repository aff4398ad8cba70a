# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers under SELinux in enforcing mode; started by test_selinux.sh."""
import contextlib
import ctypes
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import check, equal, has, lacks, main, read, run, scratch, test, wait_for, write  # noqa: E402

KEYCTL = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
PROCESS = "system_u:system_r:bulkhead_container_t:s0:"
STORAGE = "system_u:object_r:var_lib_t:s0"
FILE = "system_u:object_r:bulkhead_file_t:s0:"


def label(pid):
    return read(f"/proc/{pid}/attr/current").strip("\0\n")


def label_file(path, context):
    os.setxattr(path, "security.selinux", context.encode())


def file_label(path):
    return os.getxattr(path, "security.selinux").decode().strip("\0")


def pair(pid):
    m = re.fullmatch(re.escape(PROCESS) + r"(c\d+,c\d+)", label(pid))
    check(m, label(pid))
    return m[1]


def bind(b, source, destination, *options):
    b.config["mounts"].append({"destination": destination, "type": "bind", "source": source,
                               "options": ["rbind", *options]})


@contextlib.contextmanager
def two():
    """Two containers that run."""
    with bundle() as a, bundle() as b, a.started("sleep", "1000") as one, b.started("sleep", "1000") as two_:
        yield a.state(one)["pid"], b.state(two_)["pid"]


@test
def the_machine_is_what_it_should_be():
    equal(read("/sys/fs/selinux/enforce"), "1")
    equal(label("self"), "system_u:system_r:kernel_t:s0")


@test
def the_default_from_inside_and_outside():
    with bundle() as b:
        inside = b.run("cat", "/proc/self/attr/current").out.strip("\0\n")
        has(inside, PROCESS)
        with b.started("sh", "-c", "sleep 1000 & wait") as cid:
            pid = b.state(cid)["pid"]
            c = pair(pid)
            child = wait_for(lambda: read(f"/proc/{pid}/task/{pid}/children").split(), "a child")[0]
            equal(label(child), PROCESS + c)
            decisions = json.loads(read(f"{b.root}/{cid}/hardening.json"))["decisions"]
            equal([(d["kind"], d["pointer"], d["after"]) for d in decisions if d["rule"] == "selinux"],
                  [("change", "/process/selinuxLabel", PROCESS + c), ("change", "/linux/mountLabel", FILE + c)])
            equal(file_label(f"/proc/{pid}/root/dev"), FILE + c)
            equal(b("exec", cid, "cat", "/proc/self/attr/current").out.strip("\0\n"), PROCESS + c)
            has(b("verify", cid).out, PROCESS + c)
            seen = {x["what"]: x["seen"] for x in json.loads(b("verify", "--format", "json", cid).out)["checks"]}
            equal(seen["SELinux label"], PROCESS + c)


@test
def the_session_keyring_has_the_label():
    with bundle() as b, b.started("sleep", "1000") as cid:
        (line,) = [x for x in read("/proc/keys").splitlines() if x.endswith(f"_ses.{cid}: empty")]
        text = ctypes.create_string_buffer(256)
        n = ctypes.CDLL(None, use_errno=True).syscall(KEYCTL, 17, int(line.split()[0], 16), text, ctypes.c_size_t(len(text)))
        check(n > 0, f"KEYCTL_GET_SECURITY: {os.strerror(ctypes.get_errno())}")
        equal(text.value.decode(), PROCESS + pair(b.state(cid)["pid"]))


@test
def each_has_a_pair_of_its_own():
    with two() as pids:
        one, other = (pair(p) for p in pids)
        check(one != other, f"{one} twice")


@test
def the_config_names_another():
    with bundle() as b:
        b.config["process"]["selinuxLabel"] = PROCESS + "c7,c8"
        equal(b.run("cat", "/proc/self/attr/current").out.strip("\0\n"), PROCESS + "c7,c8")
        b.config["process"]["selinuxLabel"] = "system_u:system_r:nowhere_t:s0"
        b.refused("label", "invalid argument")
        for kind in ("unconfined_t", "kernel_t", "initrc_t", "spc_t"):
            b.config["process"]["selinuxLabel"] = f"system_u:system_r:{kind}:s0"
            b.refused("policy: selinux: the container would not be confined by SELinux: refused")


@test
def files_of_the_host():
    """Readable by everybody as far as modes go: only the type is in the way."""
    with bundle() as b, scratch() as top:
        for name, context in (("etc", "system_u:object_r:etc_t:s0"), ("lib", "system_u:object_r:var_lib_t:s0"),
                              ("open", "system_u:object_r:bulkhead_file_t:s0")):
            os.mkdir(f"{top}/{name}", 0o777)
            os.chmod(f"{top}/{name}", 0o777)
            write(f"{top}/{name}/file", f"{name}\n", 0o666)
            label_file(f"{top}/{name}/file", context)
            label_file(f"{top}/{name}", context)
            bind(b, f"{top}/{name}", f"/{name}")
        r = b.run("sh", "-c", "cat /etc/file /lib/file; echo x > /etc/file; echo x > /lib/new; ls /lib; cat /open/file; "
                  "echo mine > /open/file; echo new > /open/new")
        equal(r.out, "open\n")
        equal(r.err.count("Permission denied"), 5, r.err)
        equal(read(f"{top}/open/file"), "mine\n")
        equal(read(f"{top}/etc/file"), "etc\n")
        check(not os.path.exists(f"{top}/lib/new"), "a file was made")


@test
def files_of_another_container():
    """Two directories, each with the pair of one container, both handed in to both."""
    with bundle() as a, bundle() as b, scratch() as top:
        levels = {"a": "c7,c8", "b": "c8,c9"}
        for name, c in levels.items():
            os.mkdir(f"{top}/{name}", 0o777)
            os.chmod(f"{top}/{name}", 0o777)
            write(f"{top}/{name}/file", f"{name}\n", 0o666)
            label_file(f"{top}/{name}/file", FILE + c)
            label_file(f"{top}/{name}", FILE + c)
        for box, own, other in ((a, "a", "b"), (b, "b", "a")):
            box.config["process"]["selinuxLabel"] = PROCESS + levels[own]
            box.config["linux"]["mountLabel"] = FILE + levels[own]
            for name in levels:
                bind(box, f"{top}/{name}", f"/{name}")
            r = box.run("sh", "-c", f"cat /{own}/file; echo x > /{own}/new; cat /{other}/file; echo x > /{other}/new; "
                        f"echo x >> /{other}/file; ls /{other}", status=None)
            equal(r.out, f"{own}\n")
            equal(r.err.count("denied"), 4, r.err)
            equal(os.listdir(f"{top}/{own}").count("new"), 1)
            equal(file_label(f"{top}/{own}/new"), FILE + levels[own])


@test
def what_a_container_makes_is_closed_to_others():
    with bundle() as b, scratch() as top:
        os.chmod(top, 0o777)
        bind(b, top, "/shared")
        with b.started("sh", "-c", "umask 0; echo secret > /shared/file; sleep 1000") as cid:
            c = pair(b.state(cid)["pid"])
            wait_for(lambda: os.path.exists(f"{top}/file") and read(f"{top}/file"), "the file")
            equal(file_label(f"{top}/file"), FILE + c)
            with bundle() as other:
                bind(other, top, "/shared")
                r = other.run("sh", "-c", "ls /shared; cat /shared/file; echo x > /shared/file", status=1)
                equal(r.out, "file\n")
                equal(r.err.count("denied"), 2, r.err)


@test
def overlays_of_engines():
    """Layers with the labels of an engine's storage: the container's root is mounted with its own label as context."""
    with bundle() as b, scratch() as layers:
        for name in ("lower", "upper", "work", "merged"):
            os.makedirs(f"{layers}/{name}")
        run("cp", "-a", f"{b.rootfs}/.", f"{layers}/lower")
        for top, dirs, files in os.walk(layers):
            for name in (".", *dirs, *files):
                if not os.path.islink(f"{top}/{name}"):
                    label_file(f"{top}/{name}", STORAGE)
        b.config["root"]["path"] = f"{layers}/merged"
        for option, kept in (("", None), (f',context="{FILE}c7,c8"', "c7,c8")):
            run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={layers}/lower,upperdir={layers}/upper,"
                f"workdir={layers}/work,index=off{option}", f"{layers}/merged")
            try:
                b.config["process"]["selinuxLabel"] = PROCESS + kept if kept else None
                with b.started("sh", "-c", "echo new > /etc/new; cat /etc/passwd > /etc/copy && sleep 1000") as cid:
                    pid = b.state(cid)["pid"]
                    wait_for(lambda: os.path.exists(f"{layers}/upper/etc/copy"), "what it writes")
                    equal(file_label(f"/proc/{pid}/root/etc/passwd"), (FILE + kept) if kept else FILE[:-1])
                # No pair on disk: the next container has another one.
                if not kept:
                    equal(file_label(f"{layers}/upper/etc/new"), FILE[:-1])
                os.remove(f"{layers}/merged/etc/copy")
            finally:
                run("umount", f"{layers}/merged")


def policy(b, **rules):
    write(f"{b.top}/policy.json", json.dumps(rules), 0o600)
    return "--policy", f"{b.top}/policy.json"


@test
def what_a_policy_can_say():
    show = ("sh", "-c", "cat /proc/self/attr/current")

    def run_with(rule, label=None, status=0):
        with bundle() as b:
            b.config["process"]["selinuxLabel"] = label
            b.args(*show).save()
            r = b(*policy(b, selinux=rule), "run", "--bundle", f"{b.top}/bundle", b.new_id(), status=status)
            return (r.out if status == 0 else r.err).strip("\0\n")
    equal(run_with({"categories": False}), PROCESS[:-1])
    equal(run_with({"level": "off"}), "system_u:system_r:kernel_t:s0")
    equal(run_with({"level": "audit"}), "system_u:system_r:kernel_t:s0")
    equal(run_with({"label": "system_u:system_r:nowhere_t"}), "system_u:system_r:kernel_t:s0")
    has(run_with({"label": "system_u:system_r:nowhere_t", "require": True}, status=1),
        "policy: selinux: a label of SELinux is required, and the loaded policy has no such type")
    equal(run_with({"allowUnconfined": True}, "system_u:system_r:kernel_t:s0"), "system_u:system_r:kernel_t:s0")


@test
def what_images_need():
    with bundle() as b:
        r = b.run("sh", "-c", "sleep 1000 & kill -TERM $!; wait $! 2> /dev/null; echo $?; ps > /tmp/ps; chown 1000:1000 /tmp/ps; "
                  "touch /new; mkdir /dir; mv /new /dir/; cat < /dev/null; echo x > /dev/null; head -c 1 /dev/urandom > /r; "
                  "head -c 1 /dev/zero > /z; ls -l /proc/self/exe /proc/1/exe > /dev/null; cat /proc/meminfo /proc/net/dev "
                  "/proc/sys/kernel/ostype /sys/kernel/mm/transparent_hugepage/enabled > /dev/null; "
                  "echo x > /dev/shm/x; ls /sys/fs/cgroup /proc/self/ns /dev/mqueue > /dev/null; df / > /dev/null; "
                  "echo 10 > /proc/self/oom_score_adj; ip addr > /dev/null; echo fine")
        equal(r.out, "143\nfine\n")
        equal(r.err, "")


if __name__ == "__main__":
    main()
