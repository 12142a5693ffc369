"""Make every document anew: in one transaction, so that searches find the old ones until the new ones are there."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from xiaodian.contracts.base import Contract
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.search.service.index import (
    AT_ONCE,
    index_creators,
    index_products,
    index_topics,
    index_videos,
)
from xiaodian.modules.shops import api as shops

NO_LIMIT_S = 24 * 3600.0
"""A rebuild takes as long as it takes."""

_Id = TypeVar("_Id")


class Rebuilt(Contract, frozen=True, kw_only=True):
    """How many documents there are now."""

    documents: int


async def rebuild(records: Records) -> Rebuilt:
    """Empty the index, and fill it from what the modules say now."""
    async with records.database.transaction() as connection:
        await connection.execute("DELETE FROM search.document", timeout=NO_LIMIT_S)
        await connection.execute("DELETE FROM search.word", timeout=NO_LIMIT_S)
        await _each(connection, catalog.list_on_sale_after, index_products)
        await _each(connection, content.list_published_after, index_videos)
        await _each(connection, content.list_topics_after, index_topics)
        for list_after in (content.list_creators_after, live.list_hosts_after, shops.list_owners_after):
            await _each(connection, list_after, index_creators)
        documents: int = await connection.fetchval("SELECT count(*) FROM search.document", timeout=NO_LIMIT_S)
    return Rebuilt(documents=documents)


async def _each(
    connection: Connection,
    list_after: Callable[[Connection, _Id | None, int], Awaitable[Sequence[_Id]]],
    index: Callable[[Connection, Sequence[_Id]], Awaitable[None]],
) -> None:
    after: _Id | None = None
    while ids := await list_after(connection, after, AT_ONCE):
        await index(connection, ids)
        after = ids[-1]
