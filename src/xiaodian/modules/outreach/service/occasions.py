"""What finding occasions of flows has in common."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import Campaign
from xiaodian.infra.database import Connection
from xiaodian.modules.outreach.service.enlist import Occasion

GRACE = timedelta(days=2)
"""An occasion that is longer past, as when no worker ran, is let pass: a late message is a wrong one."""

_NOT_MET = """
    SELECT account_id, occasion FROM unnest($2::uuid[], $3::text[]) AS fan (account_id, occasion) WHERE NOT EXISTS (
        SELECT FROM outreach.recipient AS met
        WHERE (met.campaign_id, met.account_id, met.occasion) = ($1, fan.account_id, fan.occasion)
    )
"""


class Piece(NamedTuple):
    """Some whose occasion it is, and after whom to go on; None: these were the last."""

    fans: list[Occasion]
    last: AccountId | None


async def list_not_met(connection: Connection, flow: Campaign, found: Sequence[Occasion]) -> list[Occasion]:
    """Those of them on which the flow has not reached or passed over the fan already."""
    rows = await connection.fetch(
        _NOT_MET, flow.campaign_id, [fan.account_id for fan in found], [fan.occasion for fan in found]
    )
    return [Occasion(*row) for row in rows]


def day_of(moment: datetime, utc_offset_h: int) -> date:
    """The day of the books."""
    return (moment + timedelta(hours=utc_offset_h)).date()
