"""What happens by time alone: cards of the platform's go when their time is over; who spoke in rooms is noted."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.live.service.feature_by_platform import end_due_cues
from xiaodian.modules.live.service.note_speakers import note_speakers

END_CUES_EVERY_S = 1.0
NOTE_SPEAKERS_EVERY_S = 10.0


def jobs(ctx: Context) -> list[Job]:
    """The end of cues that have one, and where the logs name whom."""

    async def _end_due_cues() -> None:
        await end_due_cues(ctx, utc_now())

    async def _note_speakers() -> None:
        await note_speakers(ctx)

    return [
        Job(name="live-cues", period_s=END_CUES_EVERY_S, run=_end_due_cues),
        Job(name="live-speakers", period_s=NOTE_SPEAKERS_EVERY_S, run=_note_speakers),
    ]
