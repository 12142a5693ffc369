"""The sandbox's cashier: a buyer decides how a payment ends, and how we hear of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum

from xiaodian.contracts.payments import Charge, ChargeClosedError, ChargeState
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.payments.service.sandbox import SandboxProvider

LONGEST_DELAY_S = 86_400
BATCH = 100
_TRIED_AGAIN_AFTER = timedelta(seconds=30)

Callback = tuple[dict[str, str], bytes]
"""Headers and body."""


class SandboxOutcome(StrEnum):
    """How a payment ends; a buyer who walks away decides nothing."""

    SUCCEED = "succeed"
    FAIL = "fail"
    SUCCEED_TWICE = "succeed_twice"
    """Paid, and told twice."""
    OUT_OF_ORDER = "out_of_order"
    """A first try failed and a second one was paid; the failure is told after the payment."""
    LATER = "later"
    """Paid, and told only after a while."""
    NEVER = "never"
    """Paid, and not told at all; whoever asks hears the truth."""


async def decide(
    sandbox: SandboxProvider, charge: Charge, outcome: SandboxOutcome, delay_s: int = 60
) -> list[Callback]:
    """Write down how the payment ends; the callbacks that come of it at once, in the order they leave.

    Raises ChargeClosedError.
    """
    wanted = ChargeState.FAILED if outcome is SandboxOutcome.FAIL else ChargeState.CAPTURED
    state = await sandbox.books.decide(charge, wanted)
    if state is ChargeState.CLOSED:
        raise ChargeClosedError
    notice_id = f"sandbox-{new_id()}"
    callback = await sandbox.sign_notice(charge, state, notice_id)
    match outcome:
        case SandboxOutcome.SUCCEED_TWICE:
            return [callback, callback]
        case SandboxOutcome.OUT_OF_ORDER:
            return [callback, await sandbox.sign_notice(charge, ChargeState.FAILED, f"sandbox-{new_id()}")]
        case SandboxOutcome.LATER:
            at = utc_now() + timedelta(seconds=min(delay_s, LONGEST_DELAY_S))
            await sandbox.books.schedule_callback(new_id(), notice_id, callback[1], at)
            return []
        case SandboxOutcome.NEVER:
            return []
    return [callback]


async def deliver_due(sandbox: SandboxProvider, deliver: Callable[[dict[str, str], bytes], Awaitable[object]]) -> int:
    """Deliver the callbacks whose time has come, signed as they leave. Says how many.

    One that could not be delivered comes again, as it would from a real provider.
    """
    now = utc_now()
    due = await sandbox.books.claim_callbacks(now, now + _TRIED_AGAIN_AFTER, BATCH)
    for callback_id, notice_id, body in due:
        await deliver(*await sandbox.sign(body, notice_id))
        await sandbox.books.forget_callback(callback_id)
    return len(due)
