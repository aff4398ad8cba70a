#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Does `make dist` pack everything, can the program and its tests be built from that alone, and does
# `make install` put the executable where it belongs? Not `make distcheck`, which would run all
# tests once more.
set -u
. "${SRC_DIR:?}/tests/gates/_tap.sh"
log=$PWD/tarball.log
: >"$log"

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
	./configure --quiet --prefix=/usr CC="$(sed -n "s/^CC = //p" ../../Makefile)" && make -j"$(nproc)" && make -j"$(nproc)" check TESTS=
} >>"$log" 2>&1
result 'the program and its tests are built from it'
{ make install DESTDIR="$PWD/root" && ./root/usr/sbin/bulkhead --version; } >>"$log" 2>&1
result 'the program is installed'
cd ../.. && rm -rf tarball
exit $failed
