"""Write settlements and their shares, a batch in two statements."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.modules.settlement.models import Settlement, Share

_SETTLEMENTS = """
    INSERT INTO settlement.settlement (shop_id, order_id, settlement_id, number, currency, goods_minor, freight_minor,
        refunded_minor, fee_minor, commission_minor, service_minor, shop_minor, transfer_id, settled_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::uuid[], $14::timestamptz[])
"""

_SHARES = """
    INSERT INTO settlement.share (shop_id, order_id, line_no, fee_bp, commission_bp, service_bp, creator_id,
        provider_id, goods_minor, fee_minor, commission_minor, service_minor, shop_minor, settled_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::integer[], $5::integer[], $6::integer[],
        $7::uuid[], $8::uuid[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
        $14::timestamptz[])
"""


async def write_settlements(
    connection: Connection, settlements: Sequence[Settlement], shares: Mapping[OrderId, Sequence[Share]]
) -> None:
    """Write settlements with the shares of each order, inside the caller's transaction."""
    rows = [
        (
            one.shop_id,
            one.order_id,
            one.settlement_id,
            one.number,
            one.currency,
            one.goods_minor,
            one.freight_minor,
            one.refunded_minor,
            one.parts.fee_minor,
            one.parts.commission_minor,
            one.parts.service_minor,
            one.parts.shop_minor,
            one.transfer_id,
            one.settled_at,
        )
        for one in settlements
    ]
    await connection.execute(_SETTLEMENTS, *map(list, zip(*rows, strict=True)))
    share_rows = [
        (
            one.shop_id,
            one.order_id,
            share.line_no,
            share.rates.fee_bp,
            share.rates.commission_bp,
            share.rates.service_bp,
            share.creator_id,
            share.provider_id,
            share.parts.total_minor,
            share.parts.fee_minor,
            share.parts.commission_minor,
            share.parts.service_minor,
            share.parts.shop_minor,
            one.settled_at,
        )
        for one in settlements
        for share in shares[one.order_id]
    ]
    await connection.execute(_SHARES, *map(list, zip(*share_rows, strict=True)))
