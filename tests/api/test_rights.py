"""Every role on a shop's staff against every route of the shop: who lacks the right is told which one."""

from uuid import uuid4

import httpx
import pytest
from tests.api.rights import RIGHT_OF_ROUTE
from tests.api.routes import TABLES
from tests.api.world import World
from tests.conftest import SignUp

from xiaodian.contracts.accounts import has_right
from xiaodian.contracts.shops import ShopRole
from xiaodian.infra.database import Database
from xiaodian.modules.shops.rules import RIGHTS

NARROW = sorted(set(ShopRole) - {ShopRole.OWNER})
ROWS = {(row.method, row.path): row for rows in TABLES.values() for row in rows}


@pytest.fixture
async def staff(world: World, sign_up: SignUp, database: Database) -> dict[ShopRole, httpx.AsyncClient]:
    """Somebody of each role on the staff of the world's shop."""
    clients = {}
    for role in NARROW:
        clients[role], account_id = await sign_up(role)
        async with database.connection() as connection:
            await connection.execute(
                "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)",
                world.ids["shop_id"],
                account_id,
                role,
            )
    return clients


async def _ask(client: httpx.AsyncClient, world: World, key: tuple[str, str]) -> httpx.Response:
    row = ROWS[key]
    return await client.request(
        row.method,
        world.fill(row.address or row.path),
        json=world.fill(row.body) if row.body is not None else None,
        files=row.files,
        headers={"idempotency-key": uuid4().hex},
    )


async def test_who_lacks_the_right_for_a_route_is_told_which_one(
    world: World, staff: dict[ShopRole, httpx.AsyncClient]
) -> None:
    wrong = {}
    for role in NARROW:
        for key, right in RIGHT_OF_ROUTE.items():
            if right is None or has_right(RIGHTS[role], right):
                continue
            answer = await _ask(staff[role], world, key)
            if answer.status_code != 403 or answer.json()["params"].get("right") != right:
                wrong[role, key] = (answer.status_code, answer.text)
    assert wrong == {}


async def test_who_has_the_right_to_read_reads(world: World, staff: dict[ShopRole, httpx.AsyncClient]) -> None:
    wrong = {}
    for role in NARROW:
        for key, right in RIGHT_OF_ROUTE.items():
            if key[0] == "GET" and right is not None and has_right(RIGHTS[role], right):
                answer = await _ask(staff[role], world, key)
                if answer.status_code != ROWS[key].statuses[-1]:
                    wrong[role, key] = (answer.status_code, answer.text)
    assert wrong == {}


async def test_each_role_does_what_it_is_there_for(world: World, staff: dict[ShopRole, httpx.AsyncClient]) -> None:
    """One deed for each right to change something, by everybody who has it; the same again is harmless."""
    deeds = [
        ("PUT", "/api/skus/{sku_id}/stock", ShopRole.WAREHOUSE, 200),
        ("PUT", "/api/shops/{shop_id}/bank-account", ShopRole.FINANCE, 200),
        ("PATCH", "/api/shops/{shop_id}", ShopRole.MANAGER, 200),
        ("PATCH", "/api/products/{product_id}", ShopRole.MANAGER, 200),
        ("POST", "/api/shops/{shop_id}/coupons", ShopRole.MANAGER, 201),
        ("POST", "/api/shops/{shop_id}/staff-invitations", ShopRole.MANAGER, 201),
        ("POST", "/api/orders/{order_id}/cancel", ShopRole.SERVICE, 200),
    ]
    for method, path, role, status in deeds:
        answer = await _ask(staff[role], world, (method, path))
        assert answer.status_code == status, (path, role, answer.text)
