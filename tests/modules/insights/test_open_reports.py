"""A shop's systems read a room's report: what it says is what the console says, and of other shops it says nothing."""

from collections.abc import Callable

import httpx
import pytest
from tests.modules.apps.dance import make_app_token
from tests.modules.insights.observer import Observer
from tests.modules.insights.test_report import end_room, read, values
from tests.modules.insights.test_report_prints import sold

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.figures import DEFINITIONS
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.insights.report_rules import MONEY

__all__ = ["sold"]
MakeClient = Callable[[], httpx.AsyncClient]


async def let_in(observer: Observer, make_client: MakeClient, *scopes: Scope) -> httpx.AsyncClient:
    """A system of the shop's own with these scopes."""
    program = make_client()
    token = await make_app_token(observer.stage.host, observer.stage.shop_id, scopes, make_client())
    program.headers["authorization"] = f"Bearer {token}"
    return program


def path_of(observer: Observer) -> str:
    """Where the room's report is."""
    return f"/open/v1/rooms/{observer.stage.room_id}/report"


async def test_a_program_reads_the_figures_of_the_consoles_report_with_what_each_means(
    sold: Observer, make_client: MakeClient
) -> None:
    program = await let_in(sold, make_client, Scope.ROOMS_READ, Scope.FINANCE_READ)
    answer = await program.get(path_of(sold))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    own = await read(sold, sold.stage.host, shop_id=str(sold.stage.shop_id))
    for part in ("value", "median", "last"):
        assert values(told, part) == values(own, part)
    formulas = {each.key: each.formula for each in DEFINITIONS}
    assert all(each["formula"] == formulas[each["key"]] for each in told["figures"])
    assert [each["product_id"] for each in told["products"]] == [each["product_id"] for each in own["products"]]
    assert (told["steps"], told["title"], told["is_whole"]) == (own["steps"], own["title"], own["is_whole"])
    began = from_epoch_ms(own["started_at_ms"]).isoformat().replace("+00:00", "Z")
    assert told["started_at"] == began
    assert [each["gmv_minor"] for each in told["minutes"]["items"]] == [
        each["gmv_minor"] for each in own["minutes"]["items"]
    ]


async def test_a_program_that_may_not_see_money_is_told_none_and_no_buyer_is_named(
    sold: Observer, make_client: MakeClient
) -> None:
    told = (await (await let_in(sold, make_client, Scope.ROOMS_READ)).get(path_of(sold))).json()
    assert all(values(told, part)[key] is None for key in MONEY for part in ("value", "median", "last"))
    minor = [*told["minutes"]["items"], *told["products"], *told["flash_sales"], told["best_minute"]]
    assert {each["gmv_minor"] for each in minor} == {None}
    async with sold.ctx.database.connection() as connection:
        buyers = await connection.fetch("SELECT buyer_id, buyer_name FROM orders.order")
    assert buyers
    assert all(str(each["buyer_id"]) not in str(told) and each["buyer_name"] not in str(told) for each in buyers)


@pytest.mark.parametrize("scope", [Scope.FINANCE_READ, Scope.FANS_READ])
async def test_a_program_without_the_scope_for_rooms_reads_no_report(
    sold: Observer, make_client: MakeClient, scope: Scope
) -> None:
    assert (await (await let_in(sold, make_client, scope)).get(path_of(sold))).status_code == 403


async def test_a_room_that_is_not_over_has_no_report_yet_and_anothers_room_has_none_for_the_program(
    observer: Observer, make_client: MakeClient
) -> None:
    await observer.stage.go_on_air()
    program = await let_in(observer, make_client, Scope.ROOMS_READ)
    early = await program.get(path_of(observer))
    assert (early.status_code, early.json()["code"]) == (409, "room_not_over")
    await end_room(observer)
    assert (await program.get(path_of(observer))).status_code == 200
    stranger = make_client()
    token = await make_app_token(observer.other, observer.other_shop_id, (Scope.ROOMS_READ,), make_client())
    stranger.headers["authorization"] = f"Bearer {token}"
    assert (await stranger.get(path_of(observer))).status_code == 404
