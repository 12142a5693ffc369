"""An app has a budget, is told of it, and everything it calls stands in a log."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from tests.modules.apps.conftest import Stage
from tests.modules.apps.dance import make_app_token

from xiaodian.app import wire
from xiaodian.contracts.apps import AppId
from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.risk import Limit
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import earliest_id, new_id
from xiaodian.modules.apps.api import OpenDesk
from xiaodian.modules.apps.gate import BLOCK
from xiaodian.modules.apps.jobs import jobs
from xiaodian.modules.apps.service import note_calls
from xiaodian.modules.apps.service.note_calls import Call, CallLog
from xiaodian.modules.risk.api import SharedPace

NOTHING = "/open/v1/nothing-here"
A_DAY_S = 86_400.0


@pytest.fixture
def desk(stage: Stage, ctx: Context) -> OpenDesk:
    """The desk of the app that the stage's clients talk to, with a budget of three calls; none comes back meanwhile."""
    transport = stage.program._transport
    assert isinstance(transport, httpx.ASGITransport)
    app = transport.app
    small = msgspec.structs.replace(ctx.settings, open_api_burst=3, open_api_per_second=1)
    wire(app, msgspec.structs.replace(ctx, settings=small))  # type: ignore[arg-type]
    desk = app.state.open_desk  # type: ignore[attr-defined]
    assert isinstance(desk, OpenDesk)
    desk.pace = SharedPace(ctx.database, Limit(name="open_api", burst=3, period_s=A_DAY_S), BLOCK)
    return desk


async def test_the_budget_is_told_with_each_answer_and_holds(stage: Stage, desk: OpenDesk) -> None:
    tokens = await stage.tokens()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    answers = [await stage.program.get(NOTHING, headers=bearer) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"app";q=3;w=3'}
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    refused = answers[3]
    assert refused.json()["code"] == "too_many_requests"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "application/problem+json"


async def test_one_apps_calls_do_not_use_up_anothers_budget(stage: Stage, desk: OpenDesk) -> None:
    tokens = await stage.tokens()
    own = await make_app_token(stage.seller, stage.shop_id, ("orders:read",), stage.program)
    for _ in range(4):
        await stage.program.get(NOTHING, headers={"authorization": f"Bearer {tokens['access_token']}"})
    answer = await stage.program.get(NOTHING, headers={"authorization": f"Bearer {own}"})
    assert answer.status_code == 404


async def test_sessions_and_strangers_pass_the_gate_and_are_not_logged(stage: Stage, desk: OpenDesk) -> None:
    for client in (stage.seller, stage.program):
        answers = [await client.get(NOTHING) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {404}
        assert "ratelimit" not in answers[0].headers
    await desk.calls.flush()
    assert await _log(stage) == []


async def test_every_call_is_in_the_shops_log_refused_ones_too(stage: Stage, desk: OpenDesk) -> None:
    tokens = await stage.tokens()
    bearer = {"authorization": f"Bearer {tokens['access_token']}", "x-request-id": "erp-run-0001"}
    for method in ("GET", "POST", "GET", "GET"):
        await stage.program.request(method, NOTHING, headers=bearer)
    await desk.calls.flush()
    log = await _log(stage)
    assert [(call["method"], call["status"]) for call in log] == [
        ("GET", 429),
        ("GET", 404),
        ("POST", 404),
        ("GET", 404),
    ]
    assert {call["request_id"] for call in log} == {"erp-run-0001"}
    assert all(call["duration_us"] > 0 for call in log)
    now_ms = utc_now().timestamp() * 1000
    assert all(now_ms - 60_000 < call["at_ms"] <= now_ms for call in log)
    assert [call["method"] for call in await _log(stage, method="POST")] == ["POST"]
    assert len(await _log(stage, outcome="refused")) == 4
    assert await _log(stage, outcome="failed") == []
    [connected] = (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"]
    assert (connected["calls_today"], connected["refused_today"], connected["dropped_today"]) == (4, 4, 0)
    assert connected["last_call_at_ms"] is not None


async def test_the_log_goes_on_by_cursor(stage: Stage, ctx: Context) -> None:
    await _note(CallLog(ctx.database), stage, 7)
    path = f"/api/shops/{stage.shop_id}/apps/{stage.app.client_id}/calls"
    seen: list[str] = []
    cursor = None
    while True:
        page = (await stage.seller.get(path, params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [call["call_id"] for call in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)
    assert (await stage.seller.get(path, params={"cursor": "forged"})).status_code == 422
    assert (await stage.seller.get(path, params={"limit": 1000})).status_code == 400


async def test_a_page_of_a_filter_ends_after_so_many_calls_with_a_cursor_to_go_on(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaodian.modules.apps.service.list_calls.MOST_SCANNED", 3)
    await _note(CallLog(ctx.database), stage, 5)
    path = f"/api/shops/{stage.shop_id}/apps/{stage.app.client_id}/calls"
    page = (await stage.seller.get(path, params={"method": "DELETE"})).json()
    assert page["items"] == []
    last = (await stage.seller.get(path, params={"method": "DELETE", "cursor": page["next_cursor"]})).json()
    assert last == {"items": [], "next_cursor": None}


async def test_what_does_not_fit_into_the_queue_is_counted_and_shown(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.tokens()
    monkeypatch.setattr(note_calls, "MAX_WAITING", 2)
    await _note(CallLog(ctx.database), stage, 5)
    assert len(await _log(stage)) == 2
    [connected] = (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"]
    assert (connected["calls_today"], connected["dropped_today"]) == (5, 3)


async def test_a_log_that_cannot_be_written_waits_until_it_can(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = CallLog(ctx.database)

    async def _fail(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(note_calls, "ensure_days", _fail)
        calls.note(_call(stage))
        with pytest.raises(UnavailableError):
            await calls.flush()
    await calls.flush()
    assert len(await _log(stage)) == 1


async def test_old_days_are_forgotten_and_the_next_are_ready(stage: Stage, ctx: Context, database: Database) -> None:
    long_ago = utc_now() - timedelta(days=31)
    calls = CallLog(ctx.database)
    old = UUID(int=earliest_id(long_ago).int | 0x7000_8000_0000_0000_0000)
    calls.note(_call(stage)._replace(call_id=old))
    calls.note(_call(stage))
    await calls.flush()
    assert len(await _log(stage)) == 2
    for job in jobs(ctx):
        await job.run()
    assert len(await _log(stage)) == 1
    async with database.connection() as connection:
        ready = await connection.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'apps.call'::regclass")
    assert ready == 3


async def _log(stage: Stage, **params: str) -> list[dict[str, Any]]:
    answer = await stage.seller.get(f"/api/shops/{stage.shop_id}/apps/{stage.app.client_id}/calls", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def _note(calls: CallLog, stage: Stage, count: int) -> None:
    for _ in range(count):
        calls.note(_call(stage))
    await calls.flush()
    await calls.close()


def _call(stage: Stage) -> Call:
    return Call(
        call_id=new_id(),
        shop_id=ShopId(stage.shop_id),
        app_id=AppId(UUID(stage.app.client_id)),
        method="GET",
        route="/open/v1/orders",
        status=200,
        request_id="x",
        duration_us=1,
    )
