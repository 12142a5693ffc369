"""The platform's own part in the demo: an operator, and a coupon that holds in all shops."""

import time

from xiaodian.cli.show.catalogue import OPERATOR, PASSWORD
from xiaodian.cli.show.client import Json, Member
from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Database
from xiaodian.modules.accounts import api as accounts

CODE = "XIAODIAN"
YEAR_S = 365 * 24 * 3600


async def open_office(address: str, database_url: str) -> None:
    """Make the operator, as only the command line can, and issue the coupon unless that was done before."""
    operator = Member(address)
    try:
        await operator.enter(OPERATOR.sign_in, PASSWORD, OPERATOR.name)
        await _grant(database_url, AccountId(operator.me["account_id"]))
        # The session from before does not know of it yet.
        await operator.enter(OPERATOR.sign_in, PASSWORD, OPERATOR.name)
        issued = (await operator.call("GET", "/api/operator/coupons"))["items"]
        if all(coupon["code"] != CODE for coupon in issued):
            await operator.call("POST", "/api/operator/coupons", _coupon())
    finally:
        await operator.close()


async def _grant(database_url: str, account_id: AccountId) -> None:
    database = await Database.connect(database_url, pool_size=1)
    try:
        async with database.connection() as connection:
            await accounts.grant_operator(connection, account_id)
    finally:
        await database.close()


def _coupon() -> Json:
    return {
        "code": CODE,
        "title": "平台满88减8 · 8 off 88",
        "is_listed": True,
        "off_minor": 800,
        "min_spend_minor": 8800,
        "quota": 10_000,
        "per_account": 3,
        "valid_until_ms": int((time.time() + YEAR_S) * 1000),
    }
