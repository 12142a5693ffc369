#!/bin/sh
# The test that compares ClickHouse with PostgreSQL needs ClickHouse's embedded engine, a large package that the demo
# does without. Where it cannot be had, this says so and goes on: the test is then skipped.
set -eu
. "$(dirname -- "$0")/common.sh"

LOCK="$ROOT/requirements-clickhouse.lock"
fingerprint=$(cksum <"$LOCK")" $(cat "$STAMPS/packages")"
! is_fresh engines "$fingerprint" || exit 0
say "installing for the tests: ClickHouse's embedded engine (chdb)"
# uv does not read pip's configuration, so behind a company's mirror only pip may get through.
if quietly engines "$VENV/bin/uv" pip install --python "$PYTHON" --require-hashes -r "$LOCK" ||
    quietly engines "$PYTHON" -m pip install --disable-pip-version-check --require-hashes -r "$LOCK"; then
    stamp engines "$fingerprint"
else
    say "! chdb could not be installed (.stamps/logs/engines.log says why); its test will be skipped"
fi
