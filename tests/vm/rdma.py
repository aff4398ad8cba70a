# SPDX-License-Identifier: LGPL-2.1-or-later
"""The limits of an RDMA device, as its cgroup holds them; started by test_rdma.sh."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from bundle import bundle  # noqa: E402
from harness import cgroups, equal, has, main, read, run, test  # noqa: E402

V2 = os.environ["LAYOUT"] == "v2"
POINTER = "/linux/resources/rdma"


def set_up():
    run("rdma", "link", "add", "rxe0", "type", "rxe", "netdev", "lo")
    if not V2:
        os.mkdir("/sys/fs/cgroup/rdma")
        run("mount", "-t", "cgroup", "-o", "rdma", "cgroup", "/sys/fs/cgroup/rdma")


def held(cid):
    return [read(f"{d}/rdma.max").split() for d in cgroups(cid) if os.path.exists(f"{d}/rdma.max")][0]


@test
def limits_of_a_device():
    with bundle() as b:
        b.config["linux"]["resources"]["rdma"] = {"rxe0": {"hcaHandles": 3, "hcaObjects": 10000}}
        with b.started("sleep", "1000") as cid:
            equal(held(cid), ["rxe0", "hca_handle=3", "hca_object=10000"])
            b("verify", cid)
            b("update", "-r", "-", cid, stdin=json.dumps({"rdma": {"rxe0": {"hcaHandles": 7}}}))
            equal(held(cid), ["rxe0", "hca_handle=7", "hca_object=10000"])
            b("verify", cid)
            r = b("update", "-r", "-", cid, stdin=json.dumps({"rdma": {"rxe1": {"hcaHandles": 7}}}), status=1)
            has(r.err, f"{POINTER}/rxe1")
            equal(held(cid), ["rxe0", "hca_handle=7", "hca_object=10000"])


@test
def only_one_of_both():
    with bundle() as b:
        b.config["linux"]["resources"]["rdma"] = {"rxe0": {"hcaObjects": 0}}
        with b.started("sleep", "1000") as cid:
            equal(held(cid), ["rxe0", "hca_handle=max", "hca_object=0"])


@test
def the_largest_numbers():
    """The kernel keeps an int: its largest means no limit, and is read back as that."""
    with bundle() as b:
        b.config["linux"]["resources"]["rdma"] = {"rxe0": {"hcaHandles": 2 ** 31 - 1, "hcaObjects": 2 ** 31 - 2}}
        with b.started("sleep", "1000") as cid:
            equal(held(cid), ["rxe0", "hca_handle=max", "hca_object=2147483646"])
            b("verify", cid)
    with bundle() as b:
        b.config["linux"]["resources"]["rdma"] = {"rxe0": {"hcaHandles": 2 ** 32 - 1}}
        b.refused(f"{POINTER}/rxe0")


@test
def a_device_that_is_not_there():
    with bundle() as b:
        b.config["linux"]["resources"]["rdma"] = {"mlx5_0": {"hcaHandles": 3}}
        b.refused(f"{POINTER}/mlx5_0")


if __name__ == "__main__":
    set_up()
    main()
