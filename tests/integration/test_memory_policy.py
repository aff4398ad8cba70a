#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""linux.memoryPolicy: what the kernel has of it, in the container's first process and in those of exec."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import Skip, equal, has, main, read, test  # noqa: E402

NODE = read("/sys/devices/system/node/has_memory").split("-")[0].split(",")[0].strip() \
    if os.path.exists("/sys/devices/system/node/has_memory") else "0"
FIRST = ("sh", "-c", "head -n 1 /proc/self/numa_maps")


def policy_of(text):
    """The second word of a line of numa_maps, which may hold spaces: "7f.. prefer (many):0 file=..."."""
    words = text.split()[1:]
    end = next((i for i, w in enumerate(words) if "=" in w and ":" not in w or w in ("heap", "stack")), len(words))
    return " ".join(words[:end])


def needs_numa():
    if not os.path.exists("/proc/self/numa_maps"):
        raise Skip("the kernel was built without NUMA")


@test
def every_mode_reaches_the_kernel():
    needs_numa()
    with bundle() as b:
        kernel = tuple(int(x) for x in os.uname().release.split("-")[0].split(".")[:2])
        for mode, flags, shown, since in (
                ("MPOL_DEFAULT", (), "default", (5, 12)), ("MPOL_LOCAL", (), "local", (5, 12)),
                ("MPOL_BIND", (), "bind:N", (5, 12)), ("MPOL_INTERLEAVE", (), "interleave:N", (5, 12)),
                ("MPOL_PREFERRED", (), "prefer:N", (5, 12)),
                ("MPOL_PREFERRED", ("STATIC_NODES",), "prefer=static:N", (5, 12)),
                ("MPOL_BIND", ("RELATIVE_NODES",), "bind=relative:N", (5, 12)),
                ("MPOL_BIND", ("NUMA_BALANCING", "STATIC_NODES"), "bind=static|balancing:N", (6, 10)),
                ("MPOL_PREFERRED_MANY", (), "prefer (many):N", (5, 15)),
                ("MPOL_WEIGHTED_INTERLEAVE", (), "weighted interleave:N", (6, 9))):
            p = {"mode": mode}
            if "N" in shown[-1]:
                p.update(nodes=NODE, flags=[f"MPOL_F_{f}" for f in flags])
            b.config["linux"]["memoryPolicy"] = p
            if kernel < since and mode in ("MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"):
                b.refused("/linux/memoryPolicy: set_mempolicy: Invalid argument")
            elif kernel >= since:
                equal(policy_of(b.run(*FIRST).out), shown[:-1] + NODE if shown[-1] == "N" else shown, mode)


@test
def exec_has_it_too():
    needs_numa()
    with bundle() as b:
        b.config["linux"]["memoryPolicy"] = {"mode": "MPOL_INTERLEAVE", "nodes": NODE}
        with b.started("sleep", "1000") as cid:
            equal(policy_of(b("exec", cid, *FIRST).out), f"interleave:{NODE}")
            row = next(r for r in json.loads(b("verify", "--format", "json", cid).out)["checks"]
                       if r["what"] == "memory policy (/linux/memoryPolicy)")
            equal((row["result"], row["expected"], row["seen"]), ("ok", f"interleave:{NODE}", f"interleave:{NODE}"))
            # Seen from the host, of the first process.
            pid = b.state(cid)["pid"]
            equal(policy_of(read(f"/proc/{pid}/numa_maps").splitlines()[0]), f"interleave:{NODE}")


@test
def nothing_without_it():
    needs_numa()
    with bundle() as b:
        equal(policy_of(b.run(*FIRST).out), policy_of(read("/proc/self/numa_maps").splitlines()[0]))


@test
def wrong_ones_are_refused():
    with bundle() as b:
        at = "/linux/memoryPolicy/"
        for p, words in (
                ({}, at + "mode: invalid memory policy mode"),
                ({"nodes": "0"}, at + "mode: invalid memory policy mode"),
                ({"mode": "INTERLEAVE", "nodes": "0"}, at + "mode: invalid memory policy mode"),
                ({"mode": "MPOL_PREFERRED", "nodes": "0", "flags": ["badflag"]},
                 at + "flags/0: invalid memory policy flag"),
                ({"mode": "MPOL_DEFAULT", "nodes": "0-7",
                  "flags": ["MPOL_F_NUMA_BALANCING", "MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]},
                 at + "nodes: set_mempolicy: invalid argument"),
                ({"mode": "MPOL_BIND"}, at + "nodes: set_mempolicy: invalid argument"),
                ({"mode": "MPOL_BIND", "nodes": "0-9876543210"}, at + "nodes: invalid memory policy nodes"),
                ({"mode": "MPOL_BIND", "nodes": "1023"}, at + "nodes: ")):
            b.config["linux"]["memoryPolicy"] = p
            b.refused(words)


if __name__ == "__main__":
    main()
