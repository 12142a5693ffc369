"""Who may call which route: messages of shops to their fans."""

from tests.api.row import Row, everybody, members, owner_only

SHOP = "/api/shops/{shop_id}"
MESSAGE = {"name": "上新", "text": "新草莓到了"}
CAMPAIGN = {**MESSAGE, "segment": "buyers"}
FLOW = {**MESSAGE, "is_on": True, "delay_days": 7}
FAN_MESSAGES = f"{SHOP}/fans/{{account_id}}/messages"
OPT_OUT = "/api/me/opt-outs/{shop_id}"

ROWS: list[Row] = [
    Row("GET", f"{SHOP}/campaigns", owner_only(200)),
    Row("POST", f"{SHOP}/campaigns", owner_only(201), CAMPAIGN),
    Row("POST", f"{SHOP}/campaigns/preview", owner_only(200), {"segment": "buyers"}),
    Row("GET", f"{SHOP}/campaigns/{{campaign_id}}", owner_only(200)),
    Row("GET", f"{SHOP}/campaigns/{{campaign_id}}/orders", owner_only(200)),
    Row("POST", f"{SHOP}/campaigns/{{campaign_id}}/cancellation", owner_only(200)),
    Row("GET", f"{SHOP}/campaign-rooms", owner_only(200)),
    Row("GET", f"{SHOP}/flows", owner_only(200)),
    Row("PUT", f"{SHOP}/flows/{{trigger}}", owner_only(200), FLOW, f"{SHOP}/flows/first_purchase"),
    Row("GET", f"{SHOP}/outreach-bounds", owner_only(200)),
    Row("PUT", f"{SHOP}/outreach-bounds", owner_only(200), {"most_messages": 1}),
    # Nobody of this world has been counted as a fan: not even the owner can write to one.
    Row("GET", FAN_MESSAGES, members(404)),
    Row("POST", FAN_MESSAGES, members(404), {"text": "新草莓到了"}),
    Row("GET", "/api/me/opt-outs", members(200)),
    Row("PUT", "/api/me/mail-consent", members(204), {"is_welcome": True}),
    Row("GET", "/api/me/push", members(200)),
    Row("PUT", "/api/me/push", members(422), {"endpoint": "http://127.0.0.1/x", "receiver_key": "x", "auth": "x"}),
    Row("POST", "/api/me/push/removal", members(204), {"endpoint": "https://push.example/x"}),
    Row("GET", "/api/me/known-to-shops", members(200)),
    Row("GET", "/api/me/export", members(200)),
    Row("POST", "/api/me/erasure", members(401), {"password": "not-mine"}),
    Row("GET", "/unsubscribe/{token}", everybody(404), address="/unsubscribe/forged"),
    Row("POST", "/unsubscribe/{token}", everybody(404), address="/unsubscribe/forged"),
    Row("PUT", OPT_OUT, members(204)),
    Row("DELETE", OPT_OUT, members(204)),
]
