"""What surfacing knows of a person: which goods they have looked at and bought, and what they did in films."""

from xiaodian.contracts.accounts import AccountErased
from xiaodian.infra.database import Connection
from xiaodian.modules.surfacing.service.learn_viewings import LOCK


async def erase(connection: Connection, erased: AccountErased) -> None:
    """All of it goes; sums that it is in name nobody, and stay."""
    # Whoever is in the middle of adding to a viewing must find it, or find it gone.
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute("DELETE FROM surfacing.viewing WHERE person_id = $1", erased.account_id)
    await connection.execute(
        "UPDATE surfacing.moment_order SET person_id = NULL WHERE person_id = $1", erased.account_id
    )
    await connection.execute("DELETE FROM surfacing.acquaintance WHERE account_id = $1", erased.account_id)
