# SPDX-License-Identifier: LGPL-2.1-or-later
"""dockerd.py: a real dockerd of the tests' own: data root, socket, bridge and images; nothing of
the machine's own Docker is touched. Ended by pid; leaves no bridge, mount or cgroup."""
import contextlib
import fcntl
import functools
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import images  # noqa: E402
import terminal  # noqa: E402
from harness import BULKHEAD, LONG, Failure, check, main, mount_points, none_left, read, run, wait_for  # noqa: E402

DOCKER = "/usr/bin/docker"
BRIDGE = "bkhtest0"
NETWORK = "172.30.251"


class Docker:
    def __init__(self, top):
        self.top = top
        self.socket = f"{top}/docker.sock"
        self.parent = os.path.basename(top)  # a pid may be that of another pid namespace
        self.process = None
        self.runtimes = {"bulkhead": {"path": BULKHEAD}}
        self.options = {}  # more of daemon.json
        self.env = None  # of the daemon; None: ours
        self.storage = "overlay2"  # the storage driver; "overlayfs" is a snapshotter, where daemon.json asks for such

    def __call__(self, *args, **kw):
        """docker ARGS -> Result; status=None lets any exit status pass."""
        return run(DOCKER, "-H", f"unix://{self.socket}", *args, **kw)

    def on_tty(self, *args, script, size=(24, 80)):
        """Run docker with a terminal of that size, type the script at the prompt -> (what it showed, status)."""
        sized, go = os.pipe()
        pid, fd = pty.fork()
        if pid == 0:
            os.close(go)
            os.read(sized, 1)  # its end: the size is set
            os.execv(DOCKER, [DOCKER, "-H", f"unix://{self.socket}", *args])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        os.close(go)
        os.close(sized)
        out, typed = b"", False
        for data in terminal.pieces(fd, 2 * LONG):
            out += data
            if not typed and b"/ # " in out:
                os.write(fd, script.encode())
                typed = True
        os.close(fd)
        return out.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def bulkhead(self, *args, **kw):
        """docker run --rm --runtime=bulkhead ARGS."""
        return self("run", "--rm", "--runtime=bulkhead", *args, **kw)

    def runc(self, *args, **kw):
        return self("run", "--rm", "--runtime=runc", *args, **kw)

    @contextlib.contextmanager
    def container(self, *args, runtime="bulkhead", remove=True):
        """docker run -d ARGS -> its id; removed at the end whatever happens."""
        cid = self("run", "-d", f"--runtime={runtime}", *args).out.strip()
        try:
            yield cid
        finally:
            if remove:
                self.remove(cid)

    def remove(self, *cids):
        """Whatever they do. dockerd gives up after some seconds where the machine does much else besides: then it has to be asked again."""
        def there():
            self("rm", "-f", "-v", *cids, status=None, limit=4 * LONG)
            return set(cids) & set(self("ps", "-aq", "--no-trunc", status=None).out.split())
        none_left(there, "containers")

    def pid(self, cid):
        return int(self("inspect", "-f", "{{.State.Pid}}", cid).out)

    def inspect(self, cid, template):
        return self("inspect", "-f", template, cid).out.strip()

    def state_dir(self, cid):
        """The runtime's own directory of a container."""
        full = self.inspect(cid, "{{.Id}}")
        return f"{self.top}/exec/runtime-runc/moby/{full}"

    def start(self):
        config = {
            "cgroup-parent": f"/{self.parent}",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "runtimes": self.runtimes,
            **self.options,
        }
        with open(f"{self.top}/daemon.json", "w") as f:
            json.dump(config, f)
        run("ip", "link", "add", BRIDGE, "type", "bridge", status=None)
        run("ip", "addr", "replace", f"{NETWORK}.1/24", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")
        self.log = open(f"{self.top}/log", "a")
        self.process = subprocess.Popen(
            ["/usr/sbin/dockerd", "--config-file", f"{self.top}/daemon.json",
             "--data-root", f"{self.top}/data", "--exec-root", f"{self.top}/exec",
             "--pidfile", f"{self.top}/pid", "-H", f"unix://{self.socket}",
             "--bridge", BRIDGE, "--storage-driver", self.storage, "--log-level", "warn"],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True, env=self.env)
        wait_for(self.answers, "dockerd answers", limit=2 * LONG, step=0.2)

    def start_with_image(self):
        self.start()
        self.make_busybox_image()

    def answers(self):
        if self.process.poll() is not None:
            raise Failure("dockerd ended: " + open(f"{self.top}/log").read()[-2000:])
        return self("version", status=None).status == 0

    def end(self, sig=signal.SIGTERM):
        """The daemon alone, with its containerd; with live-restore its containers go on."""
        pidfile = f"{self.top}/exec/containerd/containerd.pid"
        containerd = read(pidfile) if os.path.exists(pidfile) else "0"
        self.process.send_signal(sig)
        try:
            self.process.wait(2 * LONG)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(LONG)
        # A zombie that nobody has waited for yet looks alive to the next dockerd.
        wait_for(lambda: not os.path.exists(f"/proc/{containerd}/comm"), "the end of its containerd")

    def stop(self):
        if self.process and self.process.poll() is None:
            ids = self("ps", "-aq", status=None).out.split()
            if ids:
                self("rm", "-f", "-v", *ids, status=None, limit=4 * LONG)
            self.end()
        run("ip", "link", "del", BRIDGE, status=None)
        for attempt in range(300):
            left = [m for m in mount_points() if m.startswith(self.top + "/")]
            if not left:
                break
            for m in sorted(left, reverse=True):
                run("umount", m, status=None)
            time.sleep(0.1)
        check(not left, f"mounts left by the engine: {left}")
        shutil.rmtree(self.top, ignore_errors=True)
        # What --cgroup-parent named below it stays, as with every runtime.
        for tree in os.listdir("/sys/fs/cgroup"):
            for directory, _, _ in os.walk(f"/sys/fs/cgroup/{tree}/{self.parent}", topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(directory)

    def make_busybox_image(self, name="bb"):
        """An image made from busybox-static, with a setuid-root binary in it."""
        with tempfile.TemporaryDirectory(dir="/var/tmp") as d:
            os.chmod(d, 0o755)
            images.busybox_tree(d)
            self.import_tree(d, name)

    def import_tree(self, directory, name):
        tar = subprocess.Popen(["tar", "--numeric-owner", "-C", directory, "-c", "."],
                               stdout=subprocess.PIPE)
        p = subprocess.run([DOCKER, "-H", f"unix://{self.socket}", "import",
                            "-c", "CMD [\"/bin/sh\"]",
                            "-c", f"ENV PATH={images.PATH}",
                            "-", name], stdin=tar.stdout, capture_output=True, timeout=300)
        tar.wait()
        check(p.returncode == 0, f"docker import: {p.stderr!r}")


def available():
    return os.path.exists("/usr/sbin/dockerd") and os.path.exists(DOCKER)


def run_tests(d, start=None, end=None):
    """The tests of the file that calls, with this daemon, which is gone afterwards. @start: makes more of it than a daemon with the
    image "bb"; @end: comes before its end."""
    if not available():
        print("1..1\nnot ok 1 - dockerd # not installed: contrib/check installs docker.io")
        sys.exit(1)
    try:
        (start or d.start_with_image)()
        main()
    finally:
        if end:
            end()
        d.stop()


@functools.cache
def make():
    """The daemon of this process: where one program runs the scenes of several files, they run under the same one."""
    top = tempfile.mkdtemp(prefix="bkhdock-", dir="/var/tmp")
    os.chmod(top, 0o711)
    return Docker(top)
