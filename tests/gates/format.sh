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
n=0 failed=0
dirs=$(printf '%s\n' "${files[@]}" | sed 's|/[^/]*$||' | sort -u)
echo "1..$(echo "$dirs" | wc -l)"
for dir in $dirs; do
	n=$((n + 1))
	here=()
	for file in "${files[@]}"; do
		if [ "${file%/*}" = "$dir" ] && [ -f "$file" ]; then
			here+=("$file")
		fi
	done
	bad=$("$tool" --dry-run --Werror "${here[@]}" 2>&1 | sed -n 's/^\([^ :]*\):[0-9].*error:.*/\1/p' | sort -u)
	if [ -n "$bad" ]; then
		# shellcheck disable=SC2086
		printf '# %s: run clang-format -i on it\n' $bad
		echo -n 'not '
		failed=1
	fi
	echo "ok $n - $dir: ${#here[@]} files"
done
exit $failed
