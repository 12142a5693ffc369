"""What each figure means, of shops, rooms, videos, fans, messages and clubs: the one register of definitions.

docs/metrics.md lists the same, and the console shows it beside the figure. A figure's name and plain words stand in the
message catalogue under `metric_<key>` and `metric_<key>_what`, the formula and what it is made of under
`metric_<key>_formula` and `metric_<key>_source`. Tests compare them all, and refuse a name that two figures have.
"""

from enum import StrEnum

from xiaodian.contracts.base import Contract


class Unit(StrEnum):
    """How a figure is written."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    DAYS = "days"
    MOMENT = "moment"
    SCORE = "score"
    WORD = "word"


class Definition(Contract, frozen=True, kw_only=True):
    """A figure: how it is reckoned, from which facts."""

    key: str
    unit: Unit
    formula: str
    source: str


def _of(key: str, unit: Unit, formula: str, source: str) -> Definition:
    return Definition(key=key, unit=unit, formula=formula, source=source)


_MONEY, _COUNT, _SHARE, _SECONDS = Unit.MONEY, Unit.COUNT, Unit.SHARE, Unit.SECONDS
_DAYS, _MOMENT, _SCORE, _WORD = Unit.DAYS, Unit.MOMENT, Unit.SCORE, Unit.WORD
_PLAYED = "behaviour: entered, watched, left"
_CARDS = "behaviour: card_shown, card_clicked, left; orders"
_TOLD = "orders of other platforms, by the room in their link"
_ORDERS = "orders and their refunds"

DEFINITIONS: tuple[Definition, ...] = (
    _of("gmv", _MONEY, "sum(price × quantity - shop's coupon) of paid lines, by time of payment", "orders"),
    _of("returned", _MONEY, "sum(refunded to buyer + to platform) of the lines counted in gmv", "refunds of orders"),
    _of("gmv_net", _MONEY, "gmv - returned", "orders and their refunds"),
    _of("refunded", _MONEY, "sum(refunded to buyer + to platform) of goods, by time of refund", "refunds of orders"),
    _of("orders_placed", _COUNT, "number of orders, by time of placing", "orders"),
    _of("orders_paid", _COUNT, "number of orders paid, by time of payment; refunds do not lower it", "orders"),
    _of("buyers", _COUNT, "number of different accounts that paid (on a shop's day: first payment counts)", "orders"),
    _of("pieces", _COUNT, "sum(quantity) of paid lines", "orders"),
    _of("aov", _MONEY, "gmv / buyers", "orders"),
    _of("orders_elsewhere", _COUNT, "number of orders paid, not cancelled or refunded; never in orders_paid", _TOLD),
    _of("amount_elsewhere", _MONEY, "sum(amount) of orders_elsewhere in the platform's currency; never in gmv", _TOLD),
    _of(
        "room_seen",
        _COUNT,
        "number of different browsers that had half of the room on screen in a feed",
        "behaviour: seen",
    ),
    _of("views", _COUNT, "number of times the room's page was opened, live and replay", "behaviour: entered"),
    _of("viewers", _COUNT, "number of different browsers that opened the room's page", "behaviour: entered"),
    _of("watch_average", _SECONDS, "sum(watched seconds) / viewers", "behaviour: watched, entered"),
    _of("online_max", _COUNT, "greatest number watching at once while on air", "room log: viewers"),
    _of("online_average", _COUNT, "sum(number watching × how long) / time on air", "room log: viewers"),
    _of("comments", _COUNT, "number of comments", "room log: comment"),
    _of("likes", _COUNT, "number of likes", "room log: likes"),
    _of("online_now", _COUNT, "number watching at this moment", "room log: viewers"),
    _of("bag_opens", _COUNT, "number of times the bag was opened", "behaviour: bag_opened"),
    _of(
        "impressions", _COUNT, "number of times half of a product's card was seen for a second", "behaviour: card_shown"
    ),
    _of("clicks", _COUNT, "number of clicks on a product's card", "behaviour: card_clicked"),
    _of("product_views", _COUNT, "number of times a product was opened", "behaviour: product_viewed"),
    _of("checkout_starts", _COUNT, "number of times a checkout was begun", "behaviour: checkout_started"),
    _of("click_rate", _SHARE, "clicks / impressions", "behaviour: card_shown, card_clicked"),
    _of("conversion", _SHARE, "buyers who were in the room signed in / viewers", "orders; behaviour: entered"),
    _of(
        "visitor_conversion",
        _SHARE,
        "accounts that came into an own room for the first time and paid, both on this day / viewers",
        "orders; behaviour: entered",
    ),
    _of("gpm", _MONEY, "gmv × 1000 / views", "orders; behaviour: entered"),
    _of("uv_value", _MONEY, "gmv / viewers", "orders; behaviour: entered"),
    _of("step_share", _SHARE, "people who took the step / viewers; none if more took it", "behaviour; orders"),
    _of("watched_minute", _COUNT, "number of viewers whose watched seconds are 60 or more", "behaviour: watched"),
    _of("new_fans", _COUNT, "number of accounts that follow the host since the room began", "follows"),
    _of("fan_share_viewers", _SHARE, "accounts that were there and follow the host / viewers", "behaviour; follows"),
    _of("fan_share_buyers", _SHARE, "buyers that follow the host / buyers", "orders; follows"),
    _of("featured_time", _SECONDS, "sum(time on show) of the product's cues", "cues"),
    _of("video_seen", _COUNT, "number of different browsers that had half of the film on screen", "behaviour: seen"),
    _of("video_views", _COUNT, "number of times the film began to play", "behaviour: entered"),
    _of("video_viewers", _COUNT, "number of different browsers in which it began to play", "behaviour: entered"),
    _of("watch_through", _SHARE, "sum(furthest moment of each viewer) / (viewers × length)", _PLAYED),
    _of("reached", _COUNT, "number of viewers whose furthest moment is this second or later", _PLAYED),
    _of("left_at", _COUNT, "number of times somebody went on to another film at this second", "behaviour: left"),
    _of("orders_at", _COUNT, "number of orders paid of lines bought at this second of the film", "orders"),
    _of("video_conversion", _SHARE, "buyers / viewers, those included who bought unseen", "orders; behaviour: entered"),
    _of("moment_shown", _COUNT, "number of viewers to whom the card came up there; old ones count less", _CARDS),
    _of("moment_clicked", _COUNT, "number of them who then clicked on it; old ones count less", _CARDS),
    _of(
        "moment_orders",
        _COUNT,
        "number of paid orders of the product by viewers to whom its card came up there last before it",
        "behaviour: card_shown, card_clicked; orders",
    ),
    _of(
        "moment_left",
        _COUNT,
        "number of them who went on within 5 seconds and neither clicked nor bought; old ones count less",
        "behaviour: card_shown, left",
    ),
    _of("moment_share", _SHARE, "viewings in which the card comes up there / all viewings from now on", _CARDS),
    _of(
        "purchase",
        _WORD,
        "a paid order, not cancelled, of whose goods not all money went back, by time of payment",
        _ORDERS,
    ),
    _of("occasion", _COUNT, "purchases of a fan one after the other in the same room count as one", _ORDERS),
    _of("purchases", _COUNT, "number of purchases", _ORDERS),
    _of("first_purchase", _MOMENT, "time of payment of the fan's first purchase", _ORDERS),
    _of("last_purchase", _MOMENT, "time of payment of the fan's last purchase", _ORDERS),
    _of(
        "taken_back",
        _MONEY,
        "sum(refunded to buyer + to platform) of goods; of a cancelled order its gmv",
        "refunds of orders",
    ),
    _of("spent", _MONEY, "sum(gmv - taken_back) of purchases: GMV after refunds", _ORDERS),
    _of("average_order", _MONEY, "spent / purchases", _ORDERS),
    _of("returned_share", _SHARE, "taken_back / gmv of all paid orders", _ORDERS),
    _of("new_buyers", _COUNT, "fans whose first purchase was in these days", _ORDERS),
    _of(
        "repurchase_rate",
        _SHARE,
        "fans back within N days of their first occasion / fans first N days ago or more",
        _ORDERS,
    ),
    _of("cohort_share", _SHARE, "fans of a first month who bought in its month n / fans of that first month", _ORDERS),
    _of(
        "orders_with",
        _COUNT,
        "purchases with this product, or made in this room, video or kind of place, in the months of these days",
        _ORDERS,
    ),
    _of("firsts_with", _COUNT, "of orders_with those that were the first purchase of their fan", _ORDERS),
    _of("brought_back", _SHARE, "orders whose fan was back within N days / orders of months over for N days", _ORDERS),
    _of("once_share", _SHARE, "fans with one occasion so far / fans", _ORDERS),
    _of("lifetime", _MONEY, "spent up to now / fans, of those who first bought in these months", _ORDERS),
    _of("pause", _DAYS, "days from an occasion's first order to the next occasion's, by month of the later", _ORDERS),
    _of("usual_pause", _DAYS, "median of a fan's pauses, of two or more", _ORDERS),
    _of("usual_hour", _WORD, "hour of the books in which most of a fan's orders were paid", "orders"),
    _of(
        "found_by",
        _WORD,
        "where they first watched or bought, the earlier: room, video or shop; share if a link handed on led there",
        "orders; behaviour",
    ),
    _of(
        "fan_watch",
        _SECONDS,
        "sum(watched seconds) of rooms and videos of the host while signed in",
        "behaviour: watched",
    ),
    _of("fan_rooms", _COUNT, "rooms with a purchase; rooms entered while signed in", "orders; behaviour: entered"),
    _of(
        "fan_comments",
        _COUNT,
        "said in rooms of the host, with those removed, and under the host's videos, without them",
        "rooms' logs; videos",
    ),
    _of("fan_likes", _COUNT, "likes of the host's videos, less those taken back; in rooms they name nobody", "videos"),
    _of(
        "fans",
        _COUNT,
        "accounts that bought, follow the host, or watched while signed in",
        "orders; behaviour; follows",
    ),
    _of(
        "creator_fans",
        _COUNT,
        "accounts that follow a creator, were in the creator's rooms or films, or bought there; "
        "of who owns a shop: bought others' goods there",
        "orders; behaviour; follows",
    ),
    _of(
        "creator_orders",
        _COUNT,
        "purchases found in the creator's rooms and films with a commission, not quiet ones",
        _ORDERS,
    ),
    _of("creator_spent", _MONEY, "sum(gmv - returned) of those goods in creator_orders", _ORDERS),
    _of("segment_watcher", _COUNT, "no paid order; follows, or watched while signed in", "orders; behaviour; follows"),
    _of("segment_lost", _COUNT, "last purchase more than lost_days ago", _ORDERS),
    _of("segment_slipping", _COUNT, "last purchase more than slipping_days ago, and not lost", _ORDERS),
    _of(
        "segment_returner",
        _COUNT,
        "no purchase left, or ≥ 3 paid orders, returned_share ≥ returner_bp; not above",
        _ORDERS,
    ),
    _of("segment_big_spender", _COUNT, "spent ≥ big_spent; none of the above", _ORDERS),
    _of("segment_loyal", _COUNT, "occasions ≥ loyal_occasions; none of the above", _ORDERS),
    _of("segment_new", _COUNT, "first purchase at most new_days ago; none of the above", _ORDERS),
    _of("segment_active", _COUNT, "a purchase; none of the above", _ORDERS),
    _of("likelihood", _SHARE, "chance to buy within 30 days, learnt from the shop's own fans (docs/fans.md)", _ORDERS),
    _of(
        "auc",
        _SCORE,
        "share of pairs of a fan who came and one who did not in which who came was told more; a coin: 0.5",
        _ORDERS,
    ),
    _of("brier", _SCORE, "mean((chance told - 1 if they came, else 0)²); less is better", _ORDERS),
    _of("calibration", _SHARE, "fans in ten groups by chance told: mean chance told; share that came", _ORDERS),
    _of("next_hits", _SHARE, "fans who bought one of ten products told / fans who bought in the last 30 days", _ORDERS),
    _of("reached_fans", _COUNT, "fans who were to get the message, without those held out", "messages"),
    _of("held_out_fans", _COUNT, "fans drawn by chance who got no message", "messages"),
    _of(
        "bought_after",
        _SHARE,
        "fans of the group who bought within the window / fans of the group",
        "messages; orders and their refunds",
    ),
    _of("spent_after", _MONEY, "spent within the window / fans of the group", "messages; orders and their refunds"),
    _of(
        "effect_bought",
        _SHARE,
        "bought_after of the reached - of the held out; 95 % interval of Newcombe",
        "messages; orders and their refunds",
    ),
    _of(
        "effect_spent",
        _MONEY,
        "spent_after of the reached - of the held out; 95 % interval of Welch",
        "messages; orders and their refunds",
    ),
    _of(
        "club_points",
        _COUNT,
        "points for minutes watched + for yuan spent + for months followed, by the club's rules",
        "behaviour; orders; follows",
    ),
    _of("club_members", _COUNT, "members whose club_points reach this level and not the next", "club_points"),
    _of("picture_delay", _SECONDS, "median(now - moment of the viewer's picture)", "rooms' logs: viewers' players"),
    _of("money_available", _MONEY, "balance of the account that payouts are drawn from", "ledger"),
    _of("money_pending", _MONEY, "sum(seller's part) of paid orders that are not settled", "ledger; settlements"),
    _of("money_deposit", _MONEY, "balance of the shop's deposit", "ledger"),
    _of("money_in_payout", _MONEY, "sum(amount) of payouts asked for and not yet arrived or failed", "ledger; payouts"),
    _of("money_paid_out", _MONEY, "sum(amount) of payouts that arrived", "ledger; payouts"),
    _of(
        "settled_goods",
        _MONEY,
        "sum(price × quantity - all coupons) + what the platform's coupons paid, of the order",
        "orders",
    ),
    _of("settled_freight", _MONEY, "freight paid with the order", "orders"),
    _of("settled_refunded", _MONEY, "sum(refunded to buyer + to platform) of the order", "refunds of orders"),
    _of("settled_commission", _MONEY, "sum(commission) to creators, of what was kept", "orders; settlements"),
    _of(
        "settled_service",
        _MONEY,
        "sum(agreed share) to providers of services, of what was kept",
        "orders; settlements",
    ),
    _of("settled_fee", _MONEY, "the platform's rate of what was kept", "orders; settlements"),
    _of(
        "settled_shop_part",
        _MONEY,
        "goods + freight - refunded - creators' part - providers' part - fee",
        "orders; settlements",
    ),
    _of("statement_balance", _MONEY, "sum of all movements of the balance up to the moment", "ledger"),
    _of("commission_earned", _MONEY, "agreed rate × what was paid for the line and kept", "orders; settlements"),
    _of(
        "questions_asked",
        _COUNT,
        "different accounts that asked this of the product, of 3 or more",
        "rooms' logs: comments",
    ),
    _of("messages_sent", _COUNT, "messages handed to the channel; waiting: not yet; dropped: given up", "messages"),
    _of(
        "coupon_orders", _COUNT, "purchases on which the fan used the coupon; beside it what it takes off each", _ORDERS
    ),
    _of(
        "coupon_redeemed",
        _COUNT,
        "orders that use the coupon and are not cancelled, those not yet paid included",
        "orders",
    ),
    _of("product_sold", _COUNT, "pieces paid for - pieces that came back", "stock; orders"),
    _of("flash_sold", _COUNT, "pieces paid for at the flash price - pieces that came back", "stock; orders"),
    _of("fan_product_orders", _COUNT, "purchases of the fan with a line of the product", "orders and their refunds"),
    _of("category_orders", _COUNT, "purchases of the fan with a line of the category", "orders and their refunds"),
)
