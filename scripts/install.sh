#!/bin/sh
# Makes .venv with everything that the demo, the tests and the benchmarks need, at the versions of the lock file.
set -eu
. "$(dirname -- "$0")/common.sh"

LOCK="$ROOT/requirements-dev.lock"

find_python() {
    for name in ${XIAODIAN_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

make_venv() {
    say "making a Python environment in .venv (with $("$1" -V 2>&1))"
    quietly venv "$1" -m venv "$VENV" && return 0
    if "$1" -c 'import ensurepip' >/dev/null 2>&1; then
        show_log venv
        fail "the environment could not be made" "Remove the folder .venv and try again."
    fi
    # Debian and Ubuntu ship Python without the part of venv that brings pip.
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "this Python lacks python3-venv; trying to add it"
    if apt_install "python$version-venv" || apt_install python3-venv; then
        quietly venv "$1" -m venv --clear "$VENV" && return 0
    fi
    if "$1" -m pip --version >/dev/null 2>&1 && quietly venv "$1" -m venv --clear --without-pip "$VENV" &&
        quietly venv-pip "$1" -m pip --python "$PYTHON" install pip; then
        return 0
    fi
    if command -v uv >/dev/null 2>&1 && quietly venv uv venv --seed --clear --python "$1" "$VENV"; then return 0; fi
    rm -rf "$VENV"
    fail "Python's venv module is not complete on this machine" \
        "On Debian or Ubuntu:  sudo apt install python3-venv" "Then run the same command again."
}

install_packages() {
    say "installing the Python packages (a minute or so the first time)"
    if quietly uv "$PYTHON" -m pip install --disable-pip-version-check "uv>=0.8,<1" &&
        quietly packages "$VENV/bin/uv" pip install --python "$PYTHON" --require-hashes -r "$LOCK" &&
        quietly project "$VENV/bin/uv" pip install --python "$PYTHON" --no-deps -e "$ROOT"; then
        return 0
    fi
    # uv does not read pip's configuration, so behind a company's mirror only pip may get through.
    say "trying again with pip"
    if quietly packages "$PYTHON" -m pip install --disable-pip-version-check --require-hashes -r "$LOCK" &&
        quietly project "$PYTHON" -m pip install --disable-pip-version-check --no-deps -e "$ROOT"; then
        return 0
    fi
    if [ -s "$LOGS/project.log" ]; then show_log project; else show_log packages; fi
    fail "the Python packages could not be installed" \
        "Is this machine connected? Behind a mirror, tell pip about it (pip config set global.index-url ...)." \
        "Then run the same command again; what was already fetched is kept."
}

if [ ! -x "$PYTHON" ] || ! "$PYTHON" -c '' >/dev/null 2>&1; then
    found=$(find_python) || fail "Python 3.11 or newer was not found" \
        "Debian, Ubuntu:  sudo apt install python3 python3-venv" "macOS:           brew install python" \
        "or name one:     XIAODIAN_PYTHON=/path/to/python3 make"
    rm -rf "$VENV"
    rm -f "$STAMPS/packages"
    make_venv "$found"
fi

fingerprint=$(cat "$LOCK" "$ROOT/pyproject.toml" | cksum)" $ROOT"
if ! is_fresh packages "$fingerprint"; then
    rm -f "$LOGS/project.log"
    install_packages
    stamp packages "$fingerprint"
fi
