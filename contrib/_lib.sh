# SPDX-License-Identifier: LGPL-2.1-or-later
# What contrib/quickstart and contrib/check share: packages of Debian 12 and how to build. Sourced.
# shellcheck shell=bash

# shellcheck disable=SC2034
BUILD_PACKAGES='gcc make autoconf automake pkg-config libc6-dev linux-libc-dev libseccomp-dev
libcap-dev libmd-dev libyajl-dev libselinux1-dev libapparmor-dev'

began=$SECONDS

say()
{
	printf '==> [%02d:%02d] %s\n' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)) "$*"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "run it as root: sudo $0"
}

# Installs those of the named packages that are missing. On a distribution without apt the commands
# and libraries are expected to be there; configure says what is not.
install_packages()
{
	local package missing=()

	command -v apt-get >/dev/null || return 0
	for package; do
		dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
			missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing: ${missing[*]}"
	apt-get -q -o Acquire::Retries=5 update >/dev/null || die 'apt-get update failed'
	DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=5 install -y --no-install-recommends \
		"${missing[@]}" >/dev/null || die 'the packages could not be installed'
}

# Runs a command as the owner of the source tree, so that `sudo` leaves no files of root in it.
as_owner()
{
	local uid gid

	uid=$(stat -c %u .) gid=$(stat -c %g .)
	if [ "$uid" = 0 ]; then
		"$@"
	else
		setpriv --reuid "$uid" --regid "$gid" --clear-groups env HOME=/nonexistent "$@"
	fi
}

# build_tree DIR TESTS CONFIGURE-ARGUMENTS... - configure and make in DIR. TESTS is "tests" to build
# the test programs too, or "". Shows the end of the log when it fails.
build_tree()
{
	local dir=$1 tests=$2
	shift 2

	as_owner mkdir -p "$dir"
	as_owner touch "$dir/build.log"
	[ -x configure ] || as_owner autoreconf -fi >"$dir/build.log" 2>&1 || {
		tail -n 60 "$dir/build.log" >&2
		die 'autoreconf failed'
	}
	# shellcheck disable=SC2016
	as_owner sh -ec '
		cd "$1"
		tests=$2
		shift 2
		../configure --quiet "$@"
		make -j"$(nproc)"
		test -z "$tests" || make -j"$(nproc)" check TESTS=
	' sh "$dir" "$tests" "$@" >"$dir/build.log" 2>&1 || {
		tail -n 60 "$dir/build.log" >&2
		die "building in $dir failed"
	}
}
