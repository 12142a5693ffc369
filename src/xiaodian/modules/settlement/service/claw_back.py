"""Take back from those who have got it what goes back to a buyer after settlement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounting import deposit_account, shop_account
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import LineRefund, Order
from xiaodian.contracts.settlement import OwnerKind
from xiaodian.infra.database import Connection
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.settlement import queries, transfers
from xiaodian.modules.settlement.models import ClawBack, Owner, Parts, Settlement
from xiaodian.modules.settlement.rules import draw_on_deposit, sum_parts, take_back_lines
from xiaodian.modules.settlement.service.owners import lock_owner

_WRITE = """
    INSERT INTO settlement.claw_back (shop_id, order_id, refund_id, currency, fee_minor, commission_minor,
        service_minor, shop_minor, deposit_minor, transfer_id, clawed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

_SHARES = """
    UPDATE settlement.share SET back_fee_minor = back_fee_minor + back.fee_minor,
        back_commission_minor = back_commission_minor + back.commission_minor,
        back_service_minor = back_service_minor + back.service_minor,
        back_shop_minor = back_shop_minor + back.shop_minor
    FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
        AS back (line_no, fee_minor, commission_minor, service_minor, shop_minor)
    WHERE share.shop_id = $1 AND share.order_id = $2 AND share.line_no = back.line_no
"""

_SETTLEMENT = """
    UPDATE settlement.settlement SET back_fee_minor = back_fee_minor + $3,
        back_commission_minor = back_commission_minor + $4, back_service_minor = back_service_minor + $5,
        back_shop_minor = back_shop_minor + $6
    WHERE shop_id = $1 AND order_id = $2
"""


async def claw_back(
    connection: Connection,
    order: Order,
    lines: Sequence[LineRefund],
    freight_minor: int,
    refund_id: UUID,
    now: datetime,
) -> None:
    """Put what goes back for these lines (and freight) into the escrow of a locked, settled order.

    Each line's takers give in the proportion of what they got for it; the shop out of its balance, then its deposit,
    then as debt. The same refund again takes nothing. Raises NotFoundError if the order is not settled, and
    RefundTooLargeError.
    """
    settlement = (await queries.find_settlements(connection, order.shop_id, [order.order_id])).get(order.order_id)
    if settlement is None:
        raise NotFoundError
    # Held until the end: nobody pays out of the shop's balance between our look at it and our taking from it.
    await lock_owner(connection, Owner(OwnerKind.SHOP, order.shop_id))
    done_before = await queries.find_claw_backs(connection, order.shop_id, [order.order_id])
    if any(done.refund_id == refund_id for done in done_before.values()):
        return
    shares = (await queries.get_shares(connection, [(order.shop_id, order.order_id)]))[order.order_id]
    back = take_back_lines(list(shares.values()), lines, freight_minor)
    if not back:
        return
    transfer = transfers.claw_back(settlement, shares, back, refund_id)
    parts = sum_parts(back.values())
    done = ClawBack(
        order_id=order.order_id,
        refund_id=refund_id,
        transfer_id=transfer.transfer_id,
        parts=parts,
        deposit_minor=await _draw(connection, settlement, parts.shop_minor),
        clawed_at=now,
    )
    if done.deposit_minor:
        await ledger.post_many(connection, [transfers.draw_on_deposit(settlement, done)], posted_at=now)
    await ledger.post_many(connection, [transfer], posted_at=now)
    await _write(connection, settlement, done, back)


async def _draw(connection: Connection, settlement: Settlement, shop_minor: int) -> int:
    balance_account, deposit = shop_account(settlement.shop_id), deposit_account(settlement.shop_id)
    balances = await ledger.get_balances(connection, [balance_account, deposit], settlement.currency)
    return draw_on_deposit(shop_minor, balances[balance_account], balances[deposit])


async def _write(connection: Connection, settlement: Settlement, done: ClawBack, back: Mapping[int, Parts]) -> None:
    parts = done.parts
    sums = (parts.fee_minor, parts.commission_minor, parts.service_minor, parts.shop_minor)
    await connection.execute(
        _WRITE,
        settlement.shop_id,
        settlement.order_id,
        done.refund_id,
        settlement.currency,
        *sums,
        done.deposit_minor,
        done.transfer_id,
        done.clawed_at,
    )
    await connection.execute(
        _SHARES,
        settlement.shop_id,
        settlement.order_id,
        list(back),
        [part.fee_minor for part in back.values()],
        [part.commission_minor for part in back.values()],
        [part.service_minor for part in back.values()],
        [part.shop_minor for part in back.values()],
    )
    await connection.execute(_SETTLEMENT, settlement.shop_id, settlement.order_id, *sums)
