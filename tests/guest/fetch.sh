# fetch.sh: where guests come from. Sourced by run, in the top folder of the source tree; a function prints an absolute path, or
# nothing if there is no such guest here.
#
#   guest FILE             of the folder OCHENTA_GUESTS (default ../shared/guests beside the source tree)
#   package NAME PATH      PATH (a pattern) of the Debian package NAME: as it is installed, else from the package, which is
#                          downloaded and unpacked in $BUILD/guests (NAME:i386: of that architecture). Nothing is installed.

fetched=$PWD/${BUILD:-build}/guests

guest() {
    folder=${OCHENTA_GUESTS:-../shared/guests}
    if [ -r "$folder/$1" ]; then (cd "$folder" && echo "$PWD/$1"); fi
}

# apt with lists and cache of its own, and i386 too: works without root and leaves the system as it is.
private_apt() {
    mkdir -p "$fetched/apt/lists/partial" "$fetched/apt/archives/partial"
    timeout 300 apt-get -q -o Acquire::http::Timeout=20 -o Acquire::Retries=0 -o "Dir::State::Lists=$fetched/apt/lists" -o "Dir::Cache=$fetched/apt" -o APT::Sandbox::User= \
        -o "APT::Architectures::=$(dpkg --print-architecture)" -o APT::Architectures::=i386 "$@"
}

# Downloads NAME into FOLDER/deb and unpacks it into FOLDER/root.
unpack() { # NAME FOLDER
    mkdir -p "$2/deb"
    cd "$2/deb" || return 1
    if ! private_apt download "$1"; then
        private_apt update || : >"$fetched/offline" # and no more attempts in this run
        private_apt download "$1" || return 1
    fi
    dpkg -x ./*.deb ../root && : >../done
}

package() { # NAME PATH
    case $1 in
    *:*) ;;
    *) for file in $2; do
        if [ -r "$file" ]; then echo "$file" && return; fi
       done ;;
    esac
    folder=$fetched/$1
    if [ ! -e "$folder/done" ] && [ ! -e "$folder.failed" ] && [ ! -e "$fetched/offline" ] &&
        command -v apt-get >/dev/null; then
        rm -rf "$folder"
        mkdir -p "$fetched"
        (unpack "$1" "$folder") >"$folder.log" 2>&1 || : >"$folder.failed" # not asked for again in this run
    fi
    for file in "$folder"/root$2; do
        if [ -r "$file" ]; then echo "$file" && return; fi
    done
}
