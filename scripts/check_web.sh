#!/bin/sh
# Type checks and unit tests of the front end. Call build_web.sh first: the types of the API must be there.
set -eu
. "$(dirname -- "$0")/common.sh"

use_node
cd "$ROOT/frontend"
npm run --silent check
npm run --silent test
