"""The door of aftersales."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.aftersales import AfterSaleId, AfterSaleKind, AfterSaleState
from xiaodian.contracts.base import Contract
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.queries import AfterSaleFilter
from xiaodian.modules.aftersales.service.advance_clock import advance_clock, run_timers
from xiaodian.modules.aftersales.service.deeds import (
    add_evidence,
    agree,
    escalate,
    offer,
    receive_return,
    refuse,
    resend,
)
from xiaodian.modules.aftersales.service.personal_data import export, has_open
from xiaodian.modules.aftersales.service.see import get_after_sale, list_of_shop
from xiaodian.modules.aftersales.wire import (
    AfterSaleView,
    AgreementInput,
    EscalationInput,
    EvidenceInput,
    OfferInput,
    ParcelInput,
    RefusalInput,
    ReturnReceiptInput,
)

__all__ = [
    "AfterSaleFilter",
    "AfterSaleView",
    "AgreementInput",
    "EscalationInput",
    "EvidenceInput",
    "OfferInput",
    "ParcelInput",
    "RefusalInput",
    "ReturnReceiptInput",
    "Waiting",
    "add_evidence",
    "advance_clock",
    "agree",
    "escalate",
    "export",
    "get_after_sale",
    "has_open",
    "list_of_shop",
    "list_waiting",
    "offer",
    "receive_return",
    "refuse",
    "resend",
    "run_timers",
]


class Waiting(Contract, frozen=True, kw_only=True):
    """An after-sale that waits for the shop."""

    after_sale_id: AfterSaleId
    order_id: UUID
    kind: AfterSaleKind
    state: AfterSaleState
    deadline_at: datetime | None


async def list_waiting(connection: Connection, shop_id: ShopId, limit: int) -> Sequence[Waiting]:
    """What waits for a shop, that whose time ends first before the others."""
    return [
        Waiting(
            after_sale_id=after_sale.after_sale_id,
            order_id=after_sale.order_id,
            kind=after_sale.kind,
            state=after_sale.state,
            deadline_at=after_sale.deadline_at,
        )
        for after_sale in await queries.list_waiting(connection, shop_id, limit)
    ]
