"""Reads of freight templates."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from uuid import UUID

import msgspec

from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.shops import FreightRate, FreightTemplate, RegionalRate, Shop, ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.shops.freight import FreightBook

# Rates as text: decoded here, straight into structs, and only once for as long as nobody changes them.
_TEMPLATE = "shop_id, template_id, name, is_default, rate::text AS rate, exceptions::text AS exceptions"

_FRONTS = f"""
    SELECT shop_id, shop.name AS shop_name, shop.owner_id, shop.is_open, shop.is_sandbox,
        template_id, template.name, is_default, rate, exceptions
    FROM shops.shop LEFT JOIN (
        SELECT {_TEMPLATE} FROM shops.freight_template WHERE removed_at IS NULL
    ) AS template USING (shop_id)
    WHERE shop_id = ANY($1::uuid[])
"""


async def open_freight_book(connection: Connection, shop_ids: Iterable[ShopId]) -> FreightBook:
    """What carriage costs in these shops, as of now."""
    rows = await connection.fetch(
        f"SELECT {_TEMPLATE} FROM shops.freight_template WHERE shop_id = ANY($1::uuid[]) AND removed_at IS NULL",
        list(set(shop_ids)),
    )
    return FreightBook([_to_template(row) for row in rows])


async def open_fronts(connection: Connection, shop_ids: Collection[ShopId]) -> tuple[dict[ShopId, Shop], FreightBook]:
    """All that selling asks of these shops, with one statement: themselves, and what carriage costs in them."""
    rows = await connection.fetch(_FRONTS, list(shop_ids))
    shops = {
        row["shop_id"]: Shop(
            shop_id=row["shop_id"],
            name=row["shop_name"],
            owner_id=row["owner_id"],
            is_open=row["is_open"],
            is_sandbox=row["is_sandbox"],
        )
        for row in rows
    }
    return shops, FreightBook([_to_template(row) for row in rows if row["template_id"] is not None])


async def list_freight_templates(connection: Connection, shop_id: ShopId) -> list[FreightTemplate]:
    """A shop's templates, the oldest first; there are only a few."""
    rows = await connection.fetch(
        f"""
        SELECT {_TEMPLATE} FROM shops.freight_template
        WHERE shop_id = $1 AND removed_at IS NULL ORDER BY template_id
        """,
        shop_id,
    )
    return [_to_template(row) for row in rows]


async def get_freight_template(connection: Connection, shop_id: ShopId, template_id: UUID) -> FreightTemplate:
    """One template of a shop. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"""
        SELECT {_TEMPLATE} FROM shops.freight_template
        WHERE shop_id = $1 AND template_id = $2 AND removed_at IS NULL
        """,
        shop_id,
        template_id,
    )
    if row is None:
        raise NotFoundError
    return _to_template(row)


async def require_freight_template(connection: Connection, shop_id: ShopId, template_id: UUID) -> None:
    """Hold a template of the shop until the transaction ends, so that it can be named. Raises InvalidInputError."""
    found = await connection.fetchval(
        """
        SELECT true FROM shops.freight_template
        WHERE shop_id = $1 AND template_id = $2 AND removed_at IS NULL FOR SHARE
        """,
        shop_id,
        template_id,
    )
    if not found:
        raise InvalidInputError(field="freight_template_id", reason="unknown")


def _to_template(row: Record) -> FreightTemplate:
    return FreightTemplate(
        template_id=row["template_id"],
        shop_id=row["shop_id"],
        name=row["name"],
        is_default=row["is_default"],
        rate=_decode_rate(row["rate"]),
        exceptions=_decode_exceptions(row["exceptions"]),
    )


@lru_cache(maxsize=4096)
def _decode_rate(text: str) -> FreightRate:
    return msgspec.json.decode(text, type=FreightRate)


@lru_cache(maxsize=4096)
def _decode_exceptions(text: str) -> list[RegionalRate]:
    return msgspec.json.decode(text, type=list[RegionalRate])
