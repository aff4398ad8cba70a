#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole containers on Debian's kernel, in cgroup layouts that the host does not have: v2 alone, v1
# alone, and both with the controllers divided between them. In each: containers.py; where the limits
# are on v2, tests of tests/integration/ too.
. "$(dirname "$0")/_containers.sh"

vm v2 v2 vm/containers,integration/test_lifecycle,integration/test_process,integration/test_cve,integration/test_hostile
vm v2 v2 integration/test_update,integration/test_audit
# busybox has an unshare(1) that knows fewer namespaces.
unshare=$(command -v unshare) || skip "unshare is not installed"
vm v2 v2 integration/test_mounts_off,integration/test_namespaces -x "$unshare"
ip=$(command -v ip) || skip "ip is not installed"
vm v2 v2 integration/test_events -x "$ip" -k veth
vm v1 v1 vm/containers,integration/test_events
vm hybrid hybrid vm/containers,integration/test_lifecycle,integration/test_events
echo "1..$number"
exit $result
