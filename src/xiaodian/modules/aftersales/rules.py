"""Pure decisions about after-sales: who may do what in which state, and what silence means after how long.

Sources, as they are named below:
- 消法: 中华人民共和国消费者权益保护法 (2013). Art. 23: who sells must prove that there was no defect. Art. 24: faulty
  goods may be returned, exchanged or repaired, and the seller bears the carriage. Art. 25: what was bought remotely may
  be returned within seven days without a reason, the buyer bears the carriage, and the money goes back within seven
  days of the goods' return.
- 七日退货办法: 网络购买商品七日无理由退货暂行办法 (2017, amended 2020). Art. 10: the seven days run from the day after
  receipt. Art. 11: the seller at once tells where to send the goods. Art. 13: the money goes back within seven days.
  Art. 18: the buyer bears the carriage of such a return.
- Habit: what large platforms of the trade do; a seller's silence counts as agreement everywhere.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from xiaodian.contracts.aftersales import OPEN_STATES, AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, Role

MAX_PER_LINE = 5
"""So often may something be asked for one line, one after the other."""
MAX_EVIDENCE = 20
"""So many pieces of evidence fit into one arbitration."""
MAX_OFFERS = 3
"""So often may a seller offer something else; each time the buyer's claim waits."""
MAX_REFUSALS_TO_ASK_AGAIN = 1
"""After the first refusal the buyer may ask once more; after the second only the operator helps (habit)."""

OPENING_TIME = timedelta(days=15)
"""So long after completion an after-sale can be opened (habit); longer than the seven days of 消法 art. 24 and 25."""
EVIDENCE_TIME = timedelta(days=3)
"""To bring what the operator wants to see (habit)."""
NEGOTIATION_TIME = timedelta(days=3)
"""For the seller's new answer after the operator has sent both to talk (habit)."""

_S, _K = AfterSaleState, AfterSaleKind
DECIDABLE_STATES = OPEN_STATES - {AfterSaleState.REFUNDING}
"""Open, and the money has not moved."""


class Deadline(msgspec.Struct, frozen=True):
    """In this state it waits for somebody, for so long; then silence counts as told."""

    state: AfterSaleState
    waits_for: Role
    period: timedelta
    silence: str
    source: str


DEADLINES: Sequence[Deadline] = (
    Deadline(_S.REQUESTED, Role.SELLER, timedelta(hours=48), "agreement", "habit: 48 hours to answer"),
    Deadline(_S.OFFERED, Role.BUYER, timedelta(hours=48), "declined", "habit: as long as the seller has to answer"),
    Deadline(_S.REFUSED, Role.BUYER, timedelta(days=7), "closed", "habit: a refusal that nobody disputes stands"),
    Deadline(
        _S.AWAITING_RETURN,
        Role.BUYER,
        timedelta(days=7),
        "closed",
        "七日退货办法 art. 11: without delay; habit: 7 days",
    ),
    Deadline(
        _S.RETURNING,
        Role.SELLER,
        timedelta(days=10),
        "received",
        "消法 art. 25, 七日退货办法 art. 13: 7 days from receipt; 3 for the way",
    ),
    Deadline(
        _S.AWAITING_RESEND, Role.SELLER, timedelta(days=3), "refund", "消法 art. 24; habit: as long as for shipping"
    ),
    Deadline(_S.RESENT, Role.BUYER, timedelta(days=10), "exchanged", "habit: as any parcel, 7 days and the way"),
    Deadline(_S.ESCALATED, Role.OPERATOR, timedelta(days=7), "for the buyer", "消法 art. 23: the seller has to prove"),
)
_DEADLINE_OF = {deadline.state: deadline for deadline in DEADLINES}

Guard = Callable[[AfterSale, datetime], bool]


