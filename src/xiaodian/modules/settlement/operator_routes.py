"""HTTP: what operators do with money: payouts, batches for the bank, freezes, reconciliation."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError
from xiaodian.contracts.settlement import (
    AlreadyFrozenError,
    IllegalPayoutMoveError,
    MoneyFrozenError,
    NotFrozenError,
    NothingToPayError,
    PayoutState,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import PayloadTooLargeError, problems
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement.models import Freeze, Owner, Payout
from xiaodian.modules.settlement.rules import parse_day
from xiaodian.modules.settlement.service import batches, owners, payout_rows, payouts
from xiaodian.modules.settlement.service.batches import Results
from xiaodian.modules.settlement.service.operator_payouts import find_names, see_payouts
from xiaodian.modules.settlement.service.reconcile import reconcile
from xiaodian.modules.settlement.wire import ReconciliationView
from xiaodian.modules.settlement.wire_payouts import (
    BatchView,
    FreezeInput,
    FreezeView,
    OperatorPayoutView,
    ReasonInput,
    ResultsUpload,
    to_batch_view,
    to_freeze_view,
    to_operator_payout_view,
)

TAGS = ["operator"]
MAX_FILE_BYTES = 1024 * 1024
OPERATOR = access(Access.OPERATOR)
MOVE_PROBLEMS = problems(ForbiddenError, IllegalPayoutMoveError, MoneyFrozenError, NotFoundError, *orders.ONCE_REFUSALS)


class ResultsFile(msgspec.Struct, frozen=True):
    """What the bank wrote, as it is compared with what came under the same Idempotency-Key before."""

    content: bytes


Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
StateFilter = Annotated[PayoutState | None, QueryParameter(name="state")]


@get("/api/operator/payouts", opt=OPERATOR, tags=TAGS, responses=problems(ForbiddenError, InvalidInputError))
async def list_payouts(
    ctx: Ctx,
    caller: SignedIn,
    state_filter: StateFilter = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[OperatorPayoutView]:
    """Payouts of everybody, those that wait longest first."""
    after = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await payout_rows.list_payouts_by_state(connection, state_filter, after=after, limit=limit + 1)
        seen = await see_payouts(connection, found[:limit])
    return Page(
        items=[to_operator_payout_view(one) for one in seen],
        next_cursor=encode_cursor(found[limit - 1].payout_id) if len(found) > limit else None,
    )


@post(
    "/api/operator/payouts/{payout_id:uuid}/release",
    opt=OPERATOR,
    tags=TAGS,
    status_code=200,
    responses=MOVE_PROBLEMS,
)
async def release_payout(
    ctx: Ctx, caller: SignedIn, payout_id: FromPath[UUID], idempotency_key: IdempotencyKey
) -> OperatorPayoutView:
    """Let a payout go to the bank with the next batch."""

    async def _run(connection: Connection) -> OperatorPayoutView:
        return await _see(connection, await payouts.release_payout(connection, caller, payout_id))

    operation = f"release payout {payout_id}"
    return await orders.answer_once(
        ctx.database, caller, idempotency_key, operation, orders.NoBody(), OperatorPayoutView, _run
    )


@post(
    "/api/operator/payouts/{payout_id:uuid}/rejection",
    opt=OPERATOR,
    tags=TAGS,
    status_code=200,
    responses=MOVE_PROBLEMS,
)
async def reject_payout(
    ctx: Ctx,
    caller: SignedIn,
    payout_id: FromPath[UUID],
    data: JSONBody[ReasonInput],
    idempotency_key: IdempotencyKey,
) -> OperatorPayoutView:
    """Refuse a payout, with a reason that its owner reads; the money is back in the balance."""

    async def _run(connection: Connection) -> OperatorPayoutView:
        return await _see(connection, await payouts.reject_payout(connection, caller, payout_id, data.reason))

    operation = f"reject payout {payout_id}"
    return await orders.answer_once(ctx.database, caller, idempotency_key, operation, data, OperatorPayoutView, _run)


@post(
    "/api/operator/payout-batches",
    opt=OPERATOR,
    tags=TAGS,
    responses=problems(ForbiddenError, NothingToPayError, *orders.ONCE_REFUSALS),
)
async def make_payout_batch(ctx: Ctx, caller: SignedIn, idempotency_key: IdempotencyKey) -> BatchView:
    """Put all released payouts, up to a thousand, into one file for the bank. Frozen money stays out."""

    async def _run(connection: Connection) -> BatchView:
        return to_batch_view(await batches.make_batch(connection, caller))

    return await orders.answer_once(
        ctx.database, caller, idempotency_key, "payout batch", orders.NoBody(), BatchView, _run
    )


@get("/api/operator/payout-batches", opt=OPERATOR, tags=TAGS, responses=problems(ForbiddenError, InvalidInputError))
async def list_payout_batches(
    ctx: Ctx, caller: SignedIn, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[BatchView]:
    """Batches, the newest first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await batches.list_batches(connection, before=before, limit=limit + 1)
    return Page(
        items=[to_batch_view(batch) for batch in found[:limit]],
        next_cursor=encode_cursor(found[limit - 1].batch_id) if len(found) > limit else None,
    )


