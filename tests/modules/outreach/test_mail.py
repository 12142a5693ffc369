"""E-mails arrive once, only where they are welcome, and one click is enough to be rid of them."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import msgspec
import pytest
from aiosmtpd.controller import Controller
from tests.modules.outreach.sender import NOON, Sender

from xiaodian.edge.context import Context, Records
from xiaodian.infra.ports import find_free_ports
from xiaodian.modules.outreach.service.deliver_mail import deliver_mail
from xiaodian.modules.outreach.service.keep_quiet import keep_quiet
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns


class MailServer:
    """Keeps what it is given; answers what it is told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name.
        """A whole mail came."""
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return self.answer


class Post:
    """A mail server of the test's own, and the worker that sends by it."""

    def __init__(self, server: MailServer, ctx: Context, port: int) -> None:
        self.server = server
        settings = msgspec.structs.replace(
            ctx.settings,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            mail_from="shop@mail.example",
            public_url="https://shop.example",
        )
        self.records = Records(settings=settings, database=ctx.database)

    async def die_over_the_first(self, delivery: Coroutine[Any, Any, int]) -> None:
        """The worker dies while the server has its first mail in hand."""
        keep, got = self.server.handle_DATA, asyncio.Event()
        loop = asyncio.get_running_loop()

        async def _hang(server: Any, session: Any, envelope: Any) -> str:
            loop.call_soon_threadsafe(got.set)
            await asyncio.sleep(60)
            return await keep(server, session, envelope)

        self.server.handle_DATA = _hang  # type: ignore[method-assign]
        worker = asyncio.create_task(delivery)
        await asyncio.wait_for(got.wait(), 10)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        self.server.handle_DATA = keep  # type: ignore[method-assign]


@pytest.fixture
def post_office(ctx: Context) -> Iterator[Post]:
    """A real SMTP server."""
    server, [port] = MailServer(), find_free_ports(1)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield Post(server, ctx, port)
    controller.stop()


async def fan_with_mail(sender: Sender, post_office: Post, *, is_welcome: bool = True) -> httpx.AsyncClient:
    """Somebody who bought and is written to by e-mail; the message is due."""
    sku_id = await sender.market.sku(stock=10)
    fan = await sender.market.buyer()
    await sender.buy(fan, sku_id)
    if is_welcome:
        assert (await fan.client.put("/api/me/mail-consent", json={"is_welcome": True})).status_code == 204
    await send_by_mail(sender, post_office)
    return fan.client


async def send_by_mail(sender: Sender, post_office: Post, **more: Any) -> dict[str, Any]:
    """Plan a campaign by e-mail, as a platform that can send e-mail does."""
    campaign = await sender.send(**more)
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.campaign SET channels = '{email}' WHERE state = 'planned'")
    await run_campaigns(post_office.records, NOON)
    return campaign


async def states(sender: Sender) -> list[tuple[str, str | None, int]]:
    """What became of every message."""
    async with sender.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT state, reason, attempts FROM outreach.delivery ORDER BY campaign_id")
    return [tuple(row) for row in rows]


