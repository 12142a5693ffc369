"""Who may call which route: fans."""

from tests.api.row import Row, everybody, members, owner_only

SHOP = "/api/shops/{shop_id}"
FAN = f"{SHOP}/fans/{{account_id}}"
DAYS = "from=2026-01-01&to=2026-11-30"
THRESHOLDS = {
    "new_days": 30,
    "slipping_days": 60,
    "lost_days": 180,
    "loyal_occasions": 4,
    "big_spent_minor": 100_000,
    "returner_bp": 5000,
}

SHOP_CLUB = f"{SHOP}/fan-club"
CLUB = "/api/fan-clubs/{shop_id}"
CLUB_RULES = {
    "is_open": False,
    "name": "老友会",
    "word": "老友",
    "minute_points": 1,
    "daily_minutes": 60,
    "yuan_points": 1,
    "month_points": 50,
    "levels": [
        {"name": "新朋友", "colour": "mist", "points": 0},
        {"name": "老朋友", "colour": "leaf", "points": 100},
        {"name": "铁粉", "colour": "sea", "points": 1000},
    ],
}
SEGMENT = f"{SHOP}/segments/{{segment_id}}"
WISH = {"cel": "orders >= 2"}

ROWS: list[Row] = [
    Row("GET", "/api/me/fans", members(200)),
    Row("GET", "/api/me/fans/groups", members(200)),
    Row("GET", "/api/me/fans/{account_id}", members(404)),
    Row("GET", f"{SHOP}/fans", owner_only(200), address=f"{SHOP}/fans?segment=new"),
    Row("GET", f"{SHOP}/fans/all", owner_only(200)),
    # Nobody of this world has been counted as a fan: not even the owner is told of one.
    Row("GET", FAN, members(404)),
    Row("GET", f"{SHOP}/fans/arrivals", owner_only(200), address=f"{SHOP}/fans/arrivals?room_id={{room_id}}"),
    Row("POST", f"{FAN}/notes", members(404), {"text": "爱喝茶"}),
    Row("PUT", f"{FAN}/tags", members(404), {"tags": ["老客"]}),
    Row("GET", f"{FAN}/goods", members(404)),
    Row("GET", f"{FAN}/prediction", owner_only(200)),
    Row("GET", f"{SHOP}/fan-prediction-report", owner_only(200)),
    Row("GET", f"{SHOP}/segments", owner_only(200)),
    Row("GET", f"{SHOP}/fan-thresholds", owner_only(200)),
    Row("PUT", f"{SHOP}/fan-thresholds", owner_only(200), THRESHOLDS),
    Row("GET", f"{SHOP}/repurchase", owner_only(200), address=f"{SHOP}/repurchase?{DAYS}"),
    Row("GET", f"{SHOP}/cohorts", owner_only(200)),
    Row("GET", f"{SHOP}/repurchase/returns", owner_only(200), address=f"{SHOP}/repurchase/returns?{DAYS}&within=30"),
    Row("GET", f"{SHOP}/repurchase/by/{{kind}}", owner_only(200), address=f"{SHOP}/repurchase/by/product?{DAYS}"),
    # The world's shop has no club until its owner sets one.
    Row("GET", CLUB, everybody(404)),
    Row("POST", f"{CLUB}/membership", members(404), {}),
    Row("GET", f"{CLUB}/points", members(404)),
    Row("POST", f"{CLUB}/membership/end", members(204)),
    Row("GET", "/api/me/fan-clubs", members(200)),
    Row("GET", f"{SHOP_CLUB}/settings", owner_only(200)),
    Row("PUT", f"{SHOP_CLUB}/settings", owner_only(200), CLUB_RULES),
    Row("GET", f"{SHOP_CLUB}/members", owner_only(200)),
    Row("GET", "/api/fans/condition-fields", everybody(200)),
    Row("POST", f"{SHOP}/segments/count", owner_only(200), WISH),
    Row("POST", f"{SHOP}/segments", owner_only(201), {**WISH, "name": "回头客"}),
    Row("GET", SEGMENT, owner_only(200)),
    Row("PUT", SEGMENT, owner_only(200), {**WISH, "name": "熟客"}),
    Row("GET", f"{SEGMENT}/fans", owner_only(200)),
    Row("GET", f"{SEGMENT}/fans.csv", owner_only(200)),
    Row(
        "GET",
        f"{SHOP}/segments/ready/{{code}}/fans.csv",
        owner_only(200),
        address=f"{SHOP}/segments/ready/loyal/fans.csv",
    ),
    Row("DELETE", SEGMENT, owner_only(204)),
]
