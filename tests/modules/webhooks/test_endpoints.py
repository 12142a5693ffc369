"""Endpoints are the shop's own, lead out into the world, and tell an app no more than it may read."""

import asyncio
import socket
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from tests.conftest import SignUp
from tests.live.stage import envelope_of
from tests.modules.orders.market import open_market
from tests.modules.webhooks.desk import Desk
from tests.modules.webhooks.receiver import Receiver

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.apps import AppDisconnected, AppId
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.edge.context import Context
from xiaodian.infra.outbound import AddressRefusedError
from xiaodian.modules.webhooks import handlers
from xiaodian.modules.webhooks.api import EndpointInput, create_endpoint, list_endpoints, list_events, list_types
from xiaodian.modules.webhooks.catalogue import CHOOSABLE
from xiaodian.modules.webhooks.deliverer import Deliverer
from xiaodian.modules.webhooks.sender import Sender

PUBLIC = "https://1.1.1.1/hook"


@pytest.fixture
def strict(desk: Desk) -> Context:
    """The context of an operator who lets nothing go into the own network, as it is unless one says otherwise."""
    return msgspec.structs.replace(
        desk.ctx, settings=msgspec.structs.replace(desk.ctx.settings, outbound_private_addresses=False)
    )


def owner(desk: Desk) -> Caller:
    """The seller as use cases see them."""
    return Caller(
        account_id=desk.market.seller_id, display_name="卖家", is_operator=False, scopes=frozenset({Scope.EVERYTHING})
    )


def app(desk: Desk, *scopes: Scope) -> Caller:
    """An app that the seller let in."""
    return Caller(
        account_id=desk.market.seller_id,
        display_name="卖家",
        is_operator=False,
        scopes=frozenset({Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE, *scopes}),
        shop_id=desk.market.shop_id,
        app_id=uuid4(),
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://1.1.1.1/hook", "not_https"),
        ("https://127.0.0.1/hook", "private_address"),
        ("https://[::1]/hook", "private_address"),
        ("https://10.1.2.3/hook", "private_address"),
        ("https://169.254.169.254/latest/meta-data", "private_address"),
        ("https://[::ffff:192.168.1.1]/hook", "private_address"),
        ("https://localhost/hook", "private_address"),
        ("https://name:word@1.1.1.1/hook", "bad_address"),
        ("ftp://1.1.1.1/hook", "bad_address"),
        ("hook", "bad_address"),
    ],
)
async def test_an_address_that_leads_into_our_own_network_is_refused(
    desk: Desk, strict: Context, url: str, reason: str
) -> None:
    wish = EndpointInput(url=url, types=["order.paid"])
    with pytest.raises(AddressRefusedError) as refused:
        await create_endpoint(strict, owner(desk), desk.market.shop_id, wish)
    assert (refused.value.field, refused.value.params["reason"]) == ("url", reason)
    assert await desk.rows("endpoint") == 0


