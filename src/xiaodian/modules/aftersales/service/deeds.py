"""What buyer, seller and operator do with one after-sale. Strangers are told that there is none."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.aftersales import AfterSaleId, AfterSaleNotPossibleError
from xiaodian.contracts.base import Input, InvalidInputError, NotFoundError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, Offer, Parcel, ReturnAddress, Role
from xiaodian.modules.aftersales.rules import MAX_EVIDENCE, find_next_state
from xiaodian.modules.aftersales.service.move import move
from xiaodian.modules.aftersales.service.see import get_roles, see
from xiaodian.modules.aftersales.wire import (
    AfterSaleView,
    AgainInput,
    AgreementInput,
    EscalationInput,
    EvidenceInput,
    OfferInput,
    ParcelInput,
    RefusalInput,
    ReturnAddressInput,
    ReturnReceiptInput,
    Ruling,
    RulingInput,
)
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops

_DEED_OF = {
    Ruling.BUYER: Deed.RULE_BUYER,
    Ruling.SELLER: Deed.RULE_SELLER,
    Ruling.EVIDENCE: Deed.RULE_EVIDENCE,
    Ruling.NEGOTIATE: Deed.RULE_NEGOTIATE,
}


class NoWords(Input, frozen=True):
    """What is done without saying anything."""


_PARTIES = frozenset({Role.BUYER, Role.SELLER})


async def agree(ctx: Context, caller: Caller, key: str, after_sale_id: UUID, data: AgreementInput) -> AfterSaleView:
    """The seller agrees: money goes back at once, or the goods come back first.

    Raises NotFoundError, IllegalMoveError, InvalidInputError (address), AfterSaleNotPossibleError (no replacement).
    """
    address = _to_address(data.return_address) if data.return_address else None
    doing = Doing(deed=Deed.AGREE, role=Role.SELLER, return_address=address)
    return await _act_once(ctx, caller, key, after_sale_id, doing, data)


async def refuse(ctx: Context, caller: Caller, after_sale_id: UUID, data: RefusalInput) -> AfterSaleView:
    """The seller refuses. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    note = _clean("reason", data.reason)
    doing = Doing(deed=Deed.REFUSE, role=Role.SELLER, note=note, picture_urls=data.picture_urls)
    return await _act(ctx, caller, after_sale_id, doing)


async def offer(ctx: Context, caller: Caller, after_sale_id: UUID, data: OfferInput) -> AfterSaleView:
    """The seller offers something else.

    Raises NotFoundError, IllegalMoveError, InvalidInputError, AfterSaleNotPossibleError, RefundTooLargeError.
    """
    doing = Doing(
        deed=Deed.OFFER,
        role=Role.SELLER,
        note=_clean("note", data.note),
        picture_urls=data.picture_urls,
        offer=Offer(kind=data.kind, refund_minor=data.refund_minor),
        return_address=_to_address(data.return_address) if data.return_address else None,
    )
    return await _act(ctx, caller, after_sale_id, doing)


async def accept_offer(ctx: Context, caller: Caller, key: str, after_sale_id: UUID) -> AfterSaleView:
    """The buyer takes what is offered: it is as if that had been asked and agreed to.

    Raises NotFoundError, IllegalMoveError, RefundTooLargeError.
    """
    doing = Doing(deed=Deed.ACCEPT_OFFER, role=Role.BUYER)
    return await _act_once(ctx, caller, key, after_sale_id, doing, NoWords())


async def decline_offer(ctx: Context, caller: Caller, after_sale_id: UUID) -> AfterSaleView:
    """The buyer keeps to what was asked. Raises NotFoundError, IllegalMoveError."""
    return await _act(ctx, caller, after_sale_id, Doing(deed=Deed.DECLINE_OFFER, role=Role.BUYER))


async def request_again(ctx: Context, caller: Caller, after_sale_id: UUID, data: AgainInput) -> AfterSaleView:
    """The buyer asks once more. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    note = _clean("description", data.description)
    doing = Doing(deed=Deed.REQUEST_AGAIN, role=Role.BUYER, note=note, picture_urls=data.picture_urls)
    return await _act(ctx, caller, after_sale_id, doing)


async def withdraw(ctx: Context, caller: Caller, after_sale_id: UUID) -> AfterSaleView:
    """The buyer lets it be. Raises NotFoundError, IllegalMoveError."""
    return await _act(ctx, caller, after_sale_id, Doing(deed=Deed.WITHDRAW, role=Role.BUYER))


async def ship_return(ctx: Context, caller: Caller, after_sale_id: UUID, data: ParcelInput) -> AfterSaleView:
    """The buyer has sent the goods back. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    parcel = _to_parcel(data)
    doing = Doing(deed=Deed.SHIP_RETURN, role=Role.BUYER, parcel=parcel, note=_name(parcel))
    return await _act(ctx, caller, after_sale_id, doing)


async def receive_return(
    ctx: Context, caller: Caller, key: str, after_sale_id: UUID, data: ReturnReceiptInput
) -> AfterSaleView:
    """The seller has the goods back: now the money goes back, or the exchange goes out.

    Raises NotFoundError, IllegalMoveError.
    """
    doing = Doing(deed=Deed.RECEIVE_RETURN, role=Role.SELLER, is_for_sale=data.is_for_sale)
    return await _act_once(ctx, caller, key, after_sale_id, doing, data)


