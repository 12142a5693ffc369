"""The table of states: nobody is left waiting for ever, and nobody does what is not theirs."""

from datetime import datetime, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.aftersales.samples import LONG_AFTER, NOW, an_after_sale

from xiaodian.contracts.aftersales import OPEN_STATES, AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, Parcel, ReturnAddress, Role
from xiaodian.modules.aftersales.rules import (
    DEADLINES,
    DECIDABLE_STATES,
    MOVES,
    advance,
    ends_hold,
    find_next_state,
    get_next_state,
    list_allowed,
    return_freight_payer,
    waits_for,
)

_S, _K = AfterSaleState, AfterSaleKind
ADDRESS = ReturnAddress(recipient="仓库", phone="13800000001", region="辽宁省 丹东市", detail="1 号")
PARCEL = Parcel(carrier="顺丰速运", tracking_number="SF1234567890", sent_at=NOW)
RETURN_STATES = {_S.AWAITING_RETURN, _S.RETURNING, _S.AWAITING_RESEND, _S.RESENT}
EXCHANGE_STATES = {_S.AWAITING_RESEND, _S.RESENT}


def _possible(kind: AfterSaleKind, state: AfterSaleState, escalated_from: AfterSaleState | None) -> bool:
    """Whether an after-sale of this kind can ever stand so."""
    states = {state, escalated_from}
    if kind is _K.REFUND_ONLY and states & RETURN_STATES:
        return False
    if kind is _K.RETURN_REFUND and states & EXCHANGE_STATES:
        return False
    return (state is _S.ESCALATED) == (escalated_from is not None)


def _everything_open() -> list[AfterSale]:
    return [
        an_after_sale(
            kind,
            state=state,
            escalated_from=origin,
            evidence_wanted=evidence,
            return_address=address,
            refusals=refusals,
        )
        for kind, state, origin, evidence, address, refusals in product(
            _K, DECIDABLE_STATES, (None, _S.REFUSED, _S.RETURNING, _S.RESENT), (False, True), (None, ADDRESS), (0, 1, 2)
        )
        if _possible(kind, state, origin)
    ]


def test_every_open_state_has_a_way_out_by_time_alone() -> None:
    for after_sale in _everything_open():
        seen, current, now = 0, after_sale, LONG_AFTER
        while current.state in DECIDABLE_STATES:
            next_state = find_next_state(current, Deed.TIME_OUT, Role.CLOCK, now)
            assert next_state is not None, after_sale
            current = advance(current, Doing(deed=Deed.TIME_OUT, role=Role.CLOCK), next_state, now)
            assert current.deadline_at is None or current.deadline_at > now
            now, seen = now + timedelta(days=100), seen + 1
            assert seen < 10, after_sale


def test_time_does_nothing_before_the_deadline() -> None:
    for after_sale in _everything_open():
        assert find_next_state(after_sale, Deed.TIME_OUT, Role.CLOCK, NOW) is None


def test_a_state_table_gives_one_answer_to_one_deed() -> None:
    for after_sale, now in product(_everything_open(), (NOW, LONG_AFTER)):
        for role in Role:
            allowed = list_allowed(after_sale, role, now)
            assert len(allowed) == len(set(allowed)), (after_sale, allowed)


def test_what_has_ended_stays_as_it_is() -> None:
    assert {move.state for move in MOVES} == OPEN_STATES
    for state in frozenset(_S) - OPEN_STATES:
        assert all(list_allowed(an_after_sale(state=state), role, LONG_AFTER) == [] for role in Role)


def test_every_state_that_waits_says_for_whom_and_how_long_and_why() -> None:
    assert {deadline.state for deadline in DEADLINES} == DECIDABLE_STATES
    assert all(deadline.period > timedelta() and deadline.source and deadline.silence for deadline in DEADLINES)
    for after_sale in _everything_open():
        waiting = waits_for(after_sale)
        assert waiting is not None
        assert list_allowed(after_sale, waiting, NOW), "whoever is waited for has something to do"


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER, Role.OPERATOR])
def test_nobody_can_take_what_belongs_to_another(role: Role) -> None:
    own = {move.deed for move in MOVES if move.role is role}
    others = {move.deed for move in MOVES if move.role is not role} - own
    for after_sale, deed in product(_everything_open(), others):
        assert find_next_state(after_sale, deed, role, NOW) is None


def test_an_illegal_move_says_what_is_and_what_may_be() -> None:
    with pytest.raises(IllegalMoveError) as refusal:
        get_next_state(an_after_sale(), Deed.SHIP_RETURN, Role.BUYER, NOW)
    assert refusal.value.params == {"state": _S.REQUESTED, "allowed": [Deed.WITHDRAW]}


def test_a_seller_who_was_silent_too_long_cannot_refuse_any_more() -> None:
    after_sale = an_after_sale()
    assert list_allowed(after_sale, Role.SELLER, NOW) == [Deed.AGREE, Deed.REFUSE, Deed.OFFER]
    assert list_allowed(after_sale, Role.SELLER, LONG_AFTER) == [Deed.AGREE]


