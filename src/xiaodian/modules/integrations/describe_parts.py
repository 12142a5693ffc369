"""The parts of the open API's description that are the same for many operations, and its words."""

from typing import Any

from xiaodian.contracts.accounts import PERSONAL_SCOPES, Scope
from xiaodian.edge.hot import IDEMPOTENCY_KEY, MAX_KEY_CHARS
from xiaodian.modules.integrations.sparse import MAX_CHARS

INFO: dict[str, Any] = {
    "title": "Xiaodian open API",
    "version": "1.0.0",
    "summary": "Run a shop from your own systems: whatever the console can do, a program can.",
    "description": (
        "A token is bound to one shop; calls name no shop. Get one by OAuth 2.0: authorization code with PKCE for "
        "apps, client credentials for one's own systems.\n\n"
        "- **Errors** are RFC 9457 problem details with a stable `code`.\n"
        "- **Lists** are paged: `limit` (at most 100) and the opaque `cursor` that the last page answered.\n"
        "- **Sparse answers**: `fields=id,skus.price_minor` leaves only these.\n"
        "- **Lost updates**: reads answer an `ETag`; send it as `If-None-Match` to hear only of changes, as `If-Match` "
        "to write only what you have seen.\n"
        "- **Retries**: POSTs that create or move something take an `Idempotency-Key`; for a day the same key gets the "
        "same answer, and nothing happens twice.\n"
        "- **Times** are ISO 8601 in UTC, **money** is integer minor units beside an ISO 4217 currency.\n"
        "- **Limits** are told in the `RateLimit` headers.\n\n"
        "Within v1 fields and operations are only ever added; take no offence at fields that you do not know."
    ),
    "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
}

TAGS: list[dict[str, str]] = [
    {"name": "products", "description": "Products with their SKUs and prices."},
    {"name": "stock", "description": "What can be bought of each SKU, and why it changed other than by orders."},
    {"name": "orders", "description": "What buyers have ordered."},
    {"name": "shipments", "description": "Hand orders to carriers and tell how their parcels travel."},
    {"name": "after-sales", "description": "What buyers ask for after they have bought, and the shop's answers."},
    {"name": "refunds", "description": "Money on its way back to buyers."},
    {"name": "coupons", "description": "So much off, with a code."},
    {"name": "flash sales", "description": "A price for a time, for pieces set aside."},
    {"name": "rooms", "description": "Live sessions and their replays."},
    {"name": "bags and cues", "description": "What is sold in a room, and what is held up when."},
    {"name": "surfacing", "description": "What is said in a room, and the cards that the platform puts up for it."},
    {"name": "room metrics", "description": "What came of a room."},
    {"name": "short videos", "description": "Films of the shop's owner with their bags and counters."},
    {"name": "fan segments", "description": "Groups of fans by how they buy and watch, and who is in them."},
    {"name": "fan club", "description": "Levels of regulars, how points come, and who has which."},
    {"name": "own fans", "description": "Who follows a creator, watches and buys, to that creator's own programs."},
    {"name": "customers", "description": "Who has bought, as far as the shop may see."},
    {"name": "ledger", "description": "The shop's money: balance, settlements, statements."},
    {"name": "media", "description": "Pictures for products, covers and evidence."},
    {"name": "bulk jobs", "description": "Long work: a file in, a file out."},
    {"name": "webhooks", "description": "Messages sent to your systems, by the Standard Webhooks specification."},
    {"name": "events", "description": "The same messages, to be fetched."},
    {"name": "shop", "description": "The shop itself."},
    {"name": "sandbox", "description": "Made-up orders and time that passes when told to, in a sandbox shop."},
]

PARAMETER_WORDS = {
    "account_id": "The account of the fan.",
    "cursor": "Where to go on: the `next_cursor` of the page before, with the same filters.",
    "level": "Only those of this level of the fan club.",
    "limit": "Most items on a page.",
    "product_id": "Id of the product.",
    "sku_id": "Id of the SKU.",
    "order_id": "Id of the order.",
    "after_sale_id": "Id of the after-sale.",
    "coupon_id": "Id of the coupon.",
    "flash_sale_id": "Id of the flash sale.",
    "room_id": "Id of the room.",
    "webhook_id": "Id of the webhook.",
    "event_id": "Id of the event.",
    "job_id": "Id of the job.",
    "video_id": "Id of the film.",
    "segment_id": "Id of the segment.",
    "code": "Code of the ready segment, such as `loyal`.",
    "which": "`result` or `refusals`.",
    "state": "`all`, `waiting`, `delivered`, `failed` or `dead`.",
    "types": "Only events of these types, by commas.",
    "period": "A day, `2026-11-28`, or a month, `2026-11`, as the books of the platform count them.",
}

