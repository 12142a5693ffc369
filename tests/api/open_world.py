"""The world as programs see it: tokens of apps for the owner's shop, for another shop, narrow and expired ones."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from tests.api.rows_fans import CLUB_RULES
from tests.api.world import World
from tests.modules.apps.dance import make_app_token

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.apps import APP_SCOPES
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts.api import hash_token

NOWHERE = "00000000-0000-7000-8000-000000000000"
OPEN_CALLERS = ("no token", "no scope", "other shop", "expired", "right")
UNTOUCHED_BY_REFUSALS = (
    "aftersales",
    "catalog",
    "live",
    "club",
    "fans",
    "orders",
    "promotion",
    "settlement",
    "shops",
    "integrations",
    "surfacing",
)


class OpenWorld(NamedTuple):
    """Programs by what their token is like, and the ids of what the shop has."""

    programs: Mapping[str, httpx.AsyncClient]
    ids: Mapping[str, str]
    fill: Callable[[Any], Any]

    @property
    def right(self) -> httpx.AsyncClient:
        """A program that may do everything in the shop."""
        return self.programs["right"]


def program(make_client: Callable[[], httpx.AsyncClient], token: str | None) -> httpx.AsyncClient:
    """A client with a bearer token."""
    client = make_client()
    if token:
        client.headers["authorization"] = f"Bearer {token}"
    return client


async def let_in(
    seller: httpx.AsyncClient, shop_id: str, scopes: Collection[Scope], anonymous: httpx.AsyncClient
) -> str:
    """A token of a new system of the shop's own."""
    return await make_app_token(seller, shop_id, tuple(scopes), anonymous)


async def make_open_world(world: World, make_client: Callable[[], httpx.AsyncClient], database: Database) -> OpenWorld:
    """Programs of the owner's shop and of a stranger's, and orders of the owner's shop in every state."""
    owner, other, nobody = world.clients["owner"], world.clients["other"], world.clients["anonymous"]
    other_shop = await other.post("/api/shops", json={"name": "隔壁小店"})
    assert other_shop.status_code == 201, other_shop.text
    everything, narrow = APP_SCOPES, (Scope.STAFF_READ,)
    tokens = {
        "no token": None,
        "no scope": await let_in(owner, world.ids["shop_id"], narrow, nobody),
        "other shop": await let_in(other, other_shop.json()["shop_id"], everything, nobody),
        "expired": await let_in(owner, world.ids["shop_id"], everything, nobody),
        "right": await let_in(owner, world.ids["shop_id"], everything, nobody),
    }
    club = await owner.put(f"/api/shops/{world.ids['shop_id']}/fan-club/settings", json=CLUB_RULES)
    assert club.status_code == 200, club.text
    await _expire(database, tokens["expired"])
    world.ids.update(job_id=NOWHERE, video_id=NOWHERE, which="result")
    for name in ("to_ship_id", "to_batch_id", "to_cancel_id"):
        world.ids[name] = await place_paid_order(world)
    world.ids["now"] = utc_now().isoformat()
    programs = {name: program(make_client, token) for name, token in tokens.items()}
    world.ids.update(await _make_webhook(programs["right"]))
    return OpenWorld(programs, world.ids, world.fill)


async def _expire(database: Database, token: str | None) -> None:
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE apps.token SET expires_at = now() - interval '1 second' WHERE token_hash = $1",
            hash_token(token or ""),
        )


async def _make_webhook(right: httpx.AsyncClient) -> dict[str, str]:
    """An app sees the webhooks that are its own."""
    made = await right.post("/open/v1/webhooks", json={"url": "https://1.1.1.1/hook", "types": ["order.paid"]})
    assert made.status_code == 201, made.text
    webhook_id = made.json()["webhook"]["id"]
    sent = await right.post(f"/open/v1/webhooks/{webhook_id}/test")
    assert sent.status_code == 201, sent.text
    return {"webhook_id": webhook_id, "event_id": sent.json()["event_id"]}


async def place_paid_order(world: World) -> str:
    """An order of the owner's shop that waits to be shipped; says its id."""
    owner = world.clients["owner"]
    line = {"sku_id": world.ids["sku_id"], "quantity": 1, "price_minor": 2990}
    body = {"address_id": world.ids["address_id"], "lines": [line]}
    placed = await owner.post("/api/checkout", json=body, headers={"idempotency-key": uuid4().hex})
    assert placed.status_code == 201, placed.text
    order_id: str = placed.json()["orders"][0]["order_id"]
    charge = await owner.post(
        "/api/payments", json={"order_ids": [order_id], "provider": "sandbox"}, headers={"idempotency-key": uuid4().hex}
    )
    decision = f"/api/sandbox/charges/{charge.json()['charge_id']}/decision"
    answer = await owner.post(decision, json={"outcome": "succeed"})
    assert answer.status_code == 200, answer.text
    return order_id


async def fingerprint(database: Database) -> dict[str, str]:
    """A digest of every table that a call could change, by its name."""
    async with database.connection() as connection:
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1::text[])", UNTOUCHED_BY_REFUSALS
        )
        return {
            name: await connection.fetchval(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} AS t")
            for name in (f'"{table["schemaname"]}"."{table["tablename"]}"' for table in tables)
        }
