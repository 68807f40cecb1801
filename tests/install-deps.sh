#!/bin/sh
# install-deps.sh PACKAGE...: installs those Debian packages that are missing; says which; asks nothing.
set -eu

command -v dpkg-query >/dev/null || {
    echo "this is not a Debian system; install by hand what these Debian packages hold: $*" >&2
    exit 1
}

missing=
for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    "install ok installed") ;;
    *) # pkgconf provides pkg-config
        if [ "$package" = pkg-config ] && command -v pkg-config >/dev/null; then continue; fi
        missing="$missing $package"
        ;;
    esac
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "not root and no sudo; as root run: apt-get install$missing" >&2
        exit 1
    }
    root=sudo
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null
}
# The package lists may be absent or old: fetch them when the first attempt fails.
# shellcheck disable=SC2086
apt install $missing || { apt update && apt install $missing; } || {
    cat "$log" >&2
    echo "installing failed:$missing" >&2
    exit 1
}
