"""Pieces move between a SKU's own stock and what is set aside, and come back from buyers."""

from collections.abc import Iterable, Mapping, Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import JournalKind, SkuId, StockChanged, StockId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.models import Stock
from xiaodian.modules.catalog.rules import Change, share_returns, sweep_back
from xiaodian.modules.catalog.service.journal import JournalLine, write_journal
from xiaodian.modules.catalog.service.set_available import lock_sku
from xiaodian.modules.catalog.service.stock import lock_stocks

_APPLY = """
    UPDATE catalog.stock SET on_hand = stock.on_hand + change.on_hand, sold = stock.sold + change.sold
    FROM unnest($1::uuid[], $2::int[], $3::int[]) AS change (stock_id, on_hand, sold)
    WHERE stock.stock_id = change.stock_id
"""


async def set_aside(connection: Connection, *, stock_id: StockId, sku_id: SkuId, quantity: int, by: AccountId) -> None:
    """Move pieces that can be bought from the SKU's own stock to a new one, inside the caller's transaction.

    Emits StockChanged for both and writes the journal. Raises NotFoundError; InvalidInputError with what is `available`
    if that is less.
    """
    sku = await lock_sku(connection, sku_id)
    if not 0 < quantity <= sku.available:
        raise InvalidInputError(field="set_aside", reason="too_many", available=sku.available)
    await connection.execute(
        "INSERT INTO catalog.stock (stock_id, sku_id, on_hand) VALUES ($1, $2, 0)", stock_id, sku_id
    )
    stocks = await _get_held(connection, [stock_id, StockId(sku_id)])
    changes = [Change(StockId(sku_id), on_hand=-quantity), Change(stock_id, on_hand=quantity)]
    await _apply(connection, stocks, changes, JournalKind.SET_ASIDE, by=by)


async def give_back(connection: Connection, stock_ids: Iterable[StockId]) -> None:
    """Move what can be bought of set-aside stocks back to the SKUs' own, inside the caller's transaction.

    What is reserved stays until it is spent or released: call again then. With nothing to move, nothing happens.
    """
    aside = await queries.get_stocks(connection, set(stock_ids))
    if any(stock.available for stock in aside if stock.is_aside):
        stocks = await _lock_with_own(connection, aside)
        changes = sweep_back([stocks[stock.stock_id] for stock in aside])
        await _apply(connection, stocks, changes, JournalKind.GIVEN_BACK, by=None)


async def restock_returned(
    connection: Connection, quantities: Mapping[StockId, int], by: AccountId | None, reason: str
) -> None:
    """Put pieces that buyers sent back on the shelf again, at the ordinary price, inside the caller's transaction.

    They were sold from these stocks; those set aside do not count them as sold any more, but the SKU's own stock gets
    them. Emits StockChanged and writes the journal.
    """
    if quantities:
        sources = await queries.get_stocks(connection, quantities)
        stocks = await _lock_with_own(connection, sources)
        changes = share_returns([(stocks[stock.stock_id], quantities[stock.stock_id]) for stock in sources])
        await _apply(connection, stocks, changes, JournalKind.RETURNED, by=by, reason=reason)


async def _lock_with_own(connection: Connection, stocks: Sequence[Stock]) -> dict[StockId, Stock]:
    """These and the own stocks of their SKUs, held and read again."""
    ids = {stock_id for stock in stocks for stock_id in (stock.stock_id, StockId(stock.sku_id))}
    return await _get_held(connection, ids)


async def _get_held(connection: Connection, stock_ids: Iterable[StockId]) -> dict[StockId, Stock]:
    ids = set(stock_ids)
    await lock_stocks(connection, ids)
    return {stock.stock_id: stock for stock in await queries.get_stocks(connection, ids)}


async def _apply(
    connection: Connection,
    stocks: Mapping[StockId, Stock],
    changes: Sequence[Change],
    kind: JournalKind,
    *,
    by: AccountId | None,
    reason: str | None = None,
) -> None:
    """Change stocks that this transaction holds, journal it, and tell of those of which more or fewer can be bought."""
    if not changes:
        return
    await connection.execute(
        _APPLY,
        [change.stock_id for change in changes],
        [change.on_hand for change in changes],
        [change.sold for change in changes],
    )
    lines = [_line(stocks[change.stock_id], change) for change in changes]
    await write_journal(connection, lines, kind, by=by, reason=reason)
    moved = [change for change in changes if change.on_hand]
    await outbox.emit(connection, *(_event(stocks[change.stock_id], change) for change in moved))


def _line(stock: Stock, change: Change) -> JournalLine:
    available = stock.available + change.on_hand
    delta = change.on_hand + change.sold
    return JournalLine(stock.shop_id, stock.sku_id, stock.stock_id, stock.available, available, delta)


def _event(stock: Stock, change: Change) -> StockChanged:
    return StockChanged(
        shop_id=stock.shop_id,
        product_id=stock.product_id,
        sku_id=stock.sku_id,
        stock_id=stock.stock_id,
        available=stock.available + change.on_hand,
    )