@get(
    "/api/operator/payout-batches/{batch_id:uuid}/file",
    opt=OPERATOR,
    tags=TAGS,
    responses=problems(ForbiddenError, NotFoundError),
    media_type="text/csv; charset=utf-8",
)
async def download_payout_batch(ctx: Ctx, caller: SignedIn, batch_id: FromPath[UUID]) -> Response[bytes]:
    """The file for the bank, the same whenever it is asked for. Who takes it is written down."""
    file = await batches.get_file(ctx, caller, batch_id)
    headers = {"content-disposition": f'attachment; filename="payouts-{batch_id}.csv"', "cache-control": "no-store"}
    return Response(file, media_type="text/csv; charset=utf-8", headers=headers)


@post(
    "/api/operator/payout-batches/{batch_id:uuid}/results",
    opt=OPERATOR,
    tags=TAGS,
    status_code=200,
    request_max_body_size=MAX_FILE_BYTES,
    responses=problems(ForbiddenError, InvalidInputError, NotFoundError, PayloadTooLargeError, *orders.ONCE_REFUSALS),
)
async def take_payout_results(
    ctx: Ctx,
    caller: SignedIn,
    batch_id: FromPath[UUID],
    data: MultipartBody[ResultsUpload],
    idempotency_key: IdempotencyKey,
) -> Results:
    """What the bank did: CSV rows of payout id, `paid` or `failed`, a word why. The same file again changes nothing."""
    file = ResultsFile(await data.file.read())

    async def _run(connection: Connection) -> Results:
        return await batches.take_results(connection, caller, batch_id, file.content)

    operation = f"results of payout batch {batch_id}"
    return await orders.answer_once(ctx.database, caller, idempotency_key, operation, file, Results, _run)


@post(
    "/api/operator/freezes",
    opt=OPERATOR,
    tags=TAGS,
    responses=problems(AlreadyFrozenError, ForbiddenError, InvalidInputError, NotFoundError, *orders.ONCE_REFUSALS),
)
async def freeze_money(
    ctx: Ctx, caller: SignedIn, data: JSONBody[FreezeInput], idempotency_key: IdempotencyKey
) -> FreezeView:
    """Freeze somebody's money, with a reason that they read; nothing of it is paid out until it is lifted."""
    owner = Owner(data.kind, data.owner_id)

    async def _run(connection: Connection) -> FreezeView:
        return await _see_freeze(connection, await owners.freeze(connection, owner, caller.account_id, data.reason))

    return await orders.answer_once(ctx.database, caller, idempotency_key, "freeze", data, FreezeView, _run)


@post(
    "/api/operator/freezes/{freeze_id:uuid}/lift",
    opt=OPERATOR,
    tags=TAGS,
    status_code=200,
    responses=problems(ForbiddenError, InvalidInputError, NotFoundError, NotFrozenError, *orders.ONCE_REFUSALS),
)
async def lift_freeze(
    ctx: Ctx,
    caller: SignedIn,
    freeze_id: FromPath[UUID],
    data: JSONBody[ReasonInput],
    idempotency_key: IdempotencyKey,
) -> FreezeView:
    """Let frozen money go."""

    async def _run(connection: Connection) -> FreezeView:
        freeze = await owners.lift_freeze(connection, freeze_id, caller.account_id, data.reason)
        return await _see_freeze(connection, freeze)

    operation = f"lift freeze {freeze_id}"
    return await orders.answer_once(ctx.database, caller, idempotency_key, operation, data, FreezeView, _run)


@get("/api/operator/freezes", opt=OPERATOR, tags=TAGS, responses=problems(ForbiddenError, InvalidInputError))
async def list_freezes(
    ctx: Ctx, caller: SignedIn, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[FreezeView]:
    """Who froze whose money, when and why, and who let it go; the newest first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await owners.list_freezes(connection, before=before, limit=limit + 1)
        names = await find_names(connection, {Owner(freeze.kind, freeze.owner_id) for freeze in found})
    return Page(
        items=[to_freeze_view(freeze, names[Owner(freeze.kind, freeze.owner_id)]) for freeze in found[:limit]],
        next_cursor=encode_cursor(found[limit - 1].freeze_id) if len(found) > limit else None,
    )


@get("/api/operator/reconciliation", opt=OPERATOR, tags=TAGS, responses=problems(ForbiddenError, InvalidInputError))
async def get_reconciliation(
    ctx: Ctx, caller: SignedIn, day: Annotated[str, QueryParameter(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
) -> ReconciliationView:
    """Where the books of a day (`2026-11-11`) do not agree: providers, payments, ledger, orders, settlements, stock."""
    return ReconciliationView(day=day, differences=await reconcile(ctx, parse_day(day)))


async def _see(connection: Connection, payout: Payout) -> OperatorPayoutView:
    [seen] = await see_payouts(connection, [payout])
    return to_operator_payout_view(seen)


async def _see_freeze(connection: Connection, freeze: Freeze) -> FreezeView:
    owner = Owner(freeze.kind, freeze.owner_id)
    names = await find_names(connection, [owner])
    return to_freeze_view(freeze, names[owner])


OPERATOR_ROUTES: list[Any] = [
    list_payouts,
    release_payout,
    reject_payout,
    make_payout_batch,
    list_payout_batches,
    download_payout_batch,
    take_payout_results,
    freeze_money,
    lift_freeze,
    list_freezes,
    get_reconciliation,
]
