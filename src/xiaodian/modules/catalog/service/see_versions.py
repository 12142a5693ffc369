"""A shop's staff looks at what a product was."""

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import Contract, NotFoundError
from xiaodian.contracts.catalog import ProductId, ProductSnapshot
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import BadCursorError, Page, decode_place, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import version_queries
from xiaodian.modules.catalog.service.write_product import get_product_of_staff

_MOST = 2**31 - 1


class VersionView(Contract, frozen=True, kw_only=True):
    """When a product became what it then was, and by whom."""

    version: int
    changed_at_ms: int
    changed_by: str | None
    """A name; null if it is not known."""


class VersionDetail(VersionView, frozen=True, kw_only=True):
    """The same, with what it was."""

    snapshot: ProductSnapshot


async def see_versions(
    connection: Connection, caller: Caller, product_id: ProductId, *, cursor: str | None, limit: int
) -> Page[VersionView]:
    """The latest first. Raises NotFoundError, ForbiddenError, BadCursorError."""
    await get_product_of_staff(connection, caller, product_id, Scope.PRODUCTS_READ)
    before = _read_cursor(cursor) if cursor else None
    found = await version_queries.list_versions(connection, product_id, before=before, limit=limit + 1)
    names = await _names_of(connection, [one.changed_by for one in found])
    items = [
        VersionView(version=one.version, changed_at_ms=one.changed_at_ms, changed_by=names.get(one.changed_by))
        for one in found
    ]
    next_cursor = encode_place(items[limit - 1].version) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=next_cursor)


async def see_version(connection: Connection, caller: Caller, product_id: ProductId, version: int) -> VersionDetail:
    """One version. Raises NotFoundError, ForbiddenError."""
    product = await get_product_of_staff(connection, caller, product_id, Scope.PRODUCTS_READ)
    if not 0 < version <= _MOST:
        raise NotFoundError
    found = await version_queries.get_version(connection, product, version)
    names = await _names_of(connection, [found.changed_by])
    return VersionDetail(
        version=found.version,
        changed_at_ms=found.changed_at_ms,
        changed_by=names.get(found.changed_by),
        snapshot=found.snapshot,
    )


async def _names_of(connection: Connection, account_ids: list[AccountId | None]) -> dict[AccountId | None, str]:
    known = [account_id for account_id in set(account_ids) if account_id is not None]
    found = await accounts.get_accounts(connection, known)
    return {account_id: account.display_name for account_id, account in found.items()}


def _read_cursor(cursor: str) -> int:
    (version,) = decode_place(cursor, tuple[int])
    if not 0 < version <= _MOST:
        raise BadCursorError(cursor)
    return version
