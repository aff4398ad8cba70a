#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""exec: terminals, sockets and descriptors of a further process in a container."""
import array
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from execs import detached, fields, process  # noqa: E402
from harness import BULKHEAD, check, equal, has, lacks, main, read, test, wait_for  # noqa: E402


def read_until(fd, text, limit=60.0):
    got = b""
    while text not in got:
        check(select.select([fd], [], [], limit)[0], f"{text!r} not in {got!r}")
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        got += data
    return got


@test
def terminal_in_the_foreground():
    with bundle() as b, b.started("sleep", "1000") as cid:
        pid, master = pty.fork()
        if pid == 0:
            os.execv(BULKHEAD, [BULKHEAD, "--root", b.root, "exec", "-t", cid, "sh", "-c",
                                "stty -echo; tty; id -u; echo ready; read x; until stty size | grep '33 77'; do sleep 0.05; done; "
                                "ls -l /proc/self/fd | wc -l; exit 5"])
        out = read_until(master, b"ready")
        has(out.decode(), "/dev/pts/")
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
        os.write(master, b"go\n")
        out = read_until(master, b"nothing that comes")
        has(out.decode(), "33 77")
        equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 5)
        os.close(master)


@test
def terminal_with_a_read_only_dev():
    """The first process's terminal lies on /dev/console, in a /dev that nobody may write to."""
    with bundle() as b:
        b.config["process"]["terminal"] = True
        next(m for m in b.config["mounts"] if m["destination"] == "/dev")["options"].append("ro")
        b.args("sh", "-c", "stty -echo; stat -c '%F %t:%T' /dev/console; touch /dev/x; exit 5").save()
        cid = b.new_id()
        pid, master = pty.fork()
        if pid == 0:
            os.execv(BULKHEAD, [BULKHEAD, "--root", b.root, "run", "-b", f"{b.top}/bundle", cid])
        out = read_until(master, b"nothing that comes").decode()
        has(out, "character special file 88:0")
        has(out, "Read-only file system")
        equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 5)
        os.close(master)
        b.nothing_left(cid)


@contextlib.contextmanager
def receiver(path):
    """A socket that takes one descriptor: a function that returns (data, descriptor)."""
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)
        s.listen(1)

        def take():
            s.settimeout(60)
            conn, _ = s.accept()
            with conn:
                data, ancillary, _, _ = conn.recvmsg(4096, socket.CMSG_SPACE(64))
            got = array.array("i", ancillary[0][2])
            equal(len(got), 1, "descriptors")
            return data.decode(), got[0]
        yield take
    os.unlink(path)


@test
def pidfd_of_a_first_process():
    """With create and run: it is told before "created", and nobody else keeps the connection."""
    with bundle() as b:
        for command in (["create"], ["run", "-d"]):
            with receiver(f"{b.top}/pidfd") as pidfd:
                b.args("sh", "-c", "ls -l /proc/self/fd > /tmp/fds 2>/dev/null; exec sleep 1000").save()
                cid = b.new_id()
                with open(f"{b.top}/out", "w") as out:
                    p = subprocess.run(b.command(*command, "-b", f"{b.top}/bundle", "--pidfd-socket", f"{b.top}/pidfd", cid),
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60)
                equal((p.returncode, read(f"{b.top}/out")), (0, ""))
                text, fd = pidfd()
                equal(text, "standard")
                state = b.state(cid)
                equal(fields(read(f"/proc/self/fdinfo/{fd}"))["Pid"], [str(state["pid"])])
                if command == ["create"]:
                    b("start", cid)
                lacks(wait_for(lambda: os.path.exists(f"{b.rootfs}/tmp/fds") and read(f"{b.rootfs}/tmp/fds"), "list"), "socket:")
                signal.pidfd_send_signal(fd, signal.SIGKILL)
                check(select.select([fd], [], [], 60)[0], "the end is seen by the pidfd")
                os.close(fd)
                b("delete", "--force", cid)
                b.nothing_left(cid)
                os.unlink(f"{b.rootfs}/tmp/fds")


@test
def console_socket_and_pidfd_socket():
    with bundle() as b, b.started("sleep", "1000") as cid:
        with receiver(f"{b.top}/console") as console, receiver(f"{b.top}/pidfd") as pidfd:
            path = process(b, terminal=True, consoleSize={"height": 12, "width": 34}, user={"uid": 1000, "gid": 5},
                           args=["sh", "-c", "stty -echo; stty size; tty; stat -c %u:%a $(tty); read x; echo got $x"])
            with detached(b, cid, options=("--process", path, "--console-socket", f"{b.top}/console",
                                           "--pidfd-socket", f"{b.top}/pidfd")) as pid:
                name, master = console()
                check(re.fullmatch(r"/dev/pts/[0-9]+", name), name)
                text, fd = pidfd()
                equal(text, "setns")
                equal(fields(read(f"/proc/self/fdinfo/{fd}"))["Pid"], [str(pid)])
                os.close(fd)
                out = read_until(master, b"1000:").decode()
                has(out, "12 34")
                has(out, name)
                tty_nr = read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[4]
                check(tty_nr != "0", "a controlling terminal")
                os.write(master, b"words\n")
                has(read_until(master, b"got words").decode(), "got words")
                os.close(master)


@test
def descriptors():
    with bundle() as b, b.started("sleep", "1000") as cid:
        def listing(*options, pass_fds=()):
            r = b("exec", *options, cid, "sh", "-c", "ls /proc/$$/fd; true", pass_fds=pass_fds)
            return r.out.split()
        with open(f"{b.top}/passed", "w+") as f, open("/etc/passwd") as other:
            for fd in (3, 4, 9):
                os.dup2(f.fileno(), fd) if fd != f.fileno() else None
            equal(listing(pass_fds=(3, 4, 9, other.fileno())), ["0", "1", "2"])
            equal(listing("--preserve-fds", "1", pass_fds=(3, 4, 9)), ["0", "1", "2", "3"])
            equal(listing("--preserve-fds", "2", pass_fds=(3, 4, 9)), ["0", "1", "2", "3", "4"])
            b("exec", "--preserve-fds", "1", cid, "sh", "-c", "echo through >&3", pass_fds=(3,))
            equal(read(f"{b.top}/passed"), "through\n")
            # Not announced: LISTEN_FDS is for the first process.
            lacks(b("exec", "--preserve-fds", "1", cid, "env", pass_fds=(3,)).out, "LISTEN")
            directory = os.open("/", os.O_RDONLY)
            os.dup2(directory, 3)
            has(b("exec", "--preserve-fds", "1", cid, "true", pass_fds=(3,), status=255).err, "is a directory of the host")
            os.close(directory)
            for fd in (3, 4, 9):
                with contextlib.suppress(OSError):
                    os.close(fd) if fd not in (f.fileno(), other.fileno()) else None


if __name__ == "__main__":
    main()
