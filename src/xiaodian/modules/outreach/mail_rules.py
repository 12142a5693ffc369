"""What an e-mail to a fan looks like. Pure."""

from email.headerregistry import Address
from email.message import EmailMessage
from html import escape

from xiaodian.contracts.outreach import Campaign
from xiaodian.edge.messages import translate

SUBJECT_CHARS = 60


def write_mail(
    campaign: Campaign, *, to: str, sender: str, shop_name: str, origin: str, opt_out_url: str, message_id: str
) -> EmailMessage:
    """A message with its picture, a link, who sends it and why, and the way out, in plain text and in HTML.

    One click is enough to be rid of it (RFC 8058), also by the mail program itself.
    """
    name, _, domain = sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(shop_name, name, domain)
    mail["To"] = to
    mail["Subject"] = " ".join(campaign.text.split())[:SUBJECT_CHARS]
    mail["Message-ID"] = f"<{message_id}@{domain}>"
    mail["List-Unsubscribe"] = f"<{opt_out_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    link = f"{origin}{campaign.link}"
    mail.set_content(f"{campaign.text}\n\n{link}\n\n— {shop_name}\n退订 / Unsubscribe: {opt_out_url}\n")
    picture = (
        ""
        if campaign.picture_url is None
        else f'<p><img src="{escape(origin + campaign.picture_url)}" alt="" width="480" style="max-width:100%"></p>'
    )
    mail.add_alternative(
        f"""<!doctype html><html lang="zh"><body style="font:16px/1.5 sans-serif;max-width:480px;margin:24px auto">
{picture if campaign.picture_url else ""}<p style="white-space:pre-line">{escape(campaign.text)}</p>
<p><a href="{escape(link)}">{escape(shop_name)}</a></p>
<p style="color:#666;font-size:13px">{escape(shop_name)} · <a href="{escape(opt_out_url)}">退订 / Unsubscribe</a></p>
</body></html>""",
        subtype="html",
    )
    return mail


def write_reminder_mail(words: str, link: str, *, to: str, sender: str, language: str) -> EmailMessage:
    """A reminder that its reader asked for: what is on, where, and why it comes. It is sent once, so there is nothing
    to be rid of.
    """
    name, _, domain = sender.rpartition("@")
    mail = EmailMessage()
    mail["From"] = Address(translate(language, "notices", "reminder_title"), name, domain)
    mail["To"] = to
    mail["Subject"] = " ".join(words.split())[:SUBJECT_CHARS]
    mail["Auto-Submitted"] = "auto-generated"
    why = translate(language, "notices", "reminder_why")
    mail.set_content(f"{words}\n\n{link}\n\n{why}\n")
    mail.add_alternative(
        f"""<!doctype html><html lang="{language}">
<body style="font:16px/1.5 sans-serif;max-width:480px;margin:24px auto">
<p>{escape(words)}</p>
<p><a href="{escape(link)}">{escape(link)}</a></p>
<p style="color:#666;font-size:13px">{escape(why)}</p>
</body></html>""",
        subtype="html",
    )
    return mail
