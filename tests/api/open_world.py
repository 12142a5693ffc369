"""The world as programs see it: tokens of apps for the owner's shop, for another shop, narrow and expired ones."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
from tests.api.world import World

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now

OPEN_CALLERS = ("no token", "no scope", "other shop", "expired", "right")
UNTOUCHED_BY_REFUSALS = ("aftersales", "catalog", "live", "orders", "promotion", "settlement", "shops", "integrations")


class OpenWorld(NamedTuple):
    """Programs by what their token is like, and the ids of what the shop has."""

    programs: Mapping[str, httpx.AsyncClient]
    ids: Mapping[str, str]
    fill: Callable[[Any], Any]

    @property
    def owner_id(self) -> UUID:
        """Who owns the shop."""
        return UUID(self.ids["account_id"])

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


def let_in(app: Any, account_id: AccountId, shop_id: str, scopes: frozenset[Scope]) -> str:
    """A token of an app that this account has let into this shop."""
    token = f"test-{uuid4().hex}"
    caller = Caller(
        account_id=account_id,
        display_name="ERP",
        is_operator=False,
        scopes=scopes,
        shop_id=UUID(shop_id),
        app_id=uuid4(),
    )
    before = app.state.authenticate

    async def _authenticate(given: str) -> Caller | None:
        found: Caller | None = caller if given == token else await before(given)
        return found

    app.state.authenticate = _authenticate
    return token


async def make_open_world(world: World, app: Any, make_client: Callable[[], httpx.AsyncClient]) -> OpenWorld:
    """Programs of the owner's shop and of a stranger's, and orders of the owner's shop in every state."""
    everything = frozenset(Scope) - {Scope.EVERYTHING}
    owner_id, other_id = (AccountId(UUID(world.ids[name])) for name in ("account_id", "other_id"))
    other_shop = await world.clients["other"].post("/api/shops", json={"name": "隔壁小店"})
    assert other_shop.status_code == 201, other_shop.text
    tokens = {
        "no token": None,
        "no scope": let_in(app, owner_id, world.ids["shop_id"], frozenset({Scope.STAFF_READ})),
        "other shop": let_in(app, other_id, other_shop.json()["shop_id"], everything),
        "expired": "expired-token",
        "right": let_in(app, owner_id, world.ids["shop_id"], everything),
    }
    for name in ("to_ship_id", "to_batch_id", "to_cancel_id"):
        world.ids[name] = await place_paid_order(world)
    world.ids["now"] = utc_now().isoformat()
    programs = {name: program(make_client, token) for name, token in tokens.items()}
    return OpenWorld(programs, world.ids, world.fill)


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
