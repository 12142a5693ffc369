"""Send what is due by e-mail, to those who said that they want it."""

from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from hashlib import blake2b

import aiosmtplib

from xiaodian.contracts.outreach import Channel
from xiaodian.edge.context import Records
from xiaodian.infra.outbound import TIMEOUT_S
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.outreach.mail_rules import write_mail
from xiaodian.modules.outreach.service.fill_in import fill_in, subjects_of
from xiaodian.modules.outreach.service.opt_out_token import OptOut, make_token
from xiaodian.modules.outreach.service.pass_over import list_addresses
from xiaodian.modules.outreach.service.queue import Clock, Fate, Outcome, Parcel, look_again, settle, take
from xiaodian.modules.outreach.service.still_so import find_past
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings

AT_ONCE = 50
REFUSED_FOR_GOOD = 500


def is_mail_set_up(settings: Settings) -> bool:
    """Whether e-mail can be sent: links in it need an address of ours."""
    return bool(settings.smtp_host and settings.mail_from and settings.public_url)


async def deliver_mail(records: Records, now: datetime, clock: Clock | None = None) -> int:
    """Send all that is due; answers how many the mail server took. One connection serves a batch."""
    if not is_mail_set_up(records.settings):
        return 0
    total = 0
    while parcels := await take(records.database, Channel.EMAIL, now, AT_ONCE):
        outcomes = await _send(records, parcels, now)
        for parcel, outcome in zip(parcels, outcomes, strict=True):
            await settle(records.database, Channel.EMAIL, parcel, outcome, now)
        total += sum(outcome.fate is Fate.SENT for outcome in outcomes)
        now = await clock() if clock else now
    return total


async def _send(records: Records, parcels: list[Parcel], now: datetime) -> list[Outcome]:
    settings, sealer = records.settings, Sealer.of(records.settings)
    async with records.database.transaction() as connection:
        addresses = await list_addresses(connection, [parcel.account_id for parcel in parcels])
        subjects = await subjects_of(connection, [(parcel.campaign, parcel.occasion) for parcel in parcels])
        past = await find_past(connection, settings, [parcel[:3] for parcel in parcels])
        of_shops = await shops.get_shops(connection, list({parcel.campaign.shop_id for parcel in parcels}))
    client = mail_server(settings)
    outcomes: list[Outcome] = []
    with suppress(aiosmtplib.SMTPException, OSError):
        async with client:
            for parcel in parcels:
                subject = subjects.get((parcel.campaign.campaign_id, parcel.occasion))
                about = parcel._replace(campaign=fill_in(parcel.campaign, subject, settings.books_utc_offset_h))
                name, to = of_shops[parcel.campaign.shop_id].name, addresses.get(parcel.account_id)
                if not client.is_connected:
                    break
                if (subject is not None and subject.is_over) or parcel.word in past:
                    outcomes.append(Outcome(Fate.DROPPED, "over"))
                elif to is None:
                    outcomes.append(Outcome(Fate.DROPPED, "not_wanted"))
                elif (refusal := await look_again(records.database, Channel.EMAIL, parcel, now)) is not None:
                    outcomes.append(refusal)
                else:
                    outcomes.append(await _send_one(client, settings, sealer, about, to, name))
    # Connecting failed, or the connection was lost: what was not handed over is tried again.
    return outcomes + [Outcome(Fate.FAILED, "unreachable")] * (len(parcels) - len(outcomes))


async def _send_one(
    client: aiosmtplib.SMTP, settings: Settings, sealer: Sealer, parcel: Parcel, to: str, shop_name: str
) -> Outcome:
    origin = settings.public_url.rstrip("/")
    key = f"{parcel.campaign.campaign_id} {parcel.account_id} {parcel.occasion}"
    mail = write_mail(
        parcel.campaign,
        to=to,
        sender=settings.mail_from,
        shop_name=shop_name,
        origin=origin,
        opt_out_url=f"{origin}/unsubscribe/{make_token(sealer, OptOut(parcel.account_id, parcel.campaign.shop_id))}",
        message_id=blake2b(key.encode(), digest_size=16).hexdigest(),
    )
    return await hand_over(client, mail)


def mail_server(settings: Settings) -> aiosmtplib.SMTP:
    """The mail server that is set, not connected yet."""
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=TIMEOUT_S,
    )


async def hand_over(client: aiosmtplib.SMTP, mail: EmailMessage) -> Outcome:
    """Give one mail to the server, and say what became of it."""
    try:
        await client.send_message(mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _judge(error.recipients[0].code)
    except aiosmtplib.SMTPResponseException as error:
        return _judge(error.code)
    except (aiosmtplib.SMTPException, OSError):
        # The connection broke while it was handed over: it may have arrived, so it is not sent again.
        return Outcome(Fate.DROPPED, "unsure")
    return Outcome(Fate.SENT)


def _judge(code: int) -> Outcome:
    return Outcome(Fate.DROPPED, "refused") if code >= REFUSED_FOR_GOOD else Outcome(Fate.FAILED, "refused_for_now")
