"""Films of rooms as rows alone."""

from datetime import timedelta

from tests.live.stage import Stage

from xiaodian.kit.clock import utc_now

GAP_S = 60


async def put_room_film(stage: Stage, *pieces_s: int) -> None:
    """The room's film: pieces of so many seconds, between which the encoder was away for a minute."""
    stream_id = await stage.stream_id()
    start = utc_now() - timedelta(hours=1)
    seq = 0
    async with stage.ctx.database.transaction() as connection:
        for number, piece_s in enumerate(pieces_s):
            for second in range(piece_s):
                await connection.execute(
                    """
                    INSERT INTO media.segment (
                        stream_id, seq, run_no, start_at, duration_ms, name, init_name, discontinuity, size_bytes
                    ) VALUES ($1, $2, $6, $3, 1000, $4, 'init.mp4', $5, 1)
                    """,
                    stream_id,
                    seq,
                    start + timedelta(seconds=second),
                    f"{seq}.m4s",
                    number > 0 and second == 0,
                    number + 1,
                )
                seq += 1
            start += timedelta(seconds=piece_s + GAP_S)
        await connection.execute(
            "UPDATE media.stream SET duration_ms = $2, next_seq = $3 WHERE stream_id = $1", stream_id, seq * 1000, seq
        )
