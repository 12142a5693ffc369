"""Post transfers."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.ledger import Transfer
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger.rules import check_balanced

_TRANSFERS = """
    INSERT INTO ledger.transfer (transfer_id, kind, currency, reference, reverses_id, posted_at)
    SELECT transfer_id, kind, currency, reference, reverses_id, $6
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[])
        AS new (transfer_id, kind, currency, reference, reverses_id)
    ORDER BY transfer_id ON CONFLICT DO NOTHING RETURNING transfer_id
"""

_ENTRY = ["transfer_id", "entry_no", "account", "currency", "amount_minor", "posted_at"]


async def post_many(
    connection: Connection, transfers: Sequence[Transfer], *, posted_at: datetime | None = None
) -> None:
    """Post transfers inside the caller's transaction; one whose id was posted before is left as it is.

    `posted_at` is given by who writes the same moment elsewhere too; else it is now. Raises UnbalancedTransferError.
    """
    if not transfers:
        return
    check_balanced(transfers)
    moment = posted_at or utc_now()
    rows = await connection.fetch(
        _TRANSFERS,
        [transfer.transfer_id for transfer in transfers],
        [transfer.kind for transfer in transfers],
        [transfer.currency for transfer in transfers],
        [transfer.reference for transfer in transfers],
        [transfer.reverses_id for transfer in transfers],
        moment,
    )
    fresh = {row["transfer_id"] for row in rows}
    entries = [
        (transfer.transfer_id, number, entry.account, transfer.currency, entry.amount_minor, moment)
        for transfer in transfers
        if transfer.transfer_id in fresh
        for number, entry in enumerate(transfer.entries)
    ]
    if entries:
        # The transfers were written first: a transaction that numbers entries is one that the checkpoint job can see.
        await connection.copy_records_to_table("entry", schema_name="ledger", columns=_ENTRY, records=entries)