def _is_refund_only(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.kind is _K.REFUND_ONLY


def _has_return(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.kind is not _K.REFUND_ONLY


def _is_return_refund(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.kind is _K.RETURN_REFUND


def _is_exchange(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.kind is _K.EXCHANGE


def _is_overdue(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.deadline_at is not None and now >= after_sale.deadline_at


def _is_in_time(after_sale: AfterSale, now: datetime) -> bool:
    return not _is_overdue(after_sale, now)


def _may_ask_again(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.refusals <= MAX_REFUSALS_TO_ASK_AGAIN


def _may_offer(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.offers < MAX_OFFERS


def _has_address(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.return_address is not None


def _lacks_address(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.return_address is None


def _evidence_wanted(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.evidence_wanted


def _no_evidence_wanted(after_sale: AfterSale, now: datetime) -> bool:
    return not after_sale.evidence_wanted


def _came_from_refused(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.escalated_from is _S.REFUSED


def _came_from_returning(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.escalated_from is _S.RETURNING


def _came_from_resent(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.escalated_from is _S.RESENT


def _asks_no_money(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.refund_minor == 0


def _goods_were_sent(after_sale: AfterSale, now: datetime) -> bool:
    return after_sale.escalated_from in (_S.RETURNING, _S.RESENT)


class AllowedMove(msgspec.Struct, frozen=True):
    """From which state who may do what, if all guards hold, and which state follows."""

    state: AfterSaleState
    deed: Deed
    role: Role
    next_state: AfterSaleState
    guards: tuple[Guard, ...] = ()


_BUYER, _SELLER, _OPERATOR, _CLOCK = Role.BUYER, Role.SELLER, Role.OPERATOR, Role.CLOCK

MOVES: Sequence[AllowedMove] = (
    AllowedMove(_S.REQUESTED, Deed.AGREE, _SELLER, _S.REFUNDING, (_is_refund_only,)),
    AllowedMove(_S.REQUESTED, Deed.AGREE, _SELLER, _S.AWAITING_RETURN, (_has_return,)),
    # Who was silent for too long has agreed, and cannot refuse any more.
    AllowedMove(_S.REQUESTED, Deed.REFUSE, _SELLER, _S.REFUSED, (_is_in_time,)),
    AllowedMove(_S.REQUESTED, Deed.OFFER, _SELLER, _S.OFFERED, (_is_in_time, _may_offer)),
    AllowedMove(_S.REQUESTED, Deed.WITHDRAW, _BUYER, _S.CLOSED),
    AllowedMove(_S.REQUESTED, Deed.SHIPPED, _CLOCK, _S.REFUSED, (_is_refund_only,)),
    AllowedMove(_S.REQUESTED, Deed.TIME_OUT, _CLOCK, _S.REFUNDING, (_is_overdue, _is_refund_only)),
    AllowedMove(_S.REQUESTED, Deed.TIME_OUT, _CLOCK, _S.AWAITING_RETURN, (_is_overdue, _has_return)),
    # By then the after-sale asks for what was offered.
    AllowedMove(_S.OFFERED, Deed.ACCEPT_OFFER, _BUYER, _S.REFUNDING, (_is_refund_only,)),
    AllowedMove(_S.OFFERED, Deed.ACCEPT_OFFER, _BUYER, _S.AWAITING_RETURN, (_has_return,)),
    AllowedMove(_S.OFFERED, Deed.DECLINE_OFFER, _BUYER, _S.REQUESTED),
    AllowedMove(_S.OFFERED, Deed.WITHDRAW, _BUYER, _S.CLOSED),
    # The seller may still give what was asked.
    AllowedMove(_S.OFFERED, Deed.AGREE, _SELLER, _S.REFUNDING, (_is_refund_only,)),
    AllowedMove(_S.OFFERED, Deed.AGREE, _SELLER, _S.AWAITING_RETURN, (_has_return,)),
    AllowedMove(_S.OFFERED, Deed.SHIPPED, _CLOCK, _S.REFUSED, (_is_refund_only,)),
    AllowedMove(_S.OFFERED, Deed.TIME_OUT, _CLOCK, _S.REQUESTED, (_is_overdue,)),
    AllowedMove(_S.REFUSED, Deed.REQUEST_AGAIN, _BUYER, _S.REQUESTED, (_may_ask_again,)),
    AllowedMove(_S.REFUSED, Deed.ESCALATE, _BUYER, _S.ESCALATED),
    AllowedMove(_S.REFUSED, Deed.WITHDRAW, _BUYER, _S.CLOSED),
    AllowedMove(_S.REFUSED, Deed.TIME_OUT, _CLOCK, _S.CLOSED, (_is_overdue,)),
    # Agreed by silence or by ruling, and nobody knows where to: the seller tells, or has lost the goods too.
    AllowedMove(_S.AWAITING_RETURN, Deed.AGREE, _SELLER, _S.AWAITING_RETURN, (_lacks_address,)),
    AllowedMove(_S.AWAITING_RETURN, Deed.SHIP_RETURN, _BUYER, _S.RETURNING, (_has_address,)),
    AllowedMove(_S.AWAITING_RETURN, Deed.WITHDRAW, _BUYER, _S.CLOSED),
    AllowedMove(_S.AWAITING_RETURN, Deed.TIME_OUT, _CLOCK, _S.CLOSED, (_is_overdue, _has_address)),
    AllowedMove(_S.AWAITING_RETURN, Deed.TIME_OUT, _CLOCK, _S.REFUNDING, (_is_overdue, _lacks_address)),
    AllowedMove(_S.RETURNING, Deed.RECEIVE_RETURN, _SELLER, _S.REFUNDING, (_is_return_refund,)),
    AllowedMove(_S.RETURNING, Deed.RECEIVE_RETURN, _SELLER, _S.AWAITING_RESEND, (_is_exchange,)),
    # An empty parcel, other goods: the operator decides.
    AllowedMove(_S.RETURNING, Deed.ESCALATE, _SELLER, _S.ESCALATED, (_is_in_time,)),
    AllowedMove(_S.RETURNING, Deed.WITHDRAW, _BUYER, _S.CLOSED),
    AllowedMove(_S.RETURNING, Deed.TIME_OUT, _CLOCK, _S.REFUNDING, (_is_overdue, _is_return_refund)),
    AllowedMove(_S.RETURNING, Deed.TIME_OUT, _CLOCK, _S.AWAITING_RESEND, (_is_overdue, _is_exchange)),
    AllowedMove(_S.AWAITING_RESEND, Deed.RESEND, _SELLER, _S.RESENT),
    AllowedMove(_S.AWAITING_RESEND, Deed.TIME_OUT, _CLOCK, _S.REFUNDING, (_is_overdue,)),
    AllowedMove(_S.RESENT, Deed.RECEIVE_EXCHANGE, _BUYER, _S.EXCHANGED),
    # It never came, or is faulty again.
    AllowedMove(_S.RESENT, Deed.ESCALATE, _BUYER, _S.ESCALATED),
    AllowedMove(_S.RESENT, Deed.TIME_OUT, _CLOCK, _S.EXCHANGED, (_is_overdue,)),
    AllowedMove(_S.ESCALATED, Deed.ADD_EVIDENCE, _BUYER, _S.ESCALATED),
    AllowedMove(_S.ESCALATED, Deed.ADD_EVIDENCE, _SELLER, _S.ESCALATED),
    AllowedMove(_S.ESCALATED, Deed.WITHDRAW, _BUYER, _S.CLOSED),
    AllowedMove(_S.ESCALATED, Deed.RULE_BUYER, _OPERATOR, _S.REFUNDING, (_is_refund_only,)),
    AllowedMove(_S.ESCALATED, Deed.RULE_BUYER, _OPERATOR, _S.REFUNDING, (_has_return, _goods_were_sent)),
    AllowedMove(_S.ESCALATED, Deed.RULE_BUYER, _OPERATOR, _S.AWAITING_RETURN, (_has_return, _came_from_refused)),
    AllowedMove(_S.ESCALATED, Deed.RULE_SELLER, _OPERATOR, _S.CLOSED),
    AllowedMove(_S.ESCALATED, Deed.RULE_EVIDENCE, _OPERATOR, _S.ESCALATED),
    AllowedMove(_S.ESCALATED, Deed.RULE_NEGOTIATE, _OPERATOR, _S.REQUESTED, (_came_from_refused,)),
    AllowedMove(_S.ESCALATED, Deed.RULE_NEGOTIATE, _OPERATOR, _S.RETURNING, (_came_from_returning,)),
    AllowedMove(_S.ESCALATED, Deed.RULE_NEGOTIATE, _OPERATOR, _S.RESENT, (_came_from_resent,)),
    AllowedMove(_S.ESCALATED, Deed.TIME_OUT, _CLOCK, _S.ESCALATED, (_is_overdue, _evidence_wanted)),
    AllowedMove(_S.ESCALATED, Deed.TIME_OUT, _CLOCK, _S.REFUNDING, (_is_overdue, _no_evidence_wanted, _is_refund_only)),
    AllowedMove(
        _S.ESCALATED,
        Deed.TIME_OUT,
        _CLOCK,
        _S.REFUNDING,
        (_is_overdue, _no_evidence_wanted, _has_return, _goods_were_sent),
    ),
    AllowedMove(
        _S.ESCALATED,
        Deed.TIME_OUT,
        _CLOCK,
        _S.AWAITING_RETURN,
        (_is_overdue, _no_evidence_wanted, _has_return, _came_from_refused),
    ),
    AllowedMove(_S.REFUNDING, Deed.REFUND_SUCCEEDED, Role.PROVIDER, _S.REFUNDED),
    # All of it was the platform's own discount: there is nothing to wait for.
    AllowedMove(_S.REFUNDING, Deed.REFUND_SUCCEEDED, _CLOCK, _S.REFUNDED, (_asks_no_money,)),
    AllowedMove(_S.REFUNDING, Deed.REFUND_FAILED, Role.PROVIDER, _S.REFUNDING),
    *(AllowedMove(state, Deed.VOID, _CLOCK, _S.CLOSED) for state in sorted(DECIDABLE_STATES)),
)
_MOVES_OF = {state: [move for move in MOVES if move.state is state] for state in AfterSaleState}


def list_allowed(after_sale: AfterSale, role: Role, now: datetime) -> list[Deed]:
    """What this role may do with the after-sale now."""
    return [move.deed for move in _MOVES_OF[after_sale.state] if move.role is role and _holds(move, after_sale, now)]


def find_next_state(after_sale: AfterSale, deed: Deed, role: Role, now: datetime) -> AfterSaleState | None:
    """The state that follows; None if this role may not do this now."""
    for move in _MOVES_OF[after_sale.state]:
        if move.deed is deed and move.role is role and _holds(move, after_sale, now):
            return move.next_state
    return None


def get_next_state(after_sale: AfterSale, deed: Deed, role: Role, now: datetime) -> AfterSaleState:
    """The state that follows. Raises IllegalMoveError, which names the present state and what is allowed."""
    next_state = find_next_state(after_sale, deed, role, now)
    if next_state is None:
        raise IllegalMoveError(state=after_sale.state, allowed=list_allowed(after_sale, role, now))
    return next_state


def advance(after_sale: AfterSale, doing: Doing, next_state: AfterSaleState, now: datetime) -> AfterSale:
    """The after-sale once it is done: state, deadline, what the deed leaves behind; but not money and goods."""
    changes: dict[str, object] = {
        "state": next_state,
        "evidence_wanted": doing.deed is Deed.RULE_EVIDENCE,
        "offer": doing.offer,
        "offers": after_sale.offers + (doing.deed is Deed.OFFER),
    }
    if doing.deed is Deed.ADD_EVIDENCE:
        changes["evidence_wanted"] = after_sale.evidence_wanted
    if next_state is AfterSaleState.REFUSED:
        changes["refusals"] = after_sale.refusals + 1
    if doing.deed is Deed.ESCALATE:
        changes["escalated_from"] = after_sale.state
    if doing.return_address is not None:
        changes["return_address"] = doing.return_address
    if doing.deed is Deed.SHIP_RETURN:
        changes["return_shipment"] = doing.parcel
    if doing.deed is Deed.RESEND:
        changes["resend_shipment"] = doing.parcel
    if brings_goods_back(after_sale, doing.deed):
        changes["received_at"] = now
    if doing.deed in (Deed.REFUND_SUCCEEDED, Deed.REFUND_FAILED):
        changes["refund_failed"] = doing.deed is Deed.REFUND_FAILED
    if next_state not in OPEN_STATES:
        changes["ended_at"] = now
    if doing.deed is not Deed.ADD_EVIDENCE:
        changes["deadline_at"] = _deadline(doing.deed, next_state, now)
    return msgspec.structs.replace(after_sale, **changes)


def brings_goods_back(after_sale: AfterSale, deed: Deed) -> bool:
    """Whether by this deed what was sent back has come; a seller's silence says so too."""
    return after_sale.state is AfterSaleState.RETURNING and deed in (Deed.RECEIVE_RETURN, Deed.TIME_OUT)


def ends_hold(before: AfterSaleState, after: AfterSaleState) -> bool:
    """Whether the order's money no longer waits for this after-sale: it has moved, or will not."""
    return before in DECIDABLE_STATES and after not in DECIDABLE_STATES


def silence_means(after_sale: AfterSale) -> str | None:
    """What follows if whom it waits for says nothing until the deadline: `agreement`, `closed`, `received`, …"""
    deadline = _DEADLINE_OF.get(after_sale.state)
    return deadline.silence.replace(" ", "_") if deadline and after_sale.deadline_at is not None else None


def waits_for(after_sale: AfterSale) -> Role | None:
    """Who is to do something next; None once it has ended."""
    if after_sale.state is AfterSaleState.REFUNDING:
        return Role.OPERATOR if after_sale.refund_failed else Role.PROVIDER
    if after_sale.state is AfterSaleState.AWAITING_RETURN and after_sale.return_address is None:
        return Role.SELLER
    deadline = _DEADLINE_OF.get(after_sale.state)
    return deadline.waits_for if deadline else None


def first_deadline(now: datetime) -> datetime:
    """Until when the seller must answer what is asked now."""
    return now + _DEADLINE_OF[AfterSaleState.REQUESTED].period


def return_freight_payer(reason: AfterSaleReason) -> Role:
    """Who bears the carriage of the goods' return: the buyer who changed their mind, else the seller.

    消法 art. 25 and 七日退货办法 art. 18 for the first, 消法 art. 24 for the second; both may agree otherwise.
    """
    return Role.BUYER if reason is AfterSaleReason.NOT_WANTED else Role.SELLER


def _deadline(deed: Deed, next_state: AfterSaleState, now: datetime) -> datetime | None:
    if deed is Deed.RULE_EVIDENCE:
        return now + EVIDENCE_TIME
    if deed is Deed.RULE_NEGOTIATE and next_state is AfterSaleState.REQUESTED:
        return now + NEGOTIATION_TIME
    deadline = _DEADLINE_OF.get(next_state)
    return now + deadline.period if deadline else None


def _holds(move: AllowedMove, after_sale: AfterSale, now: datetime) -> bool:
    return all(guard(after_sale, now) for guard in move.guards)
