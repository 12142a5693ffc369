"""Which messages of the rooms' logs name whom, so that they are found without reading the logs through."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import CommentMoment
from xiaodian.edge.context import Context
from xiaodian.modules.live.forgetting import NAMING_KINDS, account_of
from xiaodian.modules.live.service.read_moments import RoomMoment, read_moments

BATCH = 2000
MAX_BATCHES = 50
"""What one run of the job reads at most, so that it can be stopped."""


async def note_speakers(ctx: Context, *, is_whole: bool = False) -> None:
    """Read on in the logs from where this has come to; with `is_whole` to their end, however far that is.

    The point it has come to is kept in the transaction that keeps what was read. Raises UnavailableError.
    """
    batches = 0
    while await _note_batch(ctx) and (is_whole or batches < MAX_BATCHES):
        batches += 1


async def _note_batch(ctx: Context) -> bool:
    """Answers whether there may be more."""
    async with ctx.database.connection() as connection:
        after_seq: int = await connection.fetchval("SELECT last_seq FROM live.speaker_position")
    moments = await read_moments(ctx.broker, NAMING_KINDS, after_seq=after_seq, limit=BATCH)
    if not moments:
        return False
    named = [(account_id, each.seq) for each in moments if (account_id := _speaker(each)) is not None]
    async with ctx.database.transaction() as connection:
        moved = await connection.execute(
            "UPDATE live.speaker_position SET last_seq = $2 WHERE last_seq = $1", after_seq, moments[-1].seq
        )
        if moved == "UPDATE 0":
            return True  # Another process has moved it meanwhile, perhaps less far.
        await connection.execute(
            """
            INSERT INTO live.speaker (account_id, seq) SELECT * FROM unnest($1::uuid[], $2::bigint[])
            ON CONFLICT DO NOTHING
            """,
            [account_id for account_id, _ in named],
            [seq for _, seq in named],
        )
    return len(moments) == BATCH


def _speaker(each: RoomMoment) -> AccountId | None:
    """Hosts are not noted: an account in whose name there are rooms is not erased."""
    if isinstance(each.moment, CommentMoment) and each.moment.is_host:
        return None
    return account_of(each.moment)
