"""A shop's log of deeds as a table for spreadsheets."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta, timezone
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.messages import has_text, translate
from xiaodian.infra.database import Database
from xiaodian.kit.spreadsheets import BOM, csv_lines
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops.deed_queries import list_deeds
from xiaodian.modules.shops.models import DeedFilter, DeedRow

MOST_ROWS = 100_000
CHUNK = 1_000
_COLUMNS = ("log_when", "log_who", "log_role", "log_through", "log_what", "log_target")


async def export_deeds(
    database: Database, shop_id: ShopId, wanted: DeedFilter, language: str, utc_offset_h: int
) -> AsyncIterator[bytes]:
    """The latest so many deeds, the latest first, as people read them."""
    yield (BOM + csv_lines([[translate(language, "deeds", column) for column in _COLUMNS]])).encode()
    before: UUID | None = None
    written = 0
    while written < MOST_ROWS:
        async with database.connection() as connection:
            deeds = await list_deeds(connection, shop_id, wanted, before=before, limit=CHUNK)
            people = await accounts.get_accounts(connection, list({deed.account_id for deed in deeds}))
        names = {account_id: account.display_name for account_id, account in people.items()}
        if not deeds:
            return
        yield csv_lines(_to_row(deed, names, language, utc_offset_h) for deed in deeds).encode()
        before, written = deeds[-1].deed_id, written + len(deeds)


def sentence_of(deed: DeedRow, language: str) -> str:
    """What was done, in words; the bare code if the catalogue has no sentence for it."""
    key = f"deed.{deed.deed}"
    details = dict(deed.details)
    if "role" in details:
        details["role"] = translate(language, "deeds", f"role.{details['role']}")
    return translate(language, "deeds", key, details) if has_text(language, "deeds", key) else deed.deed


def _to_row(deed: DeedRow, names: dict[AccountId, str], language: str, utc_offset_h: int) -> Sequence[str]:
    return (
        deed.done_at.astimezone(timezone(timedelta(hours=utc_offset_h))).strftime("%Y-%m-%d %H:%M:%S"),
        names.get(deed.account_id, ""),
        translate(language, "deeds", f"role.{deed.role}") if deed.role else "",
        deed.app_name or (str(deed.app_id) if deed.app_id else ""),
        sentence_of(deed, language),
        deed.target,
    )
