#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Is a Debian package built from the tarball, without an error of lintian's, with everything in it; does
# it leave nothing when it is purged? Is the RPM's description sound? The package's own tests are left
# out: the suites that they are run beside this one.
set -u
PATH=$PATH:/usr/sbin:/sbin
. "${SRC_DIR:?}/tests/gates/_tap.sh"
src=$SRC_DIR
version=$(sed -n 's/^AC_INIT(\[bulkhead\], \[\([^]]*\)\].*/\1/p' "$src/configure.ac")

for tool in dpkg-buildpackage dh lintian rpmspec; do
	command -v "$tool" >/dev/null || skip "$tool is not installed"
done
work=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-gate-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
log=$work/log
mkdir "$work/out" "$work/top"
as_root=()
[ "$(id -u)" -ne 0 ] || as_root=(--allow-root)

# A directory of its own: another gate makes a tarball in this one.
mkdir "$work/dist"
(cd "$work/dist" && "$src/configure" --quiet && make -s dist && mv bulkhead-*.tar.xz "$work/") >"$log" 2>&1
[ -e "$work/bulkhead-$version.tar.xz" ]
result 'the tarball is called after the version' || { echo "1..$n"; exit 1; }

DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" "$src/contrib/package" -t "$work/bulkhead-$version.tar.xz" deb "$work/out" >"$log" 2>&1
result 'dpkg-buildpackage builds it' || { echo "1..$n"; exit 1; }
deb=$(echo "$work"/out/bulkhead_"$version"-*.deb)
lintian "${as_root[@]}" --fail-on error "$work"/out/*.changes >"$log" 2>&1
result 'lintian has no error'

contents() {
	local file
	dpkg-deb --fsys-tarfile "$deb" | tar -xf - -C "$work/top" || return 1
	for file in usr/sbin/bulkhead etc/logrotate.d/bulkhead usr/share/bash-completion/completions/bulkhead \
		usr/share/zsh/site-functions/_bulkhead usr/share/fish/vendor_completions.d/bulkhead.fish \
		usr/share/doc/bulkhead/examples/docker/daemon.json usr/share/doc/bulkhead/examples/kubernetes/setup-node; do
		[ -f "$work/top/$file" ] || { echo "no $file"; return 1; }
	done
	for file in "$src"/man/*; do
		[ -f "$work/top/usr/share/man/man${file##*.}/${file##*/}.gz" ] || { echo "no ${file##*/}"; return 1; }
	done
	[ -x "$work/top/usr/share/doc/bulkhead/examples/kubernetes/setup-node" ] || return 1
	! grep -r --exclude=setup-node /usr/local/sbin/bulkhead "$work/top/usr/share/doc" || return 1
	"$work/top/usr/sbin/bulkhead" --version | head -n 1 | grep -x "bulkhead version $version"
}
rm -rf "$work/top" && mkdir "$work/top"
contents >"$log" 2>&1
result 'everything is in it, with its paths'

# Into a root directory of its own; Debian's dpkg does that for root only.
install_and_purge() {
	local root=$work/root
	mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/log"
	: >"$root/var/lib/dpkg/status"
	dpkg --root="$root" --force-depends --install "$deb" || return 1
	[ -x "$root/usr/sbin/bulkhead" ] || return 1
	dpkg --root="$root" --purge bulkhead || return 1
	[ -z "$(find "$root" -path "$root/var/lib/dpkg" -prune -o -path "$root/var/log" -prune -o ! -type d -print)" ]
}
if [ "$(id -u)" -eq 0 ]; then
	install_and_purge >"$log" 2>&1
	result 'it is installed, and nothing is left when it is purged'
fi

spec=$src/contrib/rpm/bulkhead.spec
rpmspec -P "$spec" >"$log" 2>&1 && [ "$(rpmspec -q --srpm --qf '%{version}' "$spec" 2>>"$log")" = "$version" ]
result 'rpmspec reads the description of the RPM; its version is ours'
if command -v rpmlint >/dev/null; then
	rpmlint "$spec" >"$log" 2>&1
	result 'rpmlint has no error'
fi
echo "1..$n"
exit $failed
