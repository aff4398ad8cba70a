#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""linux.netDevices: seen with ip(8) from inside, from the container's namespace, and on the host."""
import contextlib
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import check, equal, has, lacks, main, run, test, wait_for  # noqa: E402

TAG = f"{os.getpid() % 100000:05}"
A, PEER, B, PEER_B, BRIDGE = (f"bk{x}{TAG}" for x in ("a", "ap", "b", "bp", "br"))


def ip(*argv, **kw):
    return run("ip", *argv, **kw).out


def link(name, ns=()):
    """The device as ip(8) has it, or None."""
    r = run(*ns, "ip", "-j", "-d", "address", "show", "dev", name, status=None)
    return json.loads(r.out)[0] if r.status == 0 else None


def addresses(device, scope="global"):
    return sorted(f"{a['local']}/{a['prefixlen']}" for a in device["addr_info"] if a["scope"] == scope)


@contextlib.contextmanager
def pairs():
    """Two pairs of devices that nobody needs."""
    ip("link", "add", A, "mtu", "1300", "address", "02:00:00:aa:bb:01", "type", "veth", "peer", "name", PEER)
    try:
        ip("link", "add", B, "type", "veth", "peer", "name", PEER_B)
        ip("address", "add", "169.254.77.1/24", "brd", "+", "dev", A, "label", f"{A}:x")
        ip("address", "add", "fd00:77::1/64", "dev", A, "nodad")
        ip("link", "set", A, "up")
        ip("link", "set", PEER, "up")
        yield
    finally:
        for name in (PEER, PEER_B, BRIDGE):
            run("ip", "link", "del", name, status=None)


@contextlib.contextmanager
def box():
    with bundle() as b, pairs():
        b.policy = {"version": 1, "netDevices": {"allowed": {"bk*": "made by this test"}}}
        yield b


def as_before():
    a, b = link(A), link(B)
    check(a and b, "the devices are not on the host again")
    equal((a["mtu"], a["address"], addresses(a)), (1300, "02:00:00:aa:bb:01", ["169.254.77.1/24", "fd00:77::1/64"]))
    equal([x["label"] for x in a["addr_info"] if x["family"] == "inet"], [f"{A}:x"])
    check("UP" in a["flags"] and "UP" not in b["flags"], "up or down: not as before")


@test
def moved_with_all_it_has():
    with box() as b:
        # Neither of global scope nor, with a lifetime, permanent: not to be kept.
        ip("address", "add", "10.99.0.1/32", "scope", "link", "dev", A)
        ip("address", "add", "10.99.0.2/32", "dev", A, "valid_lft", "3600", "preferred_lft", "3600")
        b.config["linux"]["netDevices"] = {A: {}}
        with b.started("sleep", "1000") as cid:
            equal(link(A), None, "the device on the host")
            inside = b("exec", cid, "ip", "address", "show", "dev", A).out
            for words in ("169.254.77.1/24", "fd00:77::1/64", "02:00:00:aa:bb:01", "mtu 1300", "UP"):
                has(inside, words)
            lacks(inside, "10.99.0")
            ns = ("nsenter", "-t", b.state(cid)["pid"], "-n")
            device = link(A, ns)
            equal(addresses(device), ["169.254.77.1/24", "fd00:77::1/64"])
            check("UP" in device["flags"], device["flags"])
            equal([x["label"] for x in device["addr_info"] if x["family"] == "inet"], [f"{A}:x"])
            equal([x["broadcast"] for x in device["addr_info"] if x["family"] == "inet"], ["169.254.77.255"])
        # The kernel takes a namespace apart after its last process has been reaped.
        wait_for(lambda: not link(PEER), "the end of a pair whose other end was in the namespace")
        equal(link(A), None, "the device on the host")


@test
def renamed_and_numbered():
    with box() as b:
        b.config["linux"]["netDevices"] = {A: {"name": "eth0"}, B: {"name": "net%d"}}
        out = b.run("sh", "-c", "ip -o link; ip -o address").out
        for words in (": eth0@", ": net0@", "169.254.77.1/24", "fd00:77::1/64"):
            has(out, words)
    with box() as b:
        b.config["linux"]["netDevices"] = {A: {"name": B}, B: {"name": A}}
        has(b.run("ip", "address", "show", "dev", B).out, "169.254.77.1/24")
    with box() as b:
        b.config["linux"]["netDevices"] = {A: {"name": "n%d"}, B: {"name": "n%d"}}
        out = b.run("ip", "-o", "link").out
        has(out, ": n0@")
        has(out, ": n1@")


@test
def sysctls_of_a_device():
    with box() as b:
        b.config["linux"]["netDevices"] = {A: {"name": "eth0"}}
        b.config["linux"]["sysctl"] = {"net.ipv4.conf.eth0.forwarding": "1"}
        equal(b.run("cat", "/proc/sys/net/ipv4/conf/eth0/forwarding").out, "1\n")