async def test_a_name_that_leads_elsewhere_at_delivery_is_not_called(
    desk: Desk, strict: Context, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it was given, the own machine when it is called."""
    answers = [["1.1.1.1"], ["127.0.0.1"], ["1.1.1.1", "127.0.0.1"]]
    loop = asyncio.get_running_loop()
    ask = loop.getaddrinfo

    async def _lie(host: str, port: int, **more: Any) -> Any:
        if host != "rebound.example":
            return await ask(host, port, **more)
        ips = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr(loop, "getaddrinfo", _lie)
    wish = EndpointInput(url=f"https://rebound.example:{receiver.port}/hook", types=["shipment.tracked"])
    made = await create_endpoint(strict, owner(desk), desk.market.shop_id, wish)
    await desk.happen(desk.tracked(uuid4(), "x"), desk.tracked(uuid4(), "y"))
    async with Sender(strict.settings) as sender:
        await Deliverer(strict, sender).drain()
    assert receiver.received == []
    log = await desk.log({"endpoint_id": str(made.endpoint.endpoint_id)})
    assert {one["error"] for one in log} == {"private_address"}


async def test_a_bare_ip_is_judged_at_delivery_too(desk: Desk, strict: Context, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    await desk.happen(desk.tracked(uuid4(), "x"))
    async with Sender(strict.settings) as sender:
        await Deliverer(strict, sender).drain()
    assert receiver.received == []
    assert [one["error"] for one in await desk.log(endpoint)] == ["private_address"]


async def test_the_secret_is_told_once_and_stands_in_no_other_answer(desk: Desk) -> None:
    endpoint = await desk.make(PUBLIC)
    assert endpoint["secret"].startswith("whsec_")
    for path in (desk.path, f"{desk.path}/{endpoint['endpoint_id']}"):
        assert "whsec_" not in (await desk.seller.get(path)).text


async def test_what_is_changed_is_kept_and_what_is_left_out_stays(desk: Desk) -> None:
    endpoint = await desk.make(PUBLIC, ["order.paid"], description="仓库")
    path = f"{desk.path}/{endpoint['endpoint_id']}"
    changed = (await desk.seller.patch(path, json={"types": ["order.placed", "order.paid"]})).json()
    assert (changed["url"], changed["description"], changed["types"]) == (
        PUBLIC,
        "仓库",
        ["order.placed", "order.paid"],
    )
    for body, field in (
        ({"types": []}, "types"),
        ({"types": ["order.paid", "order.eaten"]}, "types[1]"),
        ({"description": "x" * 101}, "description"),
        ({"url": ""}, "url"),
        ({"color": "red"}, None),
    ):
        answer = await desk.seller.patch(path, json=body)
        assert answer.status_code in (400, 422), answer.text
        assert field is None or field in (answer.json()["field"] or answer.text)
    assert (await desk.see(endpoint))["types"] == ["order.placed", "order.paid"]


async def test_only_what_was_chosen_is_sent(desk: Desk, receiver: Receiver) -> None:
    await desk.make(receiver.url, ["order.paid"])
    await desk.happen(desk.tracked(uuid4(), "x"))
    assert await desk.deliver() == 0
    assert await desk.rows("event") == 1


async def test_a_shop_has_only_so_many(desk: Desk) -> None:
    for _ in range(20):
        await desk.make(PUBLIC, ["order.paid"])
    answer = await desk.seller.post(desk.path, json={"url": PUBLIC, "types": ["order.paid"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")
    assert await desk.rows("endpoint") == 20


async def test_strangers_are_told_that_there_is_nothing(desk: Desk, sign_up: SignUp) -> None:
    endpoint = await desk.make(PUBLIC)
    other = await open_market(desk.ctx, sign_up)
    for method, rest in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/secret-rotation")):
        for shop_id in (desk.market.shop_id, other.shop_id):
            path = f"/api/shops/{shop_id}/webhooks/{endpoint['endpoint_id']}{rest}"
            answer = await other.seller.request(method, path, json={} if method == "PATCH" else None)
            assert answer.status_code == 404, (method, path, answer.text)
    assert (await desk.see(endpoint))["is_enabled"]


async def test_an_app_sees_what_it_made_itself_and_is_told_only_what_it_may_read(desk: Desk) -> None:
    await desk.make(PUBLIC)
    erp, shop_id = app(desk, Scope.ORDERS_READ), desk.market.shop_id
    made = await create_endpoint(desk.ctx, erp, shop_id, EndpointInput(url=PUBLIC, types=["order.paid"]))
    assert [one.endpoint_id for one in await list_endpoints(desk.ctx, erp, shop_id)] == [made.endpoint.endpoint_id]
    assert len(await list_endpoints(desk.ctx, owner(desk), shop_id)) == 2
    with pytest.raises(ForbiddenError):
        await create_endpoint(desk.ctx, erp, shop_id, EndpointInput(url=PUBLIC, types=["payout.sent"]))
    told = {one.type for one in await list_types(desk.ctx, erp, shop_id)}
    assert "order.paid" in told
    assert "payout.sent" not in told
    await desk.market.sku()
    await desk.happen(desk.tracked(uuid4(), "x"))
    page = await list_events(desk.ctx, erp, shop_id, cursor=None, types=(), limit=50)
    assert [one.type for one in page.items] == ["shipment.tracked"]
    with pytest.raises(ForbiddenError):
        await list_events(desk.ctx, erp, shop_id, cursor=None, types=["stock.changed"], limit=50)
    stranger = msgspec.structs.replace(erp, shop_id=uuid4())
    with pytest.raises(NotFoundError):
        await list_events(desk.ctx, stranger, shop_id, cursor=None, types=(), limit=50)
    assert set(told) < set(CHOOSABLE) | {"endpoint.test"}


async def test_an_app_that_is_shut_out_is_told_nothing_more(desk: Desk, receiver: Receiver) -> None:
    erp, shop_id = app(desk, Scope.ORDERS_READ), desk.market.shop_id
    await create_endpoint(desk.ctx, erp, shop_id, EndpointInput(url=receiver.url, types=["shipment.tracked"]))
    await desk.happen(desk.tracked(uuid4(), "x"))
    [consumer] = handlers.consumers(desk.ctx)
    assert erp.app_id
    gone = AppDisconnected(shop_id=shop_id, app_id=AppId(erp.app_id), account_id=erp.account_id)
    await consumer.handle([envelope_of(gone)])
    assert await desk.deliver() == 0
    assert [await desk.rows(table) for table in ("endpoint", "lane", "delivery")] == [0, 0, 0]
