"""Charges of orders that nobody placed: payments know orders by their ids alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.payments import (
    Charge,
    ChargePart,
    ChargeState,
    NewCharge,
    PaymentNotice,
    Refund,
    RefundId,
    RefundWish,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.payments import api as payments

PRICE_MINOR = 2990


class Till:
    """Makes charges, pays and refunds them as the orders above would, in transactions of its own."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.payer_id = AccountId(uuid4())
        self.shop_id = ShopId(uuid4())

    async def charge(
        self, *amounts: int, order_ids: tuple[UUID, ...] = (), provider: str = "sandbox", method: str = "page"
    ) -> Charge:
        """A pending charge of as many orders as there are amounts."""
        ids = order_ids or tuple(uuid4() for _ in amounts or (PRICE_MINOR,))
        parts = [
            ChargePart(order_id=order_id, shop_id=self.shop_id, amount_minor=amount)
            for order_id, amount in zip(ids, amounts or (PRICE_MINOR,) * len(ids), strict=True)
        ]
        async with self.ctx.database.transaction() as connection:
            return await payments.create_charge(
                connection,
                NewCharge(payer_id=self.payer_id, provider=provider, method=method, currency="CNY", parts=parts),
            )

    async def accept(self, *notices: PaymentNotice) -> payments.Accepted:
        """What a capture does to charges and ledger."""
        async with self.ctx.database.transaction() as connection:
            accepted = await payments.accept_notices(connection, notices)
            await ledger.post_many(
                connection,
                [transfer for charge in accepted.captured for transfer in payments.transfers.capture(charge, {})],
            )
        return accepted

    async def paid(self, *amounts: int, provider: str = "sandbox", method: str = "page") -> Charge:
        """A captured charge; with the sandbox, captured in its books too."""
        charge = await self.charge(*amounts, provider=provider, method=method)
        if provider == "sandbox":
            sandbox = payments.Providers(self.ctx).get_sandbox()
            await payments.decide(sandbox, charge, payments.SandboxOutcome.NEVER)
        accepted = await self.accept(notice_of(charge))
        return accepted.captured[0]

    async def request(self, charge: Charge, amount_minor: int, refund_id: UUID | None = None) -> Refund:
        """Ask for money of the charge's first order back."""
        wish = RefundWish(
            refund_id=RefundId(refund_id or uuid4()),
            order_id=charge.parts[0].order_id,
            amount_minor=amount_minor,
            reason="after_sale",
        )
        async with self.ctx.database.transaction() as connection:
            return (await payments.request_refunds(connection, [wish]))[0]

    async def see(self, charge: Charge) -> Charge:
        """The charge as it is now."""
        async with self.ctx.database.connection() as connection:
            return await payments.get_charge_of_payer(connection, charge.charge_id, self.payer_id)

    async def refund_states(self, charge: Charge) -> list[str]:
        """States of the refunds of the charge's orders, the oldest first."""
        async with self.ctx.database.connection() as connection:
            refunds = await payments.list_refunds(connection, [part.order_id for part in charge.parts])
        return [refund.state.value for refund in refunds]

    async def balances(self) -> dict[str, int]:
        """What stands on each kind of ledger account, without the zeros."""
        async with self.ctx.database.connection() as connection:
            rows = await connection.fetch(
                """
                SELECT split_part(account, ':', 1) AS kind, sum(amount_minor)::bigint AS total FROM ledger.entry
                GROUP BY 1 HAVING sum(amount_minor) <> 0
                """
            )
        return {row["kind"]: row["total"] for row in rows}

    async def events(self, *types: str) -> list[str]:
        """Types of the events told so far, of those asked for."""
        async with self.ctx.database.connection() as connection:
            return [envelope.type for envelope in await list_envelopes(connection, *types)]

    async def count(self, table: str, where: str = "true") -> int:
        """Rows of a table."""
        async with self.ctx.database.connection() as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {where}"))

    async def hurry(self) -> None:
        """Let everything that waits for its time be due."""
        async with self.ctx.database.transaction() as own:
            await own.execute("UPDATE payments.charge SET ask_at = now() WHERE ask_at IS NOT NULL")
            await own.execute("UPDATE payments.charge SET close_at = now() WHERE close_at IS NOT NULL")
            await own.execute("UPDATE payments.refund SET try_at = now() WHERE try_at IS NOT NULL")
            await own.execute("UPDATE payments.sandbox_callback SET deliver_at = now()")


def notice_of(
    charge: Charge, outcome: ChargeState = ChargeState.CAPTURED, notice_id: str = "", **changes: Any
) -> PaymentNotice:
    """A verified word about a charge."""
    fields: dict[str, Any] = {
        "provider": charge.provider,
        "notice_id": notice_id or uuid4().hex,
        "charge_id": charge.charge_id,
        "outcome": outcome,
        "amount_minor": charge.amount_minor,
        "currency": charge.currency,
        **changes,
    }
    return PaymentNotice(**fields)


@pytest.fixture
def till(ctx: Context) -> Till:
    """Somebody who pays."""
    return Till(ctx)