def test_after_one_refusal_the_buyer_may_ask_again_and_after_two_only_have_it_decided() -> None:
    after_sale = an_after_sale()
    for may_ask in (True, False):
        after_sale = _do(after_sale, Deed.REFUSE, Role.SELLER)
        allowed = list_allowed(after_sale, Role.BUYER, NOW)
        assert (Deed.REQUEST_AGAIN in allowed) is may_ask
        assert Deed.ESCALATE in allowed
        if may_ask:
            after_sale = _do(after_sale, Deed.REQUEST_AGAIN, Role.BUYER)


def test_a_buyer_can_withdraw_only_as_long_as_no_money_has_moved_and_nobody_holds_the_returned_goods() -> None:
    can = {after_sale.state for after_sale in _everything_open() if _may(after_sale, Deed.WITHDRAW, Role.BUYER)}
    assert can == {_S.REQUESTED, _S.OFFERED, _S.REFUSED, _S.AWAITING_RETURN, _S.RETURNING, _S.ESCALATED}


@pytest.mark.parametrize(
    ("deed", "follows"),
    [
        (Deed.RULE_BUYER, _S.AWAITING_RETURN),
        (Deed.RULE_SELLER, _S.CLOSED),
        (Deed.RULE_EVIDENCE, _S.ESCALATED),
        (Deed.RULE_NEGOTIATE, _S.REQUESTED),
    ],
)
def test_each_ruling_leads_on(deed: Deed, follows: AfterSaleState) -> None:
    refused = _do(an_after_sale(), Deed.REFUSE, Role.SELLER)
    ruled = _do(_do(refused, Deed.ESCALATE, Role.BUYER), deed, Role.OPERATOR)
    assert ruled.state is follows
    assert ruled.evidence_wanted is (deed is Deed.RULE_EVIDENCE)


def test_evidence_that_comes_in_does_not_move_the_deadline_or_the_turn() -> None:
    wanted = an_after_sale(state=_S.ESCALATED, escalated_from=_S.REFUSED, evidence_wanted=True)
    after = _do(wanted, Deed.ADD_EVIDENCE, Role.BUYER)
    assert (after.deadline_at, after.evidence_wanted) == (wanted.deadline_at, True)


def test_a_ruling_for_a_buyer_whose_goods_are_back_sends_the_money_at_once() -> None:
    for kind, origin in ((_K.RETURN_REFUND, _S.RETURNING), (_K.EXCHANGE, _S.RETURNING), (_K.EXCHANGE, _S.RESENT)):
        after_sale = an_after_sale(kind, state=_S.ESCALATED, escalated_from=origin)
        assert find_next_state(after_sale, Deed.RULE_BUYER, Role.OPERATOR, NOW) is _S.REFUNDING


def test_who_changed_their_mind_bears_the_carriage_back_and_who_sold_bad_goods_else() -> None:
    assert return_freight_payer(AfterSaleReason.NOT_WANTED) is Role.BUYER
    others = set(AfterSaleReason) - {AfterSaleReason.NOT_WANTED}
    assert {return_freight_payer(reason) for reason in others} == {Role.SELLER}


@given(data=st.data(), kind=st.sampled_from(sorted(_K)))
def test_whatever_they_do_it_comes_to_an_end_and_lets_the_settlement_go_once(
    data: st.DataObject, kind: AfterSaleKind
) -> None:
    after_sale, now, released = an_after_sale(kind), NOW, 0
    for _ in range(40):
        if after_sale.state not in OPEN_STATES:
            break
        now += timedelta(hours=data.draw(st.integers(0, 300)))
        can = [(deed, role) for role in Role for deed in list_allowed(after_sale, role, now)]
        assert can or after_sale.deadline_at is not None, "a dead end"
        if not can:
            now = after_sale.deadline_at or now
            continue
        deed, role = data.draw(st.sampled_from(can))
        moved = _do(after_sale, deed, role, now, address=data.draw(st.sampled_from([None, ADDRESS])))
        released += ends_hold(after_sale.state, moved.state)
        assert (moved.deadline_at is None) == (moved.state not in DECIDABLE_STATES)
        assert (moved.ended_at is None) == (moved.state in OPEN_STATES)
        after_sale = moved
    while after_sale.state in DECIDABLE_STATES:
        now += timedelta(days=100)
        moved = _do(after_sale, Deed.TIME_OUT, Role.CLOCK, now)
        released += ends_hold(after_sale.state, moved.state)
        after_sale = moved
    assert released == 1


def _may(after_sale: AfterSale, deed: Deed, role: Role) -> bool:
    return find_next_state(after_sale, deed, role, NOW) is not None


def _do(
    after_sale: AfterSale, deed: Deed, role: Role, now: datetime = NOW, address: ReturnAddress | None = ADDRESS
) -> AfterSale:
    """As the use case does it, but for goods and money: an exchange that pays back is none any more."""
    next_state = get_next_state(after_sale, deed, role, now)
    agrees = next_state is _S.AWAITING_RETURN
    known = after_sale.return_address or (ADDRESS if role is Role.SELLER else address)
    if next_state is _S.REFUNDING and after_sale.kind is _K.EXCHANGE:
        after_sale = msgspec.structs.replace(after_sale, kind=_K.RETURN_REFUND)
    doing = Doing(deed=deed, role=role, parcel=PARCEL, return_address=known if agrees else None)
    return advance(after_sale, doing, next_state, now)