_TAG_PATTERN = r'^(\*|(W/)?"[!#-~]{1,100}"(, ?(W/)?"[!#-~]{1,100}"){0,20})$'

COMPONENT_PARAMETERS: dict[str, Any] = {
    "Fields": {
        "name": "fields",
        "in": "query",
        "required": False,
        "description": "Only these fields, by commas; a dot reaches inside: `id,skus.price_minor`.",
        "schema": {"type": "string", "maxLength": MAX_CHARS},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "An ETag that you have: if it is still the same, the answer is 304 without a body.",
        "schema": {"type": "string", "pattern": _TAG_PATTERN},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of what you have seen: if it has changed, nothing is written and the answer is 412.",
        "schema": {"type": "string", "pattern": _TAG_PATTERN},
    },
    "IdempotencyKey": {
        "name": IDEMPOTENCY_KEY,
        "in": "header",
        "required": True,
        "description": "Made up by you for this request; the same when you send it again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARS, "pattern": "^[!-~]+$"},
    },
}

HEADER_NAMES = {
    "RequestId": "X-Request-Id",
    "RateLimitPolicy": "RateLimit-Policy",
    "RetryAfter": "Retry-After",
    "Successor": "Link",
}
COMPONENT_HEADERS: dict[str, Any] = {
    "RequestId": {
        "description": "Names this request in our logs; yours, if you sent one.",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Names this state of the answer.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds after which to try again.", "schema": {"type": "integer"}},
    "RateLimit": {
        "description": 'What is left of the app\'s budget: `"app";r=<calls left>;t=<seconds until it is full>`.',
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": 'The budget itself: `"app";q=<calls>;w=<seconds in which it refills>`.',
        "schema": {"type": "string"},
    },
    "Deprecation": {"description": "Since when not to use it: `@<unix time>`.", "schema": {"type": "string"}},
    "Sunset": {"description": "When it will be gone.", "schema": {"type": "string"}},
    "Successor": {"description": "What to use instead.", "schema": {"type": "string"}},
}

SCOPE_WORDS: dict[Scope, str] = {
    Scope.SHIPPING: "Ship orders and tell how their parcels travel, and nothing else of orders.",
    Scope.SHOP_READ: "See the shop's page and settings.",
    Scope.SHOP_WRITE: "Change the shop's page and settings.",
    Scope.STAFF_READ: "See who is on the staff.",
    Scope.STAFF_WRITE: "Invite staff and change roles.",
    Scope.PRODUCTS_READ: "See products.",
    Scope.PRODUCTS_WRITE: "Create and change products and prices.",
    Scope.STOCK_READ: "See stock and its journal.",
    Scope.STOCK_WRITE: "Change stock.",
    Scope.ORDERS_READ: "See orders, with the names and addresses of buyers.",
    Scope.ORDERS_WRITE: "Cancel, note and ship orders.",
    Scope.AFTERSALES_READ: "See after-sales.",
    Scope.AFTERSALES_WRITE: "Answer after-sales.",
    Scope.PROMOTION_READ: "See coupons and flash sales.",
    Scope.PROMOTION_WRITE: "Create coupons and flash sales.",
    Scope.ROOMS_READ: "See live rooms and their numbers.",
    Scope.ROOMS_WRITE: "Plan rooms, and steer their bags and cues.",
    Scope.CUSTOMERS_READ: "See who has bought, masked.",
    Scope.FANS_READ: "See how fans buy and come back, masked.",
    Scope.FANS_WRITE: "Note, tag and group fans.",
    Scope.AUDIENCE_READ: "See one's own fans as a creator, masked.",
    Scope.FINANCE_READ: "See the shop's money.",
    Scope.FINANCE_WRITE: "Move the shop's money.",
    Scope.WEBHOOKS_READ: "See webhooks and their deliveries.",
    Scope.WEBHOOKS_WRITE: "Set up webhooks and have deliveries repeated.",
    Scope.BULK_READ: "See bulk jobs.",
    Scope.BULK_WRITE: "Start bulk jobs.",
}


def security_schemes() -> dict[str, Any]:
    """OAuth 2.0, both ways to a token, with every scope an app can ask for."""
    scopes = {scope.value: SCOPE_WORDS[scope] for scope in Scope if scope in SCOPE_WORDS}
    assert set(Scope) - PERSONAL_SCOPES <= SCOPE_WORDS.keys()
    token = {"tokenUrl": "/oauth/token", "scopes": scopes}
    flows = {
        "authorizationCode": {"authorizationUrl": "/oauth/authorize", "refreshUrl": "/oauth/token", **token},
        "clientCredentials": token,
    }
    return {"oauth": {"type": "oauth2", "flows": flows}}
