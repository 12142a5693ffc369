#!/bin/sh
# Builds the viewer's app and the console into src/xiaodian/web; does nothing when the sources are as last time.
# `build_web.sh types` stops after making the API's types, which the front end's own checks need.
set -eu
. "$(dirname -- "$0")/common.sh"

FRONTEND="$ROOT/frontend"
WEB="$ROOT/src/xiaodian/web"
SCHEMA="$FRONTEND/openapi.json"

install_modules() {
    fingerprint=$(cksum <"$FRONTEND/package-lock.json")
    if [ -d "$FRONTEND/node_modules" ] && is_fresh npm "$fingerprint"; then return 0; fi
    say "installing the front end's packages"
    if ! (cd "$FRONTEND" && quietly npm npm ci --no-audit --no-fund --loglevel=error); then
        show_log npm
        fail "the front end's packages could not be installed" "Is this machine connected? Then run the same command again."
    fi
    stamp npm "$fingerprint"
}

make_api_types() {
    fingerprint=$("$PYTHON" "$ROOT/scripts/fingerprint.py" "$ROOT/src/xiaodian:*.py" "$ROOT/scripts/dump_openapi.py")
    if [ -f "$SCHEMA" ] && is_fresh openapi "$fingerprint"; then return 0; fi
    # Written beside and moved, so that a failure leaves the old one; moved only if it changed, so nothing is rebuilt.
    if ! "$PYTHON" "$ROOT/scripts/dump_openapi.py" >"$SCHEMA.new" 2>"$LOGS/openapi.log"; then
        show_log openapi
        fail "the API's description could not be made" "That is a fault in the code; see the lines above."
    fi
    if cmp -s "$SCHEMA.new" "$SCHEMA"; then rm "$SCHEMA.new"; else mv "$SCHEMA.new" "$SCHEMA"; fi
    stamp openapi "$fingerprint"
}

make_types_file() {
    fingerprint=$(cksum <"$SCHEMA")
    if is_fresh api-types "$fingerprint" && [ -f "$FRONTEND/src/lib/api/schema.d.ts" ]; then return 0; fi
    if ! (cd "$FRONTEND" && quietly api npm run --silent api); then
        show_log api
        fail "the API's types could not be made"
    fi
    stamp api-types "$fingerprint"
}

build() {
    fingerprint=$("$PYTHON" "$ROOT/scripts/fingerprint.py" "$FRONTEND/src" "$FRONTEND/public" "$FRONTEND/openapi.json" \
        "$FRONTEND/package-lock.json" "$FRONTEND:*.html" "$FRONTEND:*.config.*" "$FRONTEND/scripts" "$ROOT/src/xiaodian/messages")
    if [ -d "$WEB" ] && is_fresh web "$fingerprint"; then return 0; fi
    say "building the viewer's app and the console"
    if ! (cd "$FRONTEND" && quietly web npm run --silent build); then
        show_log web
        fail "the front end could not be built"
    fi
    stamp web "$fingerprint"
}

make_api_types
use_node
install_modules
make_types_file
if [ "${1:-}" != types ]; then build; fi
