"""Rows of this module's tables, private to it."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.club import ClubLevel, ClubRules
from xiaodian.contracts.shops import ShopId

Buyer = tuple[ShopId, AccountId]


class Club(msgspec.Struct, frozen=True, kw_only=True):
    """A row of club.club. `version` grows with what is set; members are brought up to it by a job."""

    shop_id: ShopId
    is_open: bool
    name: str
    word: str
    rules: ClubRules
    levels: list[ClubLevel]
    version: int
    applied_version: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A row of club.member."""

    shop_id: ShopId
    account_id: AccountId
    joined_at: datetime
    from_watching: int
    from_buying: int
    from_following: int
    points: int
    level: int


class Risen(NamedTuple):
    """A member who reached a level just now."""

    shop_id: ShopId
    account_id: AccountId
    level: int
