"""Every POST that places orders or moves money can be sent again: it takes an Idempotency-Key."""

import re
from typing import Any

from xiaodian.app import create_app
from xiaodian.edge.openapi import openapi_document

PLACES_ORDERS_OR_MOVES_MONEY = {
    "/api/checkout",
    "/api/payments",
    "/api/orders/{order_id}/cancel",
    "/api/orders/{order_id}/receipt",
    "/api/orders/{order_id}/after-sales",
    "/api/after-sales/{after_sale_id}/agreement",
    "/api/after-sales/{after_sale_id}/offer/acceptance",
    "/api/after-sales/{after_sale_id}/return-receipt",
    "/api/after-sales/{after_sale_id}/ruling",
    "/api/shops/{shop_id}/payouts",
    "/api/shops/{shop_id}/deposit",
    "/api/shops/{shop_id}/deposit/withdrawal",
    "/api/me/payouts",
    "/api/operator/payouts/{payout_id}/release",
    "/api/operator/payouts/{payout_id}/rejection",
    "/api/operator/payout-batches",
    "/api/operator/payout-batches/{batch_id}/results",
    "/api/operator/freezes",
    "/api/operator/freezes/{freeze_id}/lift",
    "/api/operator/refunds/{refund_id}/retry",
    "/api/skus/{sku_id}/stock-corrections",
}
SAFE_WITHOUT = {
    "/api/checkout/quote": "only tells what it would cost",
    "/api/payments/callbacks/{provider}": "notices carry ids of their providers and are kept once by these",
    "/api/sandbox/charges/{charge_id}/decision": "plays the provider; a charge is decided once, then it is closed",
    "/api/after-sales/{after_sale_id}/exchange-receipt": "goods, not money",
}
SOUNDS_LIKE_MONEY = re.compile(
    r"checkout|payment|payout|refund|deposit|cancel|receipt|agreement$|ruling|freeze|release|charge|withdrawal$|settle"
)
NOT_MONEY = {
    "/api/shops/{shop_id}/jobs/{job_id}/cancellation": "of long work, not of an order",
    "/api/after-sales/{after_sale_id}/withdrawal": "the buyer lets it be as long as no money has moved",
    "/api/shops/{shop_id}/campaigns/{campaign_id}/cancellation": "of messages that were to be sent",
    "/api/shops/{shop_id}/commission-agreements": "terms of what is sold later",
}


def _posts() -> dict[str, Any]:
    document = openapi_document(create_app())
    return {path: item["post"] for path, item in document["paths"].items() if "post" in item}


def _takes_key(operation: Any) -> bool:
    return any(
        parameter["name"] == "Idempotency-Key" and parameter["required"]
        for parameter in operation.get("parameters", [])
    )


def test_what_places_orders_or_moves_money_takes_a_key_and_says_what_it_answers_to_one_used_before() -> None:
    posts = _posts()
    assert PLACES_ORDERS_OR_MOVES_MONEY - posts.keys() == set(), "these are gone: take them out of the list"
    assert {path for path in PLACES_ORDERS_OR_MOVES_MONEY if not _takes_key(posts[path])} == set()
    assert {path for path in PLACES_ORDERS_OR_MOVES_MONEY if "422" not in posts[path]["responses"]} == set()


def test_a_new_post_that_sounds_like_money_is_in_the_list_or_says_why_not() -> None:
    known = PLACES_ORDERS_OR_MOVES_MONEY | SAFE_WITHOUT.keys() | NOT_MONEY.keys()
    assert {path for path in _posts() if SOUNDS_LIKE_MONEY.search(path)} - known == set()
    assert (SAFE_WITHOUT.keys() | NOT_MONEY.keys()) - _posts().keys() == set()
