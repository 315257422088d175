# shellcheck shell=sh
# What the project needs on a machine, and how its package manager installs that. Sourced by scripts/run and
# scripts/test in the project's root. All it says goes to the standard error stream.

rust_version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
postgresql_version=14

say() { printf '%s\n' "$*" >&2; }

# at_least 1.94 1.95.0
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -t . -k 1,1n -k 2,2n | head -n 1)" = "$1" ]; }

# By a header, since on Debian the C library's are a package of their own. On macOS `cc` is there before the
# compiler, and opens a window.
has_compiler() {
    if [ "$(uname)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; then return 1; fi
    echo '#include <stdlib.h>' | cc -x c -fsyntax-only - 2>/dev/null
}

has_rust() {
    for program in cargo rustc; do
        version=$("$program" --version 2>/dev/null) || return 1
        version=${version#* }
        at_least "$rust_version" "${version%% *}" || return 1
    done
}

# Where the service looks: src/database/embedded/binaries.rs.
has_postgresql() {
    for folder in "$(dirname "$(command -v postgres || echo none)")" "$(pg_config --bindir 2>/dev/null)" \
        /usr/local/pgsql/bin /usr/local/bin /usr/bin /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /usr/lib/postgresql*/bin /usr/libexec/postgresql* /opt/homebrew/opt/postgresql*/bin \
        /usr/local/opt/postgresql*/bin /Applications/Postgres.app/Contents/Versions/*/bin; do
        if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ]; then
            version=$("$folder/postgres" --version 2>/dev/null) || continue
            version=${version#*) }
            if at_least "$postgresql_version" "${version%%[!0-9]*}"; then return 0; fi
        fi
    done
    return 1
}

has_curl() { command -v curl >/dev/null; }

# There is none for the processors of newer Macs: the test that needs it is built on Linux only.
has_valgrind() { [ "$(uname)" != Linux ] || command -v valgrind >/dev/null; }

missing() { for need in $1; do "has_$need" || echo "$need"; done; }

named() {
    case $1 in
    compiler) echo 'a C compiler' ;;
    rust) echo "Rust, version $rust_version or newer" ;;
    postgresql) echo "PostgreSQL's programs (postgres, initdb), version $postgresql_version or newer" ;;
    *) echo "$1" ;;
    esac
}

# The command that installs a need; nothing where this system has none.
command_for() {
    if [ "$1" = rust ] && command -v rustup >/dev/null; then
        echo 'rustup toolchain install stable && rustup default stable'
        return
    fi
    case $manager/$1 in
    # In Debian from 13 on, in Ubuntu from 24.04 on. Their own Rust is too old.
    apt-get/rust) echo "$install rustup && rustup default stable" ;;
    apt-get/compiler) echo "$install gcc libc6-dev" ;;
    dnf/compiler) echo "$install gcc" ;;
    dnf/rust) echo "$install cargo" ;;
    dnf/postgresql) echo "$install postgresql-server" ;;
    brew/compiler) echo 'xcode-select --install' ;;
    brew/postgresql) echo "$install postgresql@18" ;;
    none/*) ;;
    *) echo "$install $1" ;;
    esac
}

by_hand() {
    case $1 in
    rust) echo "install it by: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y" ;;
    postgresql) echo 'packages for many systems are at https://www.postgresql.org/download/' ;;
    *) echo "$otherwise" ;;
    esac
}

# provide NEEDS yes|no: returns once all are there, and ends with status 1 where they are not.
provide() {
    lacking=$(missing "$1")
    [ -n "$lacking" ] || return 0
    say 'This machine lacks:'
    for need in $lacking; do say "  $(named "$need")"; done

    plan=$(for need in $lacking; do command_for "$need"; done)
    if [ -n "$plan" ]; then
        [ "$manager" != apt-get ] || plan="${root}apt-get update
$plan"
        say 'What would install it:'
        printf '%s\n' "$plan" | sed 's/^/  /' >&2
        agree "$2" || { say 'Nothing was installed.' && exit 1; }
        # One that fails does not keep the others from it; what counts is what is there in the end.
        printf '%s\n' "$plan" | while read -r command; do sh -c "$command" </dev/null >&2 || true; done
    fi

    lacking=$(missing "$1")
    [ -n "$lacking" ] || return 0
    for need in $lacking; do say "Still lacking: $(named "$need"); $(by_hand "$need")"; done
    exit 1
}

agree() {
    [ "$1" = no ] || return 0
    if ! [ -t 0 ]; then
        say 'With --yes this script does that. It asks on a terminal only.'
        return 1
    fi
    printf 'Install it? [y/N] ' >&2
    read -r answer && case $answer in [yY] | [yY][eE][sS]) ;; *) false ;; esac
}

candidates='apt-get dnf'
otherwise="install it by this system's package manager"
if [ "$(uname)" = Darwin ]; then
    candidates=brew
    otherwise='xcode-select --install opens an installer of the compiler, https://brew.sh has the rest; then run this again'
fi
manager=none
for candidate in $candidates; do
    if command -v "$candidate" >/dev/null; then manager=$candidate && break; fi
done
root=
if [ "$(id -u)" != 0 ]; then root='sudo '; fi
case $manager in
apt-get) install="${root}DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends" ;;
dnf) install="${root}dnf install --assumeyes" ;;
*) install='brew install' ;;
esac
# Where rustup puts it; a shell from before does not know.
has_rust || PATH=${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH
