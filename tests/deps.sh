#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing. Asks nothing: as root, or with
# sudo -n; otherwise names what is missing and stops.
set -u
packages="build-essential pkg-config libncurses-dev libev-dev libpaho-mqtt-dev
libcurl4-openssl-dev libcjson-dev libconfig-dev libsqlite3-dev uthash-dev libssl-dev libjwt-dev gettext
libcsv-dev libmicrohttpd-dev libpam0g-dev libseccomp-dev libcmocka-dev libvterm-dev mosquitto mosquitto-clients nats-server openssl ncurses-term
libc6-dbg libclang-rt-14-dev valgrind clang mandoc clang-format clang-tidy cppcheck"
missing=
for p in $packages; do
	# "installed" by its status: a known but absent package also exits 0
	case $(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $p" ;;
	esac
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
	as=
elif sudo -n true 2>/dev/null; then
	as=sudo
else
	echo "missing Debian packages:$missing" >&2
	echo "install them with: apt-get install$missing" >&2
	exit 3
fi
get() {
	$as env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
echo "installing:$missing"
# shellcheck disable=SC2086
get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 && exit 0
get update -qq || exit 3
# shellcheck disable=SC2086
get install -qq -y --no-install-recommends $missing >/dev/null
