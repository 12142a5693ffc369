"""The SKUs of a product, as its shop's staff lists them."""

from collections.abc import Sequence

from msgspec import UNSET

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import JournalKind, Product, Sku, SkuId, StockId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog.service.journal import JournalLine, write_journal
from xiaodian.modules.catalog.service.product_input import SkuEdit
from xiaodian.modules.catalog.service.set_available import set_available

_INSERT_SKUS = """
    INSERT INTO catalog.sku (sku_id, product_id, shop_id, position, name, price_minor, weight_g)
    SELECT sku.sku_id, $1, $2, sku.position, sku.name, sku.price_minor, sku.weight_g
    FROM unnest($3::uuid[], $4::int[], $5::text[], $6::bigint[], $7::int[])
        AS sku (sku_id, position, name, price_minor, weight_g)
"""
_INSERT_STOCKS = """
    INSERT INTO catalog.stock (stock_id, sku_id, on_hand)
    SELECT stock.sku_id, stock.sku_id, stock.on_hand FROM unnest($1::uuid[], $2::int[]) AS stock (sku_id, on_hand)
"""
_UPDATE_SKUS = """
    UPDATE catalog.sku SET
        name = edit.name, price_minor = edit.price_minor, position = edit.position, weight_g = edit.weight_g
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::int[])
        AS edit (sku_id, position, name, price_minor, weight_g)
    WHERE sku.sku_id = edit.sku_id
"""
_INSERT_PRICES = """
    INSERT INTO catalog.price_change (sku_id, changed_at, price_minor)
    SELECT price.sku_id, $1, price.price_minor FROM unnest($2::uuid[], $3::bigint[]) AS price (sku_id, price_minor)
"""


async def add_skus(
    connection: Connection, product: Product, edits: Sequence[tuple[int, SkuEdit]], by: AccountId
) -> None:
    """New SKUs at their positions, each with its first pieces and its first price."""
    if not edits:
        return
    skus = [(position, _new_sku(product, edit)) for position, edit in edits]
    sku_ids = [sku.sku_id for _, sku in skus]
    await connection.execute(_INSERT_SKUS, product.product_id, product.shop_id, *_columns(skus))
    await connection.execute(
        _INSERT_STOCKS,
        sku_ids,
        [sku.available for _, sku in skus],
    )
    lines = [
        JournalLine(sku.shop_id, sku.sku_id, StockId(sku.sku_id), None, sku.available, sku.available) for _, sku in skus
    ]
    await write_journal(connection, lines, JournalKind.OPENING, by=by)
    await connection.execute(_INSERT_PRICES, utc_now(), sku_ids, [sku.price_minor for _, sku in skus])


async def replace_skus(connection: Connection, product: Product, edits: Sequence[SkuEdit], by: AccountId) -> bool:
    """Make the product's SKUs those of the edit; says whether anything but the number of pieces changed.

    Raises InvalidInputError if the edit names a SKU that is not of this product.
    """
    present = {sku.sku_id: sku for sku in product.skus}
    kept = [edit.sku_id for edit in edits if edit.sku_id is not None]
    if len(set(kept)) != len(kept) or not set(kept) <= present.keys():
        raise InvalidInputError(field="skus", reason="unknown_sku")
    removed = [sku_id for sku_id in present if sku_id not in kept]
    await connection.execute("UPDATE catalog.sku SET is_removed = true WHERE sku_id = ANY($1::uuid[])", removed)
    await add_skus(connection, product, [(n, edit) for n, edit in enumerate(edits) if edit.sku_id is None], by)
    after = [
        (position, _edited(present[edit.sku_id], edit))
        for position, edit in enumerate(edits)
        if edit.sku_id is not None
    ]
    await _update_skus(connection, present, after)
    # Stock rows are locked in key order, as everywhere.
    for sku_id, stock in sorted((edit.sku_id, edit.stock) for edit in edits if edit.sku_id and edit.stock is not UNSET):
        await set_available(connection, sku_id, stock, by)
    return len(after) != len(edits) or [sku for _, sku in after] != product.skus


async def _update_skus(connection: Connection, present: dict[SkuId, Sku], after: Sequence[tuple[int, Sku]]) -> None:
    await connection.execute(_UPDATE_SKUS, *_columns(after))
    dearer_or_cheaper = [sku for _, sku in after if sku.price_minor != present[sku.sku_id].price_minor]
    await connection.execute(
        _INSERT_PRICES,
        utc_now(),
        [sku.sku_id for sku in dearer_or_cheaper],
        [sku.price_minor for sku in dearer_or_cheaper],
    )


def _columns(skus: Sequence[tuple[int, Sku]]) -> tuple[list[SkuId], list[int], list[str], list[int], list[int]]:
    return (
        [sku.sku_id for _, sku in skus],
        [position for position, _ in skus],
        [sku.name for _, sku in skus],
        [sku.price_minor for _, sku in skus],
        [sku.weight_g for _, sku in skus],
    )


def _new_sku(product: Product, edit: SkuEdit) -> Sku:
    return Sku(
        sku_id=SkuId(new_id()),
        product_id=product.product_id,
        shop_id=product.shop_id,
        name=edit.name,
        price_minor=edit.price_minor,
        available=0 if edit.stock is UNSET else edit.stock,
        weight_g=0 if edit.weight_g is UNSET else edit.weight_g,
    )


def _edited(sku: Sku, edit: SkuEdit) -> Sku:
    """The SKU with another name, price or weight; its pieces are another matter."""
    return Sku(
        sku_id=sku.sku_id,
        product_id=sku.product_id,
        shop_id=sku.shop_id,
        name=edit.name,
        price_minor=edit.price_minor,
        available=sku.available,
        weight_g=sku.weight_g if edit.weight_g is UNSET else edit.weight_g,
    )
