#!/bin/sh
# All tests: first those without a browser, over two workers; then the browser journeys: those that need no moving
# picture two at a time, the others one after the other, because a machine of two cores shows a moving picture to two
# browsers only when nothing else runs. A journey that fails is gone once more, and named as run twice: a pause of the
# machine is no fault of the platform, a fault shows again. Fails if any of them fails.
set -u
. "$(dirname -- "$0")/common.sh"

cd "$ROOT"
mkdir -p artifacts
failed=0
"$PYTHON" -m pytest -q -m 'not journey' -n "${WORKERS:-2}" --junitxml=artifacts/tests.xml || failed=1
"$PYTHON" -m pytest -q -m 'journey and still' -n "${WORKERS:-2}" --reruns 1 -rR --junitxml=artifacts/still.xml || failed=1
"$PYTHON" -m pytest -q -m 'journey and not still' --reruns 1 -rR --junitxml=artifacts/moving.xml || failed=1
"$PYTHON" scripts/sum_up_tests.py artifacts/tests.xml artifacts/still.xml artifacts/moving.xml || failed=1
exit $failed
