"""Once a day of the books, for every shop that has fans: in the night's process, or by hand."""

import asyncio
import os
import sys
from datetime import date, datetime
from importlib.util import find_spec

import structlog

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.fans.service.count_purchases import day_of_books

NEEDS = ("sklearn", "implicit")
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_DUE = """
    SELECT DISTINCT size.shop_id FROM fans.segment_size AS size LEFT JOIN fans.prediction_report AS told USING (shop_id)
    WHERE size.fans > 0 AND told.reckoned_on IS DISTINCT FROM $1
"""
_log = structlog.get_logger(__name__)


def can_predict() -> bool:
    """Whether the extra `prediction` is installed."""
    return all(find_spec(name) for name in NEEDS)


async def list_due(database: Database, today: date) -> list[ShopId]:
    """Shops of whose fans nothing was told today."""
    async with database.connection() as connection:
        return [row["shop_id"] for row in await connection.fetch(_DUE, today)]


async def predict_due(database: Database, utc_offset_h: int, now: datetime) -> int:
    """Learn and tell, shop by shop; of how many. Takes a core for a while: for a process of its own. A shop of which
    nothing can be learnt for a fault of ours keeps no other waiting.
    """
    from xiaodian.modules.fans.service.predict import predict

    today = day_of_books(now, utc_offset_h)
    due = await list_due(database, today)
    done = 0
    for shop_id in due:
        try:
            await predict(database, shop_id, today)
            done += 1
        except ValueError:
            _log.exception("shop_not_predicted", shop_id=str(shop_id))
    return done


async def predict_again(database: Database, shop_id: ShopId, utc_offset_h: int, now: datetime) -> None:
    """The same for one shop, also if it was done today: after much has become known at once."""
    from xiaodian.modules.fans.service.predict import predict

    await predict(database, shop_id, day_of_books(now, utc_offset_h))


async def start_predicting(database: Database, utc_offset_h: int, now: datetime) -> None:
    """Have it done by a process of its own, on one core, if it is due."""
    if not can_predict() or not await list_due(database, day_of_books(now, utc_offset_h)):
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "xiaodian", "fans", "predict"),
        env={**os.environ, **ONE_CORE},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode:
        _log.error("prediction_failed", code=process.returncode, complaint=complaint.decode()[-1000:])
