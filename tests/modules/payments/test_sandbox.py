"""The sandbox signs, and believes only what it has signed lately."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.payments import (
    BadCallbackError,
    Charge,
    ChargeId,
    ChargePart,
    ChargeState,
    PaymentNotice,
    UnknownProviderError,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.modules.payments.service import sandbox as sandbox_module
from xiaodian.modules.payments.service.providers import Providers
from xiaodian.modules.payments.service.sandbox import SandboxProvider
from xiaodian.settings import Settings

_PART = ChargePart(order_id=uuid4(), shop_id=ShopId(uuid4()), amount_minor=100)
CHARGE = Charge(
    charge_id=ChargeId(uuid4()),
    payer_id=AccountId(uuid4()),
    provider="sandbox",
    method="page",
    amount_minor=100,
    currency="CNY",
    state=ChargeState.PENDING,
    action=None,
    provider_ref=None,
    created_at=datetime(2026, 11, 11, tzinfo=UTC),
    parts=[_PART],
)


async def test_every_process_signs_and_verifies_with_the_same_stored_key(ctx: Context) -> None:
    one, two = SandboxProvider(ctx.database), SandboxProvider(ctx.database)
    headers, body = await one.sign_notice(CHARGE, ChargeState.CAPTURED, "n1")
    notice = await two.verify_callback(headers, body)
    assert isinstance(notice, PaymentNotice)
    assert (notice.charge_id, notice.outcome, notice.amount_minor) == (CHARGE.charge_id, ChargeState.CAPTURED, 100)
    assert notice.notice_id == "n1"


async def test_an_old_message_is_not_believed_again(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = SandboxProvider(ctx.database)
    headers, body = await sandbox.sign_notice(CHARGE, ChargeState.CAPTURED, "n1")
    monkeypatch.setattr(sandbox_module, "TOLERANCE_S", -1)
    with pytest.raises(BadCallbackError) as refused:
        await sandbox.verify_callback(headers, body)
    assert refused.value.params == {"reason": "too_old"}


@pytest.mark.parametrize("signature", ["", "v1,", "v1,AAAA", "v2,x", "\u00e9", " "])
async def test_a_strange_signature_is_a_refusal_and_no_fault_of_ours(ctx: Context, signature: str) -> None:
    headers, body = await SandboxProvider(ctx.database).sign_notice(CHARGE, ChargeState.CAPTURED, "n1")
    with pytest.raises(BadCallbackError):
        await SandboxProvider(ctx.database).verify_callback({**headers, "webhook-signature": signature}, body)


async def test_an_installation_can_do_without_the_sandbox(ctx: Context) -> None:
    settings: Settings = msgspec.structs.replace(ctx.settings, sandbox_payments=False)
    providers = Providers(msgspec.structs.replace(ctx, settings=settings))
    assert providers.list() == []
    with pytest.raises(UnknownProviderError):
        providers.offer("sandbox")
    with pytest.raises(UnknownProviderError):
        providers.get_sandbox()
