# SPDX-License-Identifier: LGPL-2.1-or-later
"""agent.py: a seccomp agent (seccomp_unotify(2)), as one listens on linux.seccomp.listenerPath.

    with Agent(path, {"mkdir": errno.EXDEV, "getpid": ("value", 42), "*": "continue"}) as agent:
        ...
        agent.states      # what came with each listener: the JSON documents
        agent.asked       # [(pid, name of the call)]

A thread accepts, takes the listener over, and answers by `rules`: an errno, ("value", N), "continue",
("addfd", host descriptor), or None, which is no answer at all.
"""
import contextlib
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import threading

from harness import wait_for

# x86_64; what the tests ask about.
NUMBERS = {"read": 0, "write": 1, "close": 3, "sendmsg": 46, "sendto": 44, "recvmsg": 47, "mkdir": 83, "mkdirat": 258,
           "getppid": 110, "getpid": 39, "execve": 59, "openat": 257, "prctl": 157, "accept4": 288, "uname": 63,
           "capset": 126, "sethostname": 170, "open": 2, "chmod": 90, "keyctl": 250, "setresuid": 117, "sync": 162}
NAMES = {v: k for k, v in NUMBERS.items()}
RECV, SEND, ID_VALID, ADDFD = 0xC0502100, 0xC0182101, 0x40082102, 0x40182103
NOTIF = struct.Struct("=QIIiIQ6Q")
RESP = struct.Struct("=QqiI")
CONTINUE = 1


class Agent:
    def __init__(self, path, rules=None, *, kind=socket.SOCK_STREAM, read=True, uid=0):
        self.path, self.rules, self.read = path, rules or {}, read
        self.states, self.asked, self.raw = [], [], []
        self.listeners = []
        self.socket = socket.socket(socket.AF_UNIX, kind)
        self.socket.bind(path)
        if kind == socket.SOCK_STREAM:
            # unix(7), SO_PEERCRED: of the process that calls listen(2).
            os.seteuid(uid)
            try:
                self.socket.listen(8)
            finally:
                os.seteuid(0)
        self.stop_r, self.stop_w = os.pipe()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.die()

    def die(self):
        """End as a killed agent does: every descriptor of it is closed."""
        with contextlib.suppress(OSError):
            os.write(self.stop_w, b"x")
        self.thread.join(60)
        for fd in self.listeners:
            os.close(fd)
        self.listeners.clear()
        self.socket.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def told(self, n):
        """The first @n documents: who has sent one does not wait until it is read here."""
        wait_for(lambda: len(self.states) >= n, f"document {n} of the runtime")
        return self.states

    def _serve(self):
        while True:
            fds = [self.stop_r, *self.listeners] + ([self.socket] if self.read else [])
            ready = select.select(fds, [], [])[0]
            if self.stop_r in ready:
                return
            for fd in ready:
                if fd is self.socket:
                    self._accept()
                else:
                    self._answer(fd)

    def _accept(self):
        with self.socket.accept()[0] as peer:
            peer.settimeout(60)
            text, fds, _flags, _address = socket.recv_fds(peer, 1 << 20, 4)
            while more := peer.recv(1 << 20):
                text += more
        self.raw.append(text)
        if not text:
            return  # the runtime has thought better of it
        state = json.loads(text)
        assert len(fds) == len(state["fds"]) == 1, (fds, state)
        self.states.append(state)
        self.listeners += fds

    def _answer(self, fd):
        buffer = bytearray(80)
        try:
            fcntl.ioctl(fd, RECV, buffer)
        except OSError:
            # Nobody is under the filter any longer.
            self.listeners.remove(fd)
            os.close(fd)
            return
        ident, pid, _flags, number, _arch, _ip, *args = NOTIF.unpack(buffer)
        name = NAMES.get(number, str(number))
        self.asked.append((pid, name, args))
        rule = self.rules.get(name, self.rules.get("*", "continue"))
        if callable(rule):
            rule = rule(pid, args)
        if rule is None:
            return
        value, error, flags = 0, 0, 0
        if rule == "continue":
            flags = CONTINUE
        elif isinstance(rule, int):
            error = -rule
        elif rule[0] == "value":
            value = rule[1]
        else:
            value = self._add_fd(fd, ident, rule[1])
        with contextlib.suppress(FileNotFoundError):
            fcntl.ioctl(fd, SEND, bytearray(RESP.pack(ident, value, error, flags)))

    def _add_fd(self, fd, ident, source):
        buffer = ctypes.create_string_buffer(struct.pack("=QIIII", ident, 0, source, 0, 0), 24)
        libc = ctypes.CDLL(None, use_errno=True)
        number = libc.ioctl(fd, ctypes.c_ulong(ADDFD), buffer)
        assert number >= 0, os.strerror(ctypes.get_errno())
        return number


def asked_names(agent):
    return [name for _pid, name, _args in agent.asked]


def string_at(pid, address, size=256):
    """A string of the process that waits for an answer."""
    fd = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        return os.pread(fd, size, address).split(b"\0")[0].decode()
    finally:
        os.close(fd)
