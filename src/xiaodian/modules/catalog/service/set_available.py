"""The seller says how many pieces can be bought, or how many more came in."""

from collections.abc import Collection, Mapping

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import JournalKind, Sku, SkuId, StockChanged, StockId
from xiaodian.contracts.orders import IdempotencyMismatchError
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.rules import MAX_STOCK, check_correction
from xiaodian.modules.catalog.service.journal import JournalLine, find_correction, write_journal
from xiaodian.modules.catalog.service.product_input import StockCorrection
from xiaodian.modules.catalog.service.stock import lock_stocks

_MOVE = """
    UPDATE catalog.stock SET on_hand = stock.on_hand + move.delta
    FROM unnest($1::uuid[], $2::int[]) AS move (stock_id, delta) WHERE stock.stock_id = move.stock_id
"""


async def set_available(connection: Connection, sku_id: SkuId, available: int, by: AccountId) -> Sku:
    """Set what can be bought of the SKU's own stock, beyond what is reserved; setting it again does nothing.

    Inside the caller's transaction, who has checked that `by` may. Emits StockChanged and writes the journal.
    Raises NotFoundError, InvalidInputError.
    """
    if not 0 <= available <= MAX_STOCK:
        raise InvalidInputError(field="available", reason="out_of_range")
    sku = await lock_sku(connection, sku_id)
    if sku.available == available:
        return sku
    await refuse_external(connection, [sku_id], "available")
    return await _move(connection, sku, available, JournalKind.CORRECTION, by)


async def set_available_many(connection: Connection, wanted: Mapping[SkuId, int], by: AccountId) -> None:
    """The same for many SKUs at once; those that are not there are left out."""
    if not wanted:
        return
    await lock_stocks(connection, [StockId(sku_id) for sku_id in wanted])
    found = await queries.get_skus(connection, list(wanted))
    moves = [(sku, wanted[sku.sku_id]) for sku in found if sku.available != wanted[sku.sku_id]]
    if not moves:
        return
    lines = [
        JournalLine(sku.shop_id, sku.sku_id, StockId(sku.sku_id), sku.available, available, available - sku.available)
        for sku, available in moves
    ]
    await connection.execute(_MOVE, [line.stock_id for line in lines], [line.delta for line in lines])
    await write_journal(connection, lines, JournalKind.CORRECTION, by=by)
    await outbox.emit(connection, *(_event(sku, available) for sku, available in moves))


async def correct_stock(
    connection: Connection, sku_id: SkuId, correction: StockCorrection, by: AccountId, key: str
) -> Sku:
    """So many pieces more or fewer of the SKU's own stock, whatever is sold meanwhile; once for a key.

    Inside the caller's transaction, who has checked that `by` may. Emits StockChanged and writes the journal.
    Raises NotFoundError, InvalidInputError, IdempotencyMismatchError.
    """
    sku = await lock_sku(connection, sku_id)
    # The stock is locked, so whoever came with this key before has finished.
    done = await find_correction(connection, sku_id, by, key)
    if done is not None:
        if done != correction:
            raise IdempotencyMismatchError(field="Idempotency-Key")
        return sku
    await refuse_external(connection, [sku_id], "delta")
    check_correction(correction.delta, correction.kind, sku.available)
    available = sku.available + correction.delta
    return await _move(connection, sku, available, correction.kind, by, correction.reason, key)


async def lock_sku(connection: Connection, sku_id: SkuId) -> Sku:
    """A SKU whose own stock this transaction holds. Raises NotFoundError."""
    await lock_stocks(connection, [StockId(sku_id)])
    found = await queries.get_skus(connection, [sku_id])
    if not found:
        raise NotFoundError
    return found[0]


async def refuse_external(connection: Connection, sku_ids: Collection[SkuId], field: str) -> None:
    """Goods that are sold elsewhere have no stock here. Raises InvalidInputError."""
    if await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM catalog.sku JOIN catalog.product USING (product_id)
            WHERE sku.sku_id = ANY($1::uuid[]) AND product.external IS NOT NULL
        )
        """,
        list(sku_ids),
    ):
        raise InvalidInputError(field=field, reason="external_has_no_stock")


async def _move(
    connection: Connection,
    sku: Sku,
    available: int,
    kind: JournalKind,
    by: AccountId,
    reason: str | None = None,
    key: str | None = None,
) -> Sku:
    stock_id, delta = StockId(sku.sku_id), available - sku.available
    await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + $2 WHERE stock_id = $1", stock_id, delta)
    line = JournalLine(sku.shop_id, sku.sku_id, stock_id, sku.available, available, delta)
    await write_journal(connection, [line], kind, by=by, reason=reason, request_key=key)
    await outbox.emit(connection, _event(sku, available))
    return (await queries.get_skus(connection, [sku.sku_id]))[0]


def _event(sku: Sku, available: int) -> StockChanged:
    return StockChanged(
        shop_id=sku.shop_id,
        product_id=sku.product_id,
        sku_id=sku.sku_id,
        stock_id=StockId(sku.sku_id),
        available=available,
    )
