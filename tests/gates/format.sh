#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every C file is as clang-format 14 (Debian 12) writes it; other versions differ in details.
set -u
cd "${SRC_DIR:-$(dirname "$0")/../..}" || exit 1

tool=
for candidate in clang-format-14 clang-format; do
	if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then
		tool=$candidate
		break
	fi
done
if [ -z "$tool" ]; then
	echo '1..0 # SKIP clang-format 14 is not installed'
	exit 0
fi

mapfile -t files < <(
	git -c safe.directory='*' ls-files '*.c' '*.h' 2>/dev/null | grep . ||
		find oci-spec libcontainer-c runtime tests -name '*.[ch]'
)
n=0 failed=0 count=0
dirs=$(printf '%s\n' "${files[@]}" | sed 's|/[^/]*$||' | sort -u)
echo "1..$(echo "$dirs" | wc -l)"
for dir in $dirs; do
	n=$((n + 1)) bad=0 count=0
	for file in "${files[@]}"; do
		if [ "${file%/*}" != "$dir" ] || [ ! -f "$file" ]; then
			continue
		fi
		count=$((count + 1))
		if ! "$tool" --dry-run --Werror "$file" 2>/dev/null; then
			echo "# $file: run clang-format -i on it"
			bad=1
		fi
	done
	if [ $bad = 1 ]; then
		failed=1
		echo -n 'not '
	fi
	echo "ok $n - $dir: $count files"
done
exit $failed
