"""Finds a Chromium on this machine and starts it for tests and screenshots."""

import os
import shutil
from pathlib import Path

from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    # Pictures must move in pages that no one looks at.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


class NoBrowserError(RuntimeError):
    """No Chromium or Chrome was found."""


def find_browser(playwright: Playwright) -> str:
    """The program of a Chromium: `XIAODIAN_BROWSER`, this machine's, or playwright's own. Raises NoBrowserError."""
    named = os.environ.get("XIAODIAN_BROWSER", "")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    for candidate in (found, *APPS, own):
        if candidate and Path(candidate).exists():
            return str(candidate)
    raise NoBrowserError("no Chromium here: `sudo apt install chromium`, or name one in XIAODIAN_BROWSER")


async def start_browser(playwright: Playwright) -> Browser:
    """A headless Chromium with a camera that shows a test picture."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return await playwright.chromium.launch(
        executable_path=find_browser(playwright), headless=True, args=[*ARGUMENTS, *sandbox]
    )
