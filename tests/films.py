"""Films of short videos as rows alone, for tests that look at everything but the picture."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import VodId
from xiaodian.edge.context import Context
from xiaodian.kit.ids import new_id

DURATION_MS = 30_000


async def put_film(ctx: Context, owner_id: AccountId, *, is_ready: bool = True, state: str = "waiting") -> VodId:
    """A film of this account that says it is ready; else one that is still worked on, or refused."""
    vod_id = VodId(new_id())
    async with ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO media.vod (vod_id, owner_id, state, progress, run, ladder, width, height, duration_ms,
                sprite_columns, sprite_every_ms, refused_reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            vod_id,
            owner_id,
            "ready" if is_ready else state,
            100 if is_ready else 0,
            new_id() if is_ready else None,
            [] if is_ready else None,
            720 if is_ready else None,
            1280 if is_ready else None,
            DURATION_MS if is_ready else None,
            10 if is_ready else None,
            1000 if is_ready else None,
            "unreadable" if state == "refused" else None,
        )
    return vod_id


async def finish_film(ctx: Context, vod_id: VodId) -> None:
    """The film becomes ready; what is told of it is the test's to tell."""
    async with ctx.database.connection() as connection:
        await connection.execute(
            """
            UPDATE media.vod SET state = 'ready', progress = 100, run = $2, ladder = '[]', width = 720, height = 1280,
                duration_ms = $3, sprite_columns = 10, sprite_every_ms = 1000 WHERE vod_id = $1
            """,
            vod_id,
            new_id(),
            DURATION_MS,
        )