async def resend(ctx: Context, caller: Caller, after_sale_id: UUID, data: ParcelInput) -> AfterSaleView:
    """The seller has sent the exchange. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    parcel = _to_parcel(data)
    doing = Doing(deed=Deed.RESEND, role=Role.SELLER, parcel=parcel, note=_name(parcel))
    return await _act(ctx, caller, after_sale_id, doing)


async def receive_exchange(ctx: Context, caller: Caller, after_sale_id: UUID) -> AfterSaleView:
    """The buyer has the exchange. Raises NotFoundError, IllegalMoveError."""
    return await _act(ctx, caller, after_sale_id, Doing(deed=Deed.RECEIVE_EXCHANGE, role=Role.BUYER))


async def escalate(ctx: Context, caller: Caller, after_sale_id: UUID, data: EscalationInput) -> AfterSaleView:
    """Buyer or seller has the operator decide. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    doing = Doing(deed=Deed.ESCALATE, role=Role.BUYER, note=_clean("note", data.note))
    return await _act(ctx, caller, after_sale_id, doing, _PARTIES)


async def add_evidence(ctx: Context, caller: Caller, after_sale_id: UUID, data: EvidenceInput) -> AfterSaleView:
    """Buyer or seller shows the operator something.

    Raises NotFoundError, IllegalMoveError, InvalidInputError, AfterSaleNotPossibleError (too much of it).
    """
    note = _clean("text", data.text)
    doing = Doing(deed=Deed.ADD_EVIDENCE, role=Role.BUYER, note=note, picture_urls=data.picture_urls)
    return await _act(ctx, caller, after_sale_id, doing, _PARTIES)


async def rule(ctx: Context, caller: Caller, key: str, after_sale_id: UUID, data: RulingInput) -> AfterSaleView:
    """The operator decides. Raises NotFoundError, IllegalMoveError, InvalidInputError."""
    note = _clean("note", data.note)
    with_freight = data.with_freight and data.outcome is Ruling.BUYER
    doing = Doing(deed=_DEED_OF[data.outcome], role=Role.OPERATOR, note=note, with_freight=with_freight)
    return await _act_once(ctx, caller, key, after_sale_id, doing, data)


async def _act(
    ctx: Context, caller: Caller, after_sale_id: UUID, doing: Doing, may: Collection[Role] = ()
) -> AfterSaleView:
    async with ctx.database.transaction() as connection:
        return await _act_in(connection, caller, after_sale_id, doing, may)


async def _act_once(
    ctx: Context, caller: Caller, key: str, after_sale_id: UUID, doing: Doing, body: Input
) -> AfterSaleView:
    """The same for what may move money: once for an Idempotency-Key."""

    async def _run(connection: Connection) -> AfterSaleView:
        return await _act_in(connection, caller, after_sale_id, doing, ())

    async def _may(connection: Connection) -> None:
        after_sale = await queries.find_after_sale(connection, after_sale_id)
        await get_roles(connection, after_sale, caller, Scope.AFTERSALES_WRITE)

    operation = f"{doing.deed.partition('_')[0]} after-sale {after_sale_id}"
    return await orders.answer_once(ctx.database, caller, key, operation, body, AfterSaleView, _run, may=_may)


async def _act_in(
    connection: Connection, caller: Caller, after_sale_id: UUID, doing: Doing, may: Collection[Role]
) -> AfterSaleView:
    now = utc_now()
    after_sale = (await queries.lock_after_sales(connection, [after_sale_id])).get(AfterSaleId(after_sale_id))
    roles = await get_roles(connection, after_sale, caller, Scope.AFTERSALES_WRITE)
    assert after_sale is not None
    role = _choose_role(after_sale, roles & set(may or {doing.role}), doing.deed, now)
    if doing.deed is Deed.ADD_EVIDENCE:
        await _check_evidence(connection, after_sale)
    by_whom = msgspec.structs.replace(doing, role=role, account_id=caller.account_id)
    moved = await move(connection, after_sale, by_whom, now)
    if role is Role.SELLER:
        order = (await orders.find_orders(connection, [after_sale.order_id]))[after_sale.order_id]
        await shops.note_deed(
            connection,
            caller,
            after_sale.shop_id,
            deed=f"aftersale.{doing.deed}",
            target=str(after_sale_id),
            details={"number": order.number},
        )
    return await see(connection, moved, roles, caller, now)


def _choose_role(after_sale: AfterSale, roles: Collection[Role], deed: Deed, now: datetime) -> Role:
    """In which of their roles somebody does it: buyers may buy in their own shop. Raises NotFoundError."""
    if not roles:
        raise NotFoundError
    return next((role for role in sorted(roles) if find_next_state(after_sale, deed, role, now)), min(roles))


async def _check_evidence(connection: Connection, after_sale: AfterSale) -> None:
    if await queries.count_deeds(connection, after_sale, Deed.ADD_EVIDENCE) >= MAX_EVIDENCE:
        raise AfterSaleNotPossibleError(reason="too_much_evidence", limit=MAX_EVIDENCE)


def _clean(field: str, text: str) -> str:
    """What was said, trimmed. Raises InvalidInputError if nothing was."""
    trimmed = text.strip()
    if not trimmed:
        raise InvalidInputError(field=field, reason="empty")
    return trimmed


def _to_address(data: ReturnAddressInput) -> ReturnAddress:
    """Raises InvalidInputError that names the field."""
    text = accounts.clean_address(recipient=data.recipient, phone=data.phone, region=data.region, detail=data.detail)
    return ReturnAddress(recipient=text.recipient, phone=text.phone, region=text.region, detail=text.detail)


def _to_parcel(data: ParcelInput) -> Parcel:
    """As carriers print it. Raises InvalidInputError."""
    read = orders.read_shipment(data.carrier, data.tracking_number)
    return Parcel(carrier=read.carrier, tracking_number=read.tracking_number, sent_at=utc_now())


def _name(parcel: Parcel) -> str:
    return f"{parcel.carrier} {parcel.tracking_number}"
