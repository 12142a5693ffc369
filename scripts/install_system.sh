#!/bin/sh
# The browser journeys need Chromium; the test of a front RTMP server needs nginx with its RTMP module; screenshots
# with Chinese text need a Chinese font. Installs what is missing where it can, else says what to do and goes on:
# the tests that need it then fail with their own clear message.
set -eu
. "$(dirname -- "$0")/common.sh"

has_browser() {
    for name in ${XIAODIAN_BROWSER:-} chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    for app in "/Applications/Google Chrome.app" "/Applications/Chromium.app"; do [ -d "$app" ] && return 0; done
    "$PYTHON" -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p: sys.exit(not pathlib.Path(p.chromium.executable_path).exists())' >/dev/null 2>&1
}

has_nginx_rtmp() {
    for folder in /usr/lib/nginx/modules /usr/local/lib/nginx/modules /opt/homebrew/lib/nginx/modules; do
        [ -f "$folder/ngx_rtmp_module.so" ] && return 0
    done
    return 1
}

has_chinese_font() {
    [ "$(uname)" = Darwin ] && return 0
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ]
}

missing=""
has_browser || missing="$missing chromium"
has_nginx_rtmp || missing="$missing libnginx-mod-rtmp"
has_chinese_font || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

say "installing for the tests:$missing"
if command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086 # One word a package.
    apt_install $missing && has_browser && exit 0
fi
# Ubuntu's `chromium` is only a pointer to a snap; playwright brings its own where it may download.
if ! has_browser; then
    quietly browser "$PYTHON" -m playwright install chromium ||
        say "! no browser could be installed; set XIAODIAN_BROWSER to a Chromium or Chrome, or run: sudo apt install chromium"
fi
has_nginx_rtmp || say "! nginx with RTMP is missing (sudo apt install libnginx-mod-rtmp); its test will say so"
exit 0
