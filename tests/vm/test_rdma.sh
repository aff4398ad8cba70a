#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# linux.resources.rdma on a device of the kernel's software RoCE driver, which Debian's cloud kernel lacks.
. "$(dirname "$0")/_containers.sh"

rdma=$(command -v rdma) || skip "rdma (of iproute2) is not installed"
for layout in v2 v1; do
	vm $layout $layout vm/rdma -g -k crc32c_generic -k crc32_generic -k rdma_rxe -x "$rdma"
done
echo "1..$number"
exit $result
