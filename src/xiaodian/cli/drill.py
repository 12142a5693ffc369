"""`xiaodian drill`: prove on your own installation what is promised."""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import msgspec

from xiaodian.cli.rush.oversell import Drill, Proof, run_drill
from xiaodian.infra.broker import Broker
from xiaodian.infra.logging import configure_logging
from xiaodian.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Which drill, and how hard."""
    drills = parser.add_subparsers(dest="drill", required=True)
    oversell = drills.add_parser(
        "oversell",
        help="many buyers for few pieces, through several processes",
        description="Lets many buyers order the same few pieces at the same moment through several processes, pays "
        "what was ordered, and looks at every row. Uses the PostgreSQL and NATS of the settings, in a database and "
        "under a prefix of its own that are removed afterwards; without them, embedded ones.",
    )
    defaults = Drill()
    oversell.add_argument("--stock", type=int, default=defaults.stock, help="pieces there are")
    oversell.add_argument("--buyers", type=int, default=defaults.buyers, help="buyers, each wants one piece")
    oversell.add_argument("--processes", type=int, default=defaults.processes, help="HTTP processes")
    oversell.add_argument("--connections", type=int, default=defaults.connections, help="how many order at once")
    oversell.add_argument("--tries", type=int, default=defaults.tries, help="how often each sends the same request")


def run(options: argparse.Namespace) -> int:
    """Run the drill; the exit code is 1 if a promise was broken."""
    configure_logging(level="warning", log_format="console", process="drill")
    drill = Drill(
        stock=options.stock,
        buyers=options.buyers,
        processes=options.processes,
        connections=options.connections,
        tries=options.tries,
    )
    proof = asyncio.run(_run(Settings.from_env(), drill))
    _print(drill, proof)
    return 0 if proof.holds(drill) else 1


async def _run(settings: Settings, drill: Drill) -> Proof:
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        ports = {name: 0 for name in settings.__struct_fields__ if name.endswith("_port")}
        chosen = msgspec.structs.replace(
            settings,
            **ports,
            host="127.0.0.1",
            data_dir=Path(folder),
            sandbox_payments=True,
            log_level="error",
        )
        async with _own_database(chosen) as own:
            return await run_drill(own, drill)


@asynccontextmanager
async def _own_database(settings: Settings) -> AsyncIterator[Settings]:
    """Settings with a database and a prefix of their own on the same servers; removed at the end of the block."""
    name = f"xiaodian_drill_{uuid4().hex[:12]}"
    own = msgspec.structs.replace(settings, nats_prefix=name)
    if settings.database_url:
        admin = await asyncpg.connect(settings.database_url)
        await admin.execute(f'CREATE DATABASE "{name}"')
        own = msgspec.structs.replace(own, database_url=urlunsplit(urlsplit(settings.database_url)._replace(path=name)))
    try:
        yield own
    finally:
        if settings.database_url:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            await admin.close()
        if settings.nats_url:
            await _drop_streams(own)


async def _drop_streams(settings: Settings) -> None:
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name="drill")
    try:
        await broker.ensure_streams()
        await broker.jetstream.delete_stream(broker.events_stream)
        await broker.jetstream.delete_stream(broker.rooms_stream)
    finally:
        await broker.close()


def _print(drill: Drill, proof: Proof) -> None:
    print(f"stock: {drill.stock} pieces")
    print(f"buyers: {drill.buyers} through {drill.processes} processes, each asking {drill.tries} times")
    print(f"placed: {proof.placed} orders in {proof.seconds:.1f} s")
    print(f"told_sold_out: {proof.sold_out} buyers")
    for status, count in sorted(proof.other_answers.items()):
        print(f"answered_{status}: {count} requests")
    print(f"paid: {proof.paid} orders")
    print(f"sold: {proof.sold} pieces")
    for name, count in msgspec.structs.asdict(proof.promises).items():
        print(f"{name}: {count}")
    print("The stock journal replayed, row by row: sold = stock." if proof.holds(drill) else "A PROMISE WAS BROKEN.")
