#!/bin/bash
. "$(dirname "$0")/_containers.sh"
vm v2 v2 integration/test_verify,integration/test_check
echo "1..$number"
exit $result
