"""A shop with goods and buyers who are signed in, written straight into the tables.

Ten thousand sign-ups through the API would be a test of password hashing, and would take an hour.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts

PRICE_MINOR = 2990
CHUNK = 10_000


class Buyer(msgspec.Struct, frozen=True):
    """What a buyer's checkouts have in common, as bytes of HTTP."""

    account_id: UUID
    cookie: str
    head: bytes
    tail: bytes


async def seed_shop(database: Connection, stocks: Sequence[int], name: str = "rush") -> list[UUID]:
    """A shop with one product of so many SKUs, each with so many pieces (journalled); answers the SKUs."""
    shop_id, product_id, owner_id = new_id(), new_id(), new_id()
    await database.execute(
        "INSERT INTO shops.shop (shop_id, owner_id, name, name_key) VALUES ($1, $2, $3, $3)",
        shop_id,
        owner_id,
        f"{name} {shop_id.hex[-8:]}",
    )
    await database.execute(
        """
        INSERT INTO catalog.product (product_id, shop_id, title, description, picture_urls, state, currency,
            created_at, changed_at)
        VALUES ($1, $2, '丹东草莓', '', '{/media/pictures/a.webp}', 'on_sale', 'CNY', now(), now())
        """,
        product_id,
        shop_id,
    )
    sku_ids = [new_id() for _ in stocks]
    await database.executemany(
        """
        INSERT INTO catalog.sku (sku_id, product_id, shop_id, position, name, price_minor)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (sku_id, product_id, shop_id, position, f"{position + 1}斤装", PRICE_MINOR)
            for position, sku_id in enumerate(sku_ids)
        ],
    )
    await database.executemany(
        "INSERT INTO catalog.stock (stock_id, sku_id, on_hand) VALUES ($1, $1, $2)",
        list(zip(sku_ids, stocks, strict=True)),
    )
    await database.executemany(
        """
        INSERT INTO catalog.stock_journal (shop_id, journal_id, sku_id, stock_id, changed_at, changed_by, available_to,
            delta, kind)
        VALUES ($1, $2, $3, $3, now(), $4, $5, $5, 'opening')
        """,
        [(shop_id, new_id(), sku_id, owner_id, stock) for sku_id, stock in zip(sku_ids, stocks, strict=True)],
    )
    return sku_ids


async def seed_coupon(database: Connection, sku_id: UUID) -> bytes:
    """A coupon of the SKU's shop that never runs out; answers the members of a checkout that redeem it."""
    shop_id = await database.fetchval("SELECT shop_id FROM catalog.sku WHERE sku_id = $1", sku_id)
    await database.execute(
        """
        INSERT INTO promotion.coupon (shop_id, coupon_id, code, currency, off_minor, min_spend_minor, quota,
            per_account, valid_until, created_at)
        VALUES ($1, $2, 'RUSH', 'CNY', 100, 0, 100000000, 100000000, now() + interval '1 day', now())
        """,
        shop_id,
        new_id(),
    )
    return f',"shops":[{{"shop_id":"{shop_id}","coupon_code":"RUSH"}}]'.encode()


async def seed_buyers(database: Connection, count: int) -> list[Buyer]:
    """Buyers who are signed in for a day and have an address."""
    buyers: list[Buyer] = []
    while len(buyers) < count:
        buyers += await _seed_chunk(database, min(CHUNK, count - len(buyers)))
    return buyers


async def _seed_chunk(database: Connection, count: int) -> list[Buyer]:
    account_ids, address_ids = [new_id() for _ in range(count)], [new_id() for _ in range(count)]
    tokens = [accounts.new_session_token() for _ in range(count)]
    await database.executemany(
        "INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name) VALUES ($1, $2, '-', '小丹')",
        [(account_id, f"{account_id.hex}@example.com") for account_id in account_ids],
    )
    await database.executemany(
        "INSERT INTO accounts.session (token_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        [
            (accounts.hash_token(token), account_id, utc_now() + timedelta(days=1))
            for token, account_id in zip(tokens, account_ids, strict=True)
        ],
    )
    await database.executemany(
        """
        INSERT INTO accounts.address
        VALUES ($1, $2, '李小丹', '13800000001', '辽宁省 丹东市 振兴区', '江城大街 1 号', true)
        """,
        list(zip(account_ids, address_ids, strict=True)),
    )
    return [
        _to_buyer(account_id, address_id, token)
        for account_id, address_id, token in zip(account_ids, address_ids, tokens, strict=True)
    ]


def _to_buyer(account_id: UUID, address_id: UUID, token: str) -> Buyer:
    return Buyer(
        account_id=account_id,
        cookie=f"xd_session={token}",
        head=(
            f"POST /api/checkout HTTP/1.1\r\nhost: localhost\r\ncookie: xd_session={token}\r\n"
            "content-type: application/json\r\nidempotency-key: "
        ).encode(),
        tail=f'}}],"address_id":"{address_id}"'.encode(),
    )


def checkout_of(buyer: Buyer, sku_id: bytes, key: bytes, more: bytes = b"") -> bytes:
    """One checkout of one piece; `more` is further members of the body, each with a comma before it."""
    body = b'{"lines":[{"sku_id":"%s","quantity":1,"price_minor":%d%s%s}' % (sku_id, PRICE_MINOR, buyer.tail, more)
    return b"%s%s\r\ncontent-length: %d\r\n\r\n%s" % (buyer.head, key, len(body), body)
