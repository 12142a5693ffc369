"""Structs of catalog on the wire, beside those of its contract."""

import re
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Input, InvalidInputError, Line
from xiaodian.contracts.catalog import Category, JournalKind, StockId
from xiaodian.modules.catalog.rules import MAX_FEE_BP

CategoryName = Annotated[Line, Meta(min_length=1, max_length=40)]


class CategoryList(Contract, frozen=True, kw_only=True):
    """All categories; there are only a few."""

    items: list[Category]


class CategoryInput(Input, frozen=True, kw_only=True):
    """A category as it shall be."""

    name_zh: CategoryName
    name_en: CategoryName
    fee_bp: Annotated[int, Meta(ge=0, le=MAX_FEE_BP)]
    """What the platform takes of what is sold from now on, in 1/10,000."""


class JournalEntry(Contract, frozen=True, kw_only=True):
    """Pieces that came or went other than by orders."""

    journal_id: UUID
    stock_id: StockId
    """The SKU's own stock (the same id), or what a flash sale has set aside."""
    kind: JournalKind
    change: int
    """How many more could be bought afterwards."""
    available: int
    """What could be bought afterwards."""
    reason: str | None
    changed_at_ms: int
    changed_by: AccountId | None
    """Null: nobody, by the clock alone."""


class Approval(Input, frozen=True, kw_only=True):
    """The version that was looked at."""

    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class Rejection(Approval, frozen=True, kw_only=True):
    """The same, and what the shop shall mend."""

    reason: Annotated[Line, Meta(min_length=1, max_length=200)]


_VERSION = re.compile(r'(?a:(?:W/)?"?(\d{1,9})"?)')


def read_version(if_match: str | None) -> int | None:
    """The version that an If-Match header names; None for none, or for any (`*`). Raises InvalidInputError."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise InvalidInputError(field="If-Match", reason="bad_version")
    return int(found[1])
