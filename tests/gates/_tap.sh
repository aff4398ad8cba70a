# SPDX-License-Identifier: LGPL-2.1-or-later
# _tap.sh: what gates in the shell report. They set $log, the file that their commands write to.
n=0 failed=0

# result NAME - reports the last command; shows the end of the log when it failed.
result()
{
	local status=$?

	n=$((n + 1))
	if [ $status -ne 0 ]; then
		tail -n 20 "$log" | sed 's/^/# /'
		echo -n 'not '
		failed=1
	fi
	echo "ok $n - $1"
	return $status
}

skip()
{
	echo "1..0 # SKIP $*"
	exit 0
}

cd "${BUILD_DIR:?}" || exit 1
[ -e Makefile ] || skip 'this is no build directory'
