"""Masks personal data for the eyes of third parties."""


def mask_name(name: str) -> str:
    """Keep the first character only: `小丹丹` becomes `小*`."""
    stripped = name.strip()
    return f"{stripped[0]}*" if stripped else "*"


def mask_phone(phone: str) -> str:
    """Keep the first three and last two digits: `13812345678` becomes `138******78`."""
    if len(phone) < 7:
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 5)}{phone[-2:]}"


def mask_email(email: str) -> str:
    """Keep the first character and the domain: `dandan@example.com` becomes `d***@example.com`."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"
