"""`xiaodian doctor`: looks at this machine and says what to do. The exit code is 1 if something would not work."""

import argparse
import asyncio
import os
from collections.abc import AsyncIterator

from xiaodian.cli import checkup
from xiaodian.cli.checkup import Finding
from xiaodian.settings import Settings

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The language, where the terminal's is not wanted."""
    parser.add_argument("--language", choices=["zh", "en"], default=None)


def run(options: argparse.Namespace) -> int:
    """Print one line for each finding, and what to do below those that are not well."""
    return asyncio.run(_examine(Settings.from_env(), options.language or _terminal_language()))


def _terminal_language() -> str:
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if chosen.lower().startswith("zh") else "en"


async def _examine(settings: Settings, language: str) -> int:
    place = 0 if language == "zh" else 1
    counts = {"ok": 0, "warn": 0, "fail": 0}
    async for finding in _findings(settings):
        counts[finding.level] += 1
        print(f"  {MARKS[finding.level]}  {finding.text[place]}", flush=True)
        if finding.deed[place]:
            print(f"        -> {finding.deed[place]}", flush=True)
    closing = (
        f"{counts['ok']} 项正常，{counts['warn']} 项留意，{counts['fail']} 项要处理",
        f"{counts['ok']} ok, {counts['warn']} to watch, {counts['fail']} to mend",
    )
    print(f"\n  {closing[place]}")
    return 1 if counts["fail"] else 0


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield checkup.check_python()
    yield checkup.check_front_end()
    yield checkup.check_ffmpeg()
    yield checkup.check_payments(settings)
    yield checkup.check_sealing_key(settings)
    yield checkup.check_file_limit(settings)
    for finding in checkup.check_ports(settings):
        yield finding
    for finding in checkup.check_disk(settings):
        yield finding
    if version := checkup.check_data_version(settings):
        yield version
    async for finding in checkup.check_engines(settings):
        yield finding
