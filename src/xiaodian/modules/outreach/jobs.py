"""What happens by time alone: campaigns whose hour has come, occasions of flows, what waits to be delivered."""

from datetime import datetime
from functools import partial

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.deliver_mail import deliver_mail
from xiaodian.modules.outreach.service.deliver_push import deliver_push
from xiaodian.modules.outreach.service.keep_quiet import keep_quiet
from xiaodian.modules.outreach.service.remind import forget_reminders, mail_reminders, push_reminders
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns
from xiaodian.modules.outreach.service.run_flows import DAILY, OF_THEMSELVES, learn_rhythms, run_flows, run_joins
from xiaodian.modules.outreach.service.run_room_flows import run_room_flows
from xiaodian.modules.outreach.service.watch_goods import forget_goods

CAMPAIGNS_EVERY_S = 2.0
FLOWS_EVERY_S = 60.0
ROOM_FLOWS_EVERY_S = 10.0
JOINS_EVERY_S = 5.0
DAILY_EVERY_S = 600.0
RHYTHMS_EVERY_S = 6 * 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Each is cut off anywhere without harm: what was done is written down piece by piece."""
    return [*_finding(ctx), *_delivering(ctx)]


def _finding(ctx: Context) -> list[Job]:
    """Whom messages go to, and what is not needed any more."""

    async def _campaigns() -> None:
        await run_campaigns(ctx, utc_now())

    async def _flows() -> None:
        await run_flows(ctx, utc_now(), [each for each in OF_THEMSELVES if each not in DAILY])

    async def _room_flows() -> None:
        await run_room_flows(ctx, utc_now())

    async def _joins() -> None:
        await run_joins(ctx, utc_now())

    async def _daily_flows() -> None:
        await run_flows(ctx, utc_now(), DAILY)

    async def _forget() -> None:
        await forget_goods(ctx.database, utc_now())
        await forget_reminders(ctx.database, utc_now())

    async def _rhythms() -> None:
        await learn_rhythms(ctx, utc_now())

    return [
        Job(name="outreach_campaigns", period_s=CAMPAIGNS_EVERY_S, run=_campaigns),
        Job(name="outreach_flows", period_s=FLOWS_EVERY_S, run=_flows),
        Job(name="outreach_room_flows", period_s=ROOM_FLOWS_EVERY_S, run=_room_flows),
        Job(name="outreach_joins", period_s=JOINS_EVERY_S, run=_joins),
        Job(name="outreach_daily_flows", period_s=DAILY_EVERY_S, run=_daily_flows),
        Job(name="outreach_forget_goods", period_s=RHYTHMS_EVERY_S, run=_forget),
        Job(name="outreach_rhythms", period_s=RHYTHMS_EVERY_S, run=_rhythms),
    ]


def _delivering(ctx: Context) -> list[Job]:
    """What is due, by each way; reminders that were asked for keep to no quiet hours."""

    async def _now_but_quiet() -> datetime:
        """The moment up to which to deliver; what is due at a quiet hour has been put off."""
        now = utc_now()
        await keep_quiet(ctx.database, ctx.settings, now)
        return now

    async def _app() -> None:
        await deliver_in_app(ctx, await _now_but_quiet(), partial(accounts.ring_bells, ctx), _now_but_quiet)

    async def _mail() -> None:
        await deliver_mail(ctx, await _now_but_quiet(), _now_but_quiet)

    async def _push() -> None:
        await deliver_push(ctx, await _now_but_quiet(), _now_but_quiet)

    async def _push_reminders() -> None:
        await push_reminders(ctx, utc_now())

    async def _mail_reminders() -> None:
        await mail_reminders(ctx, utc_now())

    return [
        Job(name="outreach_push_reminders", period_s=CAMPAIGNS_EVERY_S, run=_push_reminders),
        Job(name="outreach_mail_reminders", period_s=CAMPAIGNS_EVERY_S, run=_mail_reminders),
        Job(name="outreach_deliver_push", period_s=CAMPAIGNS_EVERY_S, run=_push),
        Job(name="outreach_deliver_in_app", period_s=CAMPAIGNS_EVERY_S, run=_app),
        Job(name="outreach_deliver_mail", period_s=CAMPAIGNS_EVERY_S, run=_mail),
    ]