async def test_an_email_arrives_once_and_its_link_gets_rid_of_the_next_without_signing_in(
    sender: Sender, post_office: Post, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    await fan_with_mail(sender, post_office)
    assert await deliver_mail(post_office.records, NOON) == 1
    assert await deliver_mail(post_office.records, NOON + timedelta(hours=1)) == 0
    [mail] = post_office.server.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["From"].addresses[0].addr_spec == "shop@mail.example"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "新草莓到了" in plain.get_content()
    found = re.fullmatch(r"<https://shop\.example(/unsubscribe/\S+)>", str(mail["List-Unsubscribe"]).replace(" ", ""))
    assert found is not None
    path, stranger = found[1], make_client()
    # Looking at the page changes nothing.
    page = await stranger.get(path, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "Unsubscribe from all shops" in page.text
    await send_by_mail(sender, post_office)
    assert await deliver_mail(post_office.records, NOON) == 1
    done = await stranger.post(path, content="List-Unsubscribe=One-Click")
    assert done.status_code == 200, done.text
    await send_by_mail(sender, post_office)
    assert await deliver_mail(post_office.records, NOON) == 0
    assert len(post_office.server.mails) == 2


async def test_a_forged_link_gets_rid_of_nothing(sender: Sender, make_client: Callable[[], httpx.AsyncClient]) -> None:
    for token in ("x", "AAAA", "a" * 500):
        assert (await make_client().post(f"/unsubscribe/{token}")).status_code == 404
    async with sender.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM outreach.opt_out") == 0


async def test_who_did_not_ask_for_email_gets_none(sender: Sender, post_office: Post) -> None:
    await fan_with_mail(sender, post_office, is_welcome=False)
    assert await deliver_mail(post_office.records, NOON) == 0
    assert post_office.server.mails == []
    assert await states(sender) == []


async def test_who_takes_back_their_consent_overnight_gets_no_email_in_the_morning(
    sender: Sender, post_office: Post
) -> None:
    fan = await fan_with_mail(sender, post_office)
    assert (await fan.put("/api/me/mail-consent", json={"is_welcome": False})).status_code == 204
    assert await deliver_mail(post_office.records, NOON) == 0
    assert await states(sender) == [("dropped", "not_wanted", 1)]


async def test_what_is_tried_again_at_a_quiet_hour_waits_for_the_morning(sender: Sender, post_office: Post) -> None:
    await fan_with_mail(sender, post_office)
    post_office.server.answer = "451 later"
    evening = NOON + timedelta(hours=9, minutes=55)  # 21:55 by the books; quiet is from 22 to 8.
    assert await deliver_mail(post_office.records, evening) == 0
    post_office.server.answer = "250 OK"
    night, morning = NOON + timedelta(hours=11), NOON + timedelta(hours=20)
    await keep_quiet(sender.ctx.database, post_office.records.settings, night)
    assert await deliver_mail(post_office.records, night) == 0
    await keep_quiet(sender.ctx.database, post_office.records.settings, morning)
    assert await deliver_mail(post_office.records, morning) == 1


async def test_messages_of_a_shop_with_quiet_hours_of_its_own_lie_over_them(sender: Sender, post_office: Post) -> None:
    await fan_with_mail(sender, post_office)
    own = {"quiet_from_h": 11, "quiet_until_h": 14}
    assert (await sender.market.seller.put(f"/api/shops/{sender.market.shop_id}/outreach-bounds", json=own)).is_success
    for hours, arrived in ((0, 0), (1, 0), (2, 1)):
        now = NOON + timedelta(hours=hours)
        await keep_quiet(sender.ctx.database, post_office.records.settings, now)
        assert await deliver_mail(post_office.records, now) == arrived


async def test_what_a_mail_server_puts_off_is_tried_again_later_and_in_the_end_given_up(
    sender: Sender, post_office: Post
) -> None:
    await fan_with_mail(sender, post_office)
    post_office.server.answer = "451 later"
    assert await deliver_mail(post_office.records, NOON) == 0
    assert await states(sender) == [("waiting", "refused_for_now", 1)]
    # Not before the pause is over.
    assert await deliver_mail(post_office.records, NOON + timedelta(seconds=30)) == 0
    assert await states(sender) == [("waiting", "refused_for_now", 1)]
    moment = NOON
    for _ in range(4):
        moment += timedelta(hours=7)
        await deliver_mail(post_office.records, moment)
    assert await states(sender) == [("dropped", "refused_for_now", 5)]


async def test_what_a_mail_server_refuses_for_good_is_not_sent_again(sender: Sender, post_office: Post) -> None:
    await fan_with_mail(sender, post_office)
    post_office.server.answer = "550 no such mailbox"
    assert await deliver_mail(post_office.records, NOON) == 0
    assert await states(sender) == [("dropped", "refused", 1)]


async def test_a_mail_server_that_is_away_loses_nothing(sender: Sender, post_office: Post) -> None:
    await fan_with_mail(sender, post_office)
    away = Records(
        settings=msgspec.structs.replace(post_office.records.settings, smtp_port=find_free_ports(1)[0]),
        database=sender.ctx.database,
    )
    assert await deliver_mail(away, NOON) == 0
    assert await states(sender) == [("waiting", "unreachable", 1)]
    assert await deliver_mail(post_office.records, NOON + timedelta(minutes=2)) == 1


async def test_what_was_being_sent_when_a_worker_died_is_not_sent_twice(sender: Sender, post_office: Post) -> None:
    await fan_with_mail(sender, post_office)
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.delivery SET state = 'sending', due_at = $1", NOON)
    assert await deliver_mail(post_office.records, NOON + timedelta(minutes=1)) == 0
    assert post_office.server.mails == []
    assert await states(sender) == [("dropped", "unsure", 0)]


async def test_a_platform_without_a_mail_server_says_so(sender: Sender) -> None:
    body = {"name": "x", "text": "x", "segment": "buyers", "channels": ["app", "email"]}
    answer = await sender.market.seller.post(sender.path, json=body)
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "mail_not_set_up")
