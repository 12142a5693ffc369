"""The rooms of the demo's past were full of people: their reports are the first that a newcomer opens."""

from itertools import pairwise

from tests.conftest import SignUp
from tests.live.stage import relay
from tests.modules.fans.test_demo_past import open_stage
from tests.modules.insights.observer import SALES, consumer_of, list_reports
from tests.outbox import list_envelopes

from xiaodian.cli.show.past import make_up_all, play_past
from xiaodian.cli.show.past_plan import plan_past
from xiaodian.contracts.insights import RoomMetrics
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.reports import Report
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights import api as insights
from xiaodian.modules.insights.service.count_moments import count_moments


async def test_the_first_report_that_a_newcomer_opens_tells_of_an_audience_that_talked_looked_and_bought(
    ctx: Context, sign_up: SignUp
) -> None:
    now = utc_now()
    stage = await open_stage(ctx, sign_up)
    past = plan_past(now, [len(product.skus) for product in stage.products], shows=4, fans=60)
    await play_past(ctx, stage, past, now, await make_up_all(ctx, past))
    async with ctx.database.connection() as connection:
        sales = await list_envelopes(connection, *SALES)
        rooms = await connection.fetch("SELECT room_id FROM live.room WHERE planned_at IS NOT NULL ORDER BY planned_at")
    await consumer_of(ctx, "insights-sales")(sales)
    await consumer_of(ctx, "insights-behaviour")(await list_reports(ctx))
    await relay(ctx)
    while await count_moments(ctx):
        pass

    async with ctx.database.connection() as connection:
        assert len(rooms) == len(past.shows)
        for room_id in (RoomId(room["room_id"]) for room in rooms):
            report = await insights.get_room_report(connection, stage.host, room_id)
            _tells_of_an_audience(report)
            _goes_down_step_by_step(await insights.get_room_metrics(connection, stage.host, room_id), report)


def _tells_of_an_audience(report: Report) -> None:
    values = {figure.key: figure.value for figure in report.figures}
    assert all(values[key] for key in ("viewers", "online_max", "comments", "likes", "orders_paid", "conversion"))
    assert (values["online_max"] or 0) <= (values["viewers"] or 0)
    minutes = report.minutes.items
    assert max(minute.online_max or 0 for minute in minutes) == values["online_max"], "in the curve, when it was"
    assert sum(minute.likes or 0 for minute in minutes) == values["likes"]
    assert sum(minute.comments or 0 for minute in minutes) == values["comments"]


def _goes_down_step_by_step(metrics: RoomMetrics, report: Report) -> None:
    people = [step.people for step in report.steps]
    assert all(people), [(step.key, step.people) for step in report.steps]
    assert all(later <= earlier for earlier, later in pairwise(people)), report.steps
    traffic = metrics.traffic
    assert traffic is not None
    looked = (traffic.saw, traffic.viewers, traffic.opened_bag, traffic.viewed_product, traffic.started_checkout)
    way = [*looked, metrics.buyers_placed, metrics.buyers_paid]
    assert all(later <= earlier for earlier, later in pairwise(way)), way
    assert 0 < (traffic.online_average or 0) <= traffic.online_max
    for product in report.products:
        assert (product.checkout_starts or 0) >= product.orders_placed
