#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Does `make dist` pack everything, can the program and its tests be built from that alone, and does
# `make install` put the executable where it belongs? Not `make distcheck`, which would run all
# tests once more.
set -u
cd "${BUILD_DIR:?}" || exit 1
log=$PWD/tarball.log
n=0 failed=0
: >"$log"

# result NAME - reports the last command; shows the end of the log when it failed.
result()
{
	local status=$?

	n=$((n + 1))
	if [ $status -ne 0 ]; then
		tail -n 15 "$log" | sed 's/^/# /'
		echo -n 'not '
		failed=1
	fi
	echo "ok $n - $1"
	return $status
}

# Names the files that git has and the unpacked tarball has not.
all_packed()
{
	local file missing=0

	while read -r file; do
		if [ ! -e "$file" ] && [ "$file" != .gitignore ]; then
			echo "not in EXTRA_DIST or SOURCES: $file"
			missing=1
		fi
	done < <(git -c safe.directory='*' -C "${SRC_DIR:?}" ls-files 2>/dev/null)
	return $missing
}

if [ ! -e Makefile ]; then
	echo '1..0 # SKIP this is no build directory'
	exit 0
fi
echo 1..4
rm -rf tarball
mkdir tarball
{ make dist && tar -xf bulkhead-*.tar.xz -C tarball; } >>"$log" 2>&1
result 'it is made' || exit 1
rm -f bulkhead-*.tar.xz
cd tarball/bulkhead-* || exit 1
all_packed >>"$log"
result 'nothing is missing in it'
{
	./configure --quiet --prefix=/usr && make -j"$(nproc)" && make -j"$(nproc)" check TESTS=
} >>"$log" 2>&1
result 'the program and its tests are built from it'
{ make install DESTDIR="$PWD/root" && ./root/usr/sbin/bulkhead --version; } >>"$log" 2>&1
result 'the program is installed'
cd ../.. && rm -rf tarball
exit $failed