@test
def into_a_namespace_of_others():
    with box() as b:
        name = f"bkns{TAG}"
        ip("netns", "add", name)
        try:
            b.config["linux"]["namespaces"] = [n if n["type"] != "network" else
                                               {"type": "network", "path": f"/run/netns/{name}"}
                                               for n in b.config["linux"]["namespaces"]]
            b.config["linux"]["netDevices"] = {A: {"name": "eth0"}}
            has(b.run("ip", "address", "show", "dev", "eth0").out, "169.254.77.1/24")
            # It belongs to the namespace's owner now, and stays as long as that.
            ns = ("ip", "netns", "exec", name)
            equal(addresses(link("eth0", ns)), ["169.254.77.1/24", "fd00:77::1/64"])
            # The name is taken: refused, and the other device stays where it is.
            b.config["linux"]["netDevices"] = {B: {"name": "eth0"}}
            b.refused(f"/linux/netDevices/{B}: the container's network namespace has a device", "file exists")
            check(link(B), "the device has gone")
            # With a number there is always a name.
            b.config["linux"]["netDevices"] = {B: {"name": "eth%d"}}
            b.run("ip", "link", "show", "dev", "eth1")
            check(link("eth1", ns), "not in there")
        finally:
            ip("netns", "del", name)


@test
def given_back_when_create_fails():
    """At each step after the move."""
    with box() as b:
        original = json.dumps(b.config)
        for edit in (
                lambda c: c["linux"].update(sysctl={"net.no.such": "1"}),
                lambda c: c["mounts"].append({"destination": "/x", "type": "tmpfs", "options": ["size=nonsense"]}),
                lambda c: c.update(hooks={"createRuntime": [{"path": "/bin/false"}]}),
                lambda c: c.update(hooks={"createContainer": [{"path": "/bin/false"}]}),
                lambda c: c["process"].update(args=["/no/such/program"]),
                lambda c: c["linux"]["netDevices"].update({"bknone": {}})):
            b.config = json.loads(original)
            b.config["linux"]["netDevices"] = {A: {"name": "eth0"}, B: {"name": "eth1"}}
            edit(b.config)
            r = b.run(status=1)
            equal(len(r.err.strip().splitlines()), 1, f"lines of {r.err!r}")
            as_before()


@test
def back_in_its_bridge():
    with box() as b:
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("link", "set", B, "master", BRIDGE)
        b.config["linux"]["netDevices"] = {B: {}}
        b.config["hooks"] = {"createRuntime": [{"path": "/bin/false"}]}
        b.run("true", status=1)
        equal(link(B)["master"], BRIDGE)


@test
def wrong_ones_are_refused():
    with box() as b:
        at = "/linux/netDevices"
        for devices, words in (
                ({"bk-none": {}}, f"{at}/bk-none: link not found for interface bk-none on runtime namespace"),
                ({"bk/x": {}}, f"{at}/bk~1x: invalid network device name"),
                ({A: {"name": "x/y"}}, f"{at}/{A}/name: invalid network device name"),
                ({A: {"name": "sixteen-letters-"}}, f"{at}/{A}/name: invalid network device name"),
                ({A: {"name": "n%s"}}, f"{at}/{A}/name: invalid network device name"),
                ({A: {"name": "lo"}}, f"{at}/{A}/name: the container has a device of that name"),
                ({A: {"name": "x"}, B: {"name": "x"}}, f"{at}/{B}/name: {at}/{A} gets this name, too"),
                ({A: {"name": 1}}, f"{at}/{A}/name: expected a string"),
                ({A: []}, f"{at}/{A}: "),
                ([], f"{at}: ")):
            b.config["linux"]["netDevices"] = devices
            b.refused(words)
            as_before()
        b.config["linux"]["netDevices"] = {A: {}}
        b.policy["namespaces"] = {"allowHostNetwork": True}
        b.config["linux"]["namespaces"] = [n for n in b.config["linux"]["namespaces"] if n["type"] != "network"]
        b.refused(f"{at}: unable to move network devices without a NET namespace")
        as_before()


@test
def verify_misses_one_that_is_gone():
    with box() as b:
        b.config["linux"]["netDevices"] = {A: {"name": "eth7"}, B: {"name": "net%d"}}
        with b.started("sleep", "1000") as cid:
            has(b("verify", cid).out, "in the container as eth7")
            run("nsenter", "-n", "-t", b.state(cid)["pid"], "ip", "link", "set", "eth7", "name", "eth8")
            failed = [r["what"] for r in json.loads(b("verify", "--format", "json", cid, status=1).out)["checks"]
                      if r["result"] == "FAILED"]
            equal(failed, [f"{A} (/linux/netDevices/{A})"])


@test
def the_policy_hands_nothing_over_by_itself():
    with box() as b:
        b.policy = None
        b.config["linux"]["netDevices"] = {A: {}}
        b.refused(f"policy: net-devices: the network device {A} is not one that the policy hands over")
        as_before()
        b.policy = {"version": 1, "netDevices": {"level": "off"}}
        b.run("ip", "link", "show", "dev", A)


if __name__ == "__main__":
    main()
