"""Headers that keep browsers from doing with our answers what we did not mean. Pure."""

import re
from functools import lru_cache

from xiaodian.settings import Settings

Headers = list[tuple[bytes, bytes]]

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
)
PAGES: tuple[tuple[bytes, bytes], ...] = (
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), payment=()"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000")
# Nothing of an answer that is no page of ours may run or be framed, should somebody open it by itself.
INERT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox")

# All that answers of data carry, put together once: they are most of all answers.
_DATA = (*ALWAYS, INERT_POLICY)
_DATA_HTTPS = (*ALWAYS, HSTS, INERT_POLICY)

NOT_MODIFIED = 304

# https://docs.stripe.com/security/guide#content-security-policy
STRIPE_SCRIPTS = ("https://js.stripe.com", "https://*.js.stripe.com")
STRIPE_FRAMES = (*STRIPE_SCRIPTS, "https://hooks.stripe.com")
STRIPE_API = "https://api.stripe.com"

_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.IGNORECASE)


@lru_cache(maxsize=256)
def page_policy(host: str, gateway_url: str, publisher_url: str, with_stripe: bool = False) -> bytes:
    """The Content-Security-Policy of our pages, for the host name that the browser asked for.

    Scripts are only our own files. hls.js works in a blob worker and feeds the video from a blob. WebSockets go to the
    gateway and the publisher: other ports of the same host, unless the settings name other addresses. Where cards are
    taken through Stripe, its script and frame must come from Stripe, so that no card number ever comes near us.
    """
    connect = ["'self'", *_socket_sources(host), *filter(None, (gateway_url, publisher_url))]
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *(STRIPE_SCRIPTS if with_stripe else ()))),
            " ".join(("frame-src 'self'", *(STRIPE_FRAMES if with_stripe else ()))),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob: data:",
            "worker-src 'self' blob:",
            " ".join(("connect-src", *connect, *((STRIPE_API,) if with_stripe else ()))),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ).encode()


def headers_for(*, status: int, is_page: bool, is_https: bool, host: str, settings: Settings) -> Headers:
    """What an answer carries besides its own headers."""
    if not is_page and status != NOT_MODIFIED:
        return list(_DATA_HTTPS if is_https else _DATA)
    headers = list(ALWAYS)
    if is_https:
        headers.append(HSTS)
    if status == NOT_MODIFIED:
        # What it says replaces what the browser kept with the answer; a policy of ours would be that of no page.
        return headers
    policy = page_policy(
        host, _origin(settings.gateway_url), _origin(settings.publisher_url), bool(settings.stripe_publishable_key)
    )
    return [*headers, *PAGES, (b"content-security-policy", policy)]


def _socket_sources(host: str) -> tuple[str, ...]:
    name = host.rpartition(":")[0] if re.search(r":\d*$", host) else host
    if _HOST_NAME.fullmatch(name):
        return f"ws://{name}:*", f"wss://{name}:*"
    # A policy cannot name an IPv6 address.
    return "ws:", "wss:"


def _origin(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}" if separator else ""
