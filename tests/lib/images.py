# SPDX-License-Identifier: LGPL-2.1-or-later
"""images.py: a busybox image as a directory, and as a docker-archive that every engine loads."""
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import time

from harness import PROBE, run, write

APPLETS = """sh ash true false id cat ls rm touch echo mount umount mknod ping sleep ps grep ip nc
wget hostname dd mkdir chmod chown stat env su unshare head tail seq kill wc sort find df free uname
test date nproc tr printf sync od top expr rmdir cp mv ln readlink awk sed cut uniq yes tty stty pwd
httpd netstat cmp md5sum mktemp chroot dmesg setsid nohup timeout xargs tee basename""".split()
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def busybox_tree(d):
    """busybox-static, the probe, the probe again as a setuid-root program, two users."""
    for sub in ("bin", "etc", "root", "tmp", "home/app", "suid", "data"):
        os.makedirs(f"{d}/{sub}")
    os.chmod(f"{d}/tmp", 0o1777)
    shutil.copy("/bin/busybox", f"{d}/bin/busybox")
    for a in APPLETS:
        os.symlink("busybox", f"{d}/bin/{a}")
    shutil.copy(PROBE, f"{d}/bin/probe")
    shutil.copy(PROBE, f"{d}/suid/probe")
    os.chmod(f"{d}/suid/probe", 0o4755)
    write(f"{d}/etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
    write(f"{d}/etc/group", "root:x:0:\napp:x:1000:\nextra:x:2000:\n")
    write(f"{d}/data/file", "from the image\n")
    os.chown(f"{d}/home/app", 1000, 1000)


def debian_tree():
    """A debootstrapped Debian, made once per machine and kept."""
    cache = "/var/cache/bulkhead-tests"
    tree = f"{cache}/bookworm"
    if not os.path.isdir(tree):
        os.makedirs(cache, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as d:
            os.chmod(d, 0o755)
            for pause in (5, 60, 0):  # a mirror may not answer for once
                r = run("debootstrap", "--variant=minbase", "bookworm", f"{d}/tree", limit=900, status=None if pause else 0)
                if r.status == 0:
                    break
                shutil.rmtree(f"{d}/tree", ignore_errors=True)
                time.sleep(pause)
            shutil.rmtree(f"{d}/tree/var/cache/apt/archives")
            os.rename(f"{d}/tree", tree)
    return tree


def busybox_archive(path, name="docker.io/library/bb:latest", command=("/bin/sh",)):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as d:
        os.chmod(d, 0o755)
        busybox_tree(d)
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as t:
            for entry in sorted(os.listdir(d)):
                t.add(f"{d}/{entry}", entry)
    data = layer.getvalue()
    config = json.dumps({
        "architecture": os.uname().machine.replace("x86_64", "amd64").replace("aarch64", "arm64"), "os": "linux",
        "config": {"Env": [f"PATH={PATH}"], "Cmd": list(command)},
        "history": [{"created_by": "tests"}],
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest()]},
    }).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as t:
        for n, content in ((config_name, config), ("manifest.json", manifest), ("layer.tar", data)):
            info = tarfile.TarInfo(n)
            info.size = len(content)
            t.addfile(info, io.BytesIO(content))
