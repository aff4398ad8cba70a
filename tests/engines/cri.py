# SPDX-License-Identifier: LGPL-2.1-or-later
"""cri.py: a client of the container runtime interface (CRI v1), as the kubelet is one: gRPC over a unix socket.

Messages are dicts. The tables below name the fields that are used here and their numbers in runtime/v1 api.proto; the encoding is that of Protocol
Buffers, without a compiler for it."""
import grpc

STRING, BYTES, BOOL, INT = "string", "bytes", "bool", "int"


class Map:
    """map<string, string>"""


class Many:
    def __init__(self, kind):
        self.kind = kind


INT64 = {"value": (1, INT)}
UINT64 = {"value": (1, INT)}
METADATA = {"name": (1, STRING), "uid": (2, STRING), "namespace": (3, STRING), "attempt": (4, INT)}
NAMESPACES = {"network": (1, INT), "pid": (2, INT), "ipc": (3, INT), "target_id": (4, STRING)}
PROFILE = {"profile_type": (1, INT), "localhost_ref": (2, STRING)}
SANDBOX_SECURITY = {"namespace_options": (1, NAMESPACES), "privileged": (6, BOOL), "seccomp": (9, PROFILE)}
SANDBOX = {"metadata": (1, METADATA), "hostname": (2, STRING), "log_directory": (3, STRING), "labels": (6, Map), "annotations": (7, Map),
           "linux": (8, {"cgroup_parent": (1, STRING), "security_context": (2, SANDBOX_SECURITY), "sysctls": (3, Map)})}
RESOURCES = {"cpu_period": (1, INT), "cpu_quota": (2, INT), "cpu_shares": (3, INT), "memory_limit_in_bytes": (4, INT), "oom_score_adj": (5, INT)}
CAPABILITIES = {"add_capabilities": (1, Many(STRING)), "drop_capabilities": (2, Many(STRING))}
SECURITY = {"capabilities": (1, CAPABILITIES), "privileged": (2, BOOL), "namespace_options": (3, NAMESPACES), "run_as_user": (5, INT64),
            "readonly_rootfs": (7, BOOL), "no_new_privs": (11, BOOL), "seccomp": (15, PROFILE)}
MOUNT = {"container_path": (1, STRING), "host_path": (2, STRING), "readonly": (3, BOOL)}
CONTAINER = {"metadata": (1, {"name": (1, STRING), "attempt": (2, INT)}), "image": (2, {"image": (1, STRING)}), "command": (3, Many(STRING)),
             "args": (4, Many(STRING)), "working_dir": (5, STRING), "envs": (6, Many({"key": (1, STRING), "value": (2, STRING)})),
             "mounts": (7, Many(MOUNT)), "labels": (9, Map), "log_path": (11, STRING), "tty": (14, BOOL),
             "linux": (15, {"resources": (1, RESOURCES), "security_context": (2, SECURITY)})}
STATUS = {"id": (1, STRING), "state": (3, INT), "exit_code": (7, INT), "reason": (10, STRING), "message": (11, STRING)}
STATS = {"cpu": (2, {"timestamp": (1, INT), "usage_core_nano_seconds": (2, UINT64)}),
         "memory": (3, {"timestamp": (1, INT), "working_set_bytes": (2, UINT64)})}
CONDITION = {"type": (1, STRING), "status": (2, BOOL), "reason": (3, STRING), "message": (4, STRING)}
POD, CONTAINER_ID = {"pod_sandbox_id": (1, STRING)}, {"container_id": (1, STRING)}

# Call: request, reply.
CALLS = {
    "Version": ({}, {"runtime_name": (2, STRING), "runtime_version": (3, STRING)}),
    "Status": ({}, {"status": (1, {"conditions": (1, Many(CONDITION))})}),
    "RunPodSandbox": ({"config": (1, SANDBOX), "runtime_handler": (2, STRING)}, POD),
    "StopPodSandbox": (POD, {}),
    "RemovePodSandbox": (POD, {}),
    "PodSandboxStatus": (POD, {"status": (1, {"id": (1, STRING), "state": (3, INT), "network": (5, {"ip": (1, STRING)})})}),
    "CreateContainer": ({"pod_sandbox_id": (1, STRING), "config": (2, CONTAINER), "sandbox_config": (3, SANDBOX)}, CONTAINER_ID),
    "StartContainer": (CONTAINER_ID, {}),
    "StopContainer": ({"container_id": (1, STRING), "timeout": (2, INT)}, {}),
    "RemoveContainer": (CONTAINER_ID, {}),
    "ContainerStatus": ({"container_id": (1, STRING), "verbose": (2, BOOL)}, {"status": (1, STATUS), "info": (2, Map)}),
    "ContainerStats": (CONTAINER_ID, {"stats": (1, STATS)}),
    "UpdateContainerResources": ({"container_id": (1, STRING), "linux": (2, RESOURCES)}, {}),
    "ExecSync": ({"container_id": (1, STRING), "cmd": (2, Many(STRING)), "timeout": (3, INT)},
                 {"stdout": (1, BYTES), "stderr": (2, BYTES), "exit_code": (3, INT)}),
}


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 0x7f:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def field(number, kind, value):
    if isinstance(kind, Many):
        return b"".join(field(number, kind.kind, v) for v in value)
    if kind is Map:
        return b"".join(field(number, {"key": (1, STRING), "value": (2, STRING)}, {"key": k, "value": v}) for k, v in value.items())
    if kind in (INT, BOOL):
        return varint(number << 3) + varint(int(value))
    data = encode(kind, value) if isinstance(kind, dict) else value.encode() if kind == STRING else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def encode(table, message):
    return b"".join(field(*table[name], value) for name, value in message.items())


def read_varint(data, at):
    n = shift = 0
    while True:
        byte = data[at]
        n |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return n, at


def raw_fields(data):
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = 8 if key & 7 == 1 else 4
            value, at = data[at:at + size], at + size
        yield key >> 3, value


def value_of(kind, raw):
    if isinstance(kind, dict):
        return decode(kind, raw)
    if kind == STRING:
        return raw.decode()
    if kind == INT:
        return raw - (1 << 64) if raw >> 63 else raw
    return bool(raw) if kind == BOOL else raw


def decode(table, data):
    """Absent fields have their default, as in proto3."""
    names = {number: (name, kind) for name, (number, kind) in table.items()}
    out = {name: [] if isinstance(kind, Many) else {} if kind is Map or isinstance(kind, dict) else "" if kind == STRING else
           b"" if kind == BYTES else 0 for name, (_, kind) in table.items()}
    for number, raw in raw_fields(data):
        name, kind = names.get(number, (None, None))
        if name is None:
            continue
        if isinstance(kind, Many):
            out[name].append(value_of(kind.kind, raw))
        elif kind is Map:
            pair = dict(raw_fields(raw))
            out[name][pair.get(1, b"").decode()] = pair.get(2, b"").decode()
        else:
            out[name] = value_of(kind, raw)
    return out


class Error(Exception):
    """What the engine answered instead: .text"""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code, self.text = code, text


class Client:
    def __init__(self, socket):
        self.channel = grpc.insecure_channel(f"unix://{socket}")

    def __call__(self, call, limit=300, **request):
        asked, answered = CALLS[call]
        try:
            reply = self.channel.unary_unary(f"/runtime.v1.RuntimeService/{call}")(encode(asked, request), timeout=limit)
        except grpc.RpcError as e:
            raise Error(e.code().name, e.details()) from None
        return decode(answered, reply)

    def close(self):
        self.channel.close()
