"""What the open API takes and answers.

Generated from the description of the open API by scripts/make_client.py; do not edit.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType


class AfterSaleKind(StrEnum):
    """What the buyer asks for. Others may be added."""

    EXCHANGE = "exchange"
    REFUND_ONLY = "refund_only"
    RETURN_REFUND = "return_refund"


class AfterSaleReason(StrEnum):
    """Why the buyer asks; it decides who bears the carriage of a return. Others may be added."""

    DAMAGED = "damaged"
    NOT_AS_DESCRIBED = "not_as_described"
    NOT_RECEIVED = "not_received"
    NOT_WANTED = "not_wanted"
    OTHER = "other"
    QUALITY = "quality"
    WRONG_ITEM = "wrong_item"


class AfterSaleState(StrEnum):
    """The table of moves is in modules/aftersales/rules.py. Others may be added."""

    AWAITING_RESEND = "awaiting_resend"
    AWAITING_RETURN = "awaiting_return"
    CLOSED = "closed"
    ESCALATED = "escalated"
    EXCHANGED = "exchanged"
    OFFERED = "offered"
    REFUNDED = "refunded"
    REFUNDING = "refunding"
    REFUSED = "refused"
    REQUESTED = "requested"
    RESENT = "resent"
    RETURNING = "returning"


class CreatorFanGroup(StrEnum):
    """Ready groups of a creator's fans; somebody may be in several. Others may be added."""

    ALL = "all"
    AWAY = "away"
    BUYERS = "buyers"
    FOLLOWERS = "followers"
    NEW = "new"
    WATCHERS = "watchers"


class Deed(StrEnum):
    """What can be done with an order; also the names in `allowed` on the wire. Others may be added."""

    AUTO_COMPLETE = "auto_complete"
    CANCEL = "cancel"
    CLOSE_REFUNDED = "close_refunded"
    CONFIRM_RECEIPT = "confirm_receipt"
    DELIVER = "deliver"
    PAY = "pay"
    SHIP = "ship"
    TIME_OUT = "time_out"


class DeliveryState(StrEnum):
    """waiting → delivered | dead; dead or delivered → waiting (somebody has it sent again). Others may be
    added.
    """

    DEAD = "dead"
    DELIVERED = "delivered"
    WAITING = "waiting"


class DisabledReason(StrEnum):
    """Why nothing is sent to an endpoint. Others may be added."""

    BY_HAND = "by_hand"
    FAILING = "failing"
    GONE = "gone"


class JobState(StrEnum):
    """A job waits for a worker, runs, and ends in one of three ways. Others may be added."""

    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"


class JournalKind(StrEnum):
    """Why pieces came or went other than by orders. Others may be added."""

    CORRECTION = "correction"
    GIVEN_BACK = "given_back"
    OPENING = "opening"
    RESTOCK = "restock"
    RETURNED = "returned"
    SET_ASIDE = "set_aside"


class LevelColour(StrEnum):
    """The palette of badges; every one is legible on the picture of a room and on paper. Others may be added."""

    GOLD = "gold"
    GRAPE = "grape"
    LEAF = "leaf"
    MIST = "mist"
    PERSIMMON = "persimmon"
    SEA = "sea"


class Mode(StrEnum):
    """Who puts cards up in a room: the host alone, the host when asked, or the platform by itself. Others may
    be added.
    """

    AUTO = "auto"
    MANUAL = "manual"
    SUGGEST = "suggest"


class OrderState(StrEnum):
    """See Order states in docs/architecture.md; the table of moves is in modules/orders/rules.py. Others may
    be added.
    """

    CANCELLED = "cancelled"
    COMPLETED = "completed"
    DELIVERED = "delivered"
    PAID = "paid"
    PENDING_PAYMENT = "pending_payment"
    SHIPPED = "shipped"


class ProductState(StrEnum):
    """Only products on sale can be bought or put in a bag. Others may be added."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    OFF = "off"
    ON_SALE = "on_sale"
    REJECTED = "rejected"


class QuestionKind(StrEnum):
    """What viewers ask a host about. Others may be added."""

    GOODS = "goods"
    LINK = "link"
    LOOK = "look"
    OFFER = "offer"
    PRICE = "price"
    RETURNS = "returns"
    SHIPPING = "shipping"
    SHOW = "show"
    SIZE = "size"
    STOCK = "stock"


class RefundState(StrEnum):
    """pending → succeeded | failed; failed → pending (an operator has it tried again). Others may be added."""

    FAILED = "failed"
    PENDING = "pending"
    SUCCEEDED = "succeeded"


class Role(StrEnum):
    """Who moves an order. Others may be added."""

    BUYER = "buyer"
    CARRIER = "carrier"
    CLOCK = "clock"
    PLATFORM = "platform"
    PROVIDER = "provider"
    SELLER = "seller"


class RoomState(StrEnum):
    """planned → on_air ⇄ interrupted → ended. An ended room is its replay. Others may be added."""

    ENDED = "ended"
    INTERRUPTED = "interrupted"
    ON_AIR = "on_air"
    PLANNED = "planned"


class RowOutcome(StrEnum):
    """What became of a row of a file, or would become of it in a dry run. Others may be added."""

    CREATED = "created"
    DONE = "done"
    REFUSED = "refused"
    UNCHANGED = "unchanged"
    UPDATED = "updated"


class SegmentCode(StrEnum):
    """The ready segments; a fan is in one, the first that fits: rules are in modules/fans/segment_rules.py.
    Others may be added.
    """

    ACTIVE = "active"
    BIG_SPENDER = "big_spender"
    LOST = "lost"
    LOYAL = "loyal"
    NEW = "new"
    RETURNER = "returner"
    SLIPPING = "slipping"
    WATCHER = "watcher"


class ShipmentResult(StrEnum):
    """Whether an order of a batch is on its way. Others may be added."""

    REFUSED = "refused"
    SHIPPED = "shipped"


class ShortVideoState(StrEnum):
    """draft → published ⇄ hidden (by its creator) | taken_down (by the operator). Others may be added."""

    DRAFT = "draft"
    HIDDEN = "hidden"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken_down"


class StageKind(StrEnum):
    """What was done with goods on their way to the buyer. Others may be added."""

    CUSTOM = "custom"
    GROWN = "grown"
    PACKED = "packed"
    PICKED = "picked"
    PROCESSED = "processed"


class TrackingKind(StrEnum):
    """What a carrier says of a parcel. Others may be added."""

    DELIVERED = "delivered"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    PICKED_UP = "picked_up"
    PROBLEM = "problem"


class VideoState(StrEnum):
    """`waiting` for the worker, then `ready` or `refused`. Others may be added."""

    READY = "ready"
    REFUSED = "refused"
    WAITING = "waiting"


class VodState(StrEnum):
    """`waiting` for the worker, `working`, then `ready` or `refused`. Others may be added."""

    READY = "ready"
    REFUSED = "refused"
    WAITING = "waiting"
    WORKING = "working"


class Advance(Struct, frozen=True, kw_only=True):
    """How much time shall have passed."""

    advance_s: int


class Advanced(Struct, frozen=True, kw_only=True):
    """How much has."""

    advanced_s: int


class AfterSaleEvent(Struct, frozen=True, kw_only=True):
    """What was done, when, by whom, why, and the state that followed."""

    deed: str
    state: str
    at: str
    by: str
    note: str | None
    picture_urls: list[str]


class AfterSaleParcel(Struct, frozen=True, kw_only=True):
    """Goods on their way."""

    carrier: str
    tracking_number: str
    sent_at: str


class ReturnAddress(Struct, frozen=True, kw_only=True):
    """Where goods are sent back to."""

    recipient: str
    phone: str
    region: str
    detail: str


class AfterSale(Struct, frozen=True, kw_only=True):
    """What a buyer asks for one line of an order."""

    id: UUID
    order_id: UUID
    order_number: str
    buyer_name: str
    """Masked."""
    line_no: int
    title: str
    sku_name: str
    kind: str
    state: str
    quantity: int
    refund_minor: int
    """What goes back to the buyer in all; 0 for an exchange."""
    freight_minor: int
    """What of that is freight."""
    currency: str
    reason: str
    description: str
    picture_urls: list[str]
    opened_at: str
    deadline_at: str | None
    """Until when it waits; then silence counts as an answer."""
    waits_for: str | None
    """`seller`, `buyer` or `operator`."""
    return_address: ReturnAddress | None
    return_freight_by: str
    """Who bears the carriage of goods sent back."""
    return_shipment: AfterSaleParcel | None
    resend_shipment: AfterSaleParcel | None
    history: list[AfterSaleEvent]
    allowed: list[str]
    """What the seller may do with it now."""


class AfterSalePage(Struct, frozen=True, kw_only=True):
    """A page of after-sales, the newest first."""

    items: list[AfterSale]
    next_cursor: str | None


class NewReturnAddress(Struct, frozen=True, kw_only=True):
    """Where the goods shall be sent back to."""

    recipient: str
    phone: str
    region: str
    detail: str


class Agreement(Struct, frozen=True, kw_only=True):
    """The seller agrees. Where goods come back, the address is needed unless the shop has told one before."""

    return_address: NewReturnAddress | UnsetType | None = UNSET


class Attribute(Struct, frozen=True, kw_only=True):
    """A fact about goods: brand, origin, material, storage."""

    name: str
    value: str


class Bag(Struct, frozen=True, kw_only=True):
    """The products of the bag, in order."""

    product_ids: list[UUID]


class Balance(Struct, frozen=True, kw_only=True):
    """The shop's money."""

    available_minor: int
    pending_minor: int
    """What its orders under way will bring after fee, commission and service."""
    deposit_minor: int
    in_payout_minor: int
    paid_minor: int
    currency: str


class BatchShipment(Struct, frozen=True, kw_only=True):
    """One order of a batch."""

    order_id: UUID
    carrier: str
    tracking_number: str


class CancelOrder(Struct, frozen=True, kw_only=True):
    """Why the seller cancels; the buyer reads it."""

    reason: str


class Coupon(Struct, frozen=True, kw_only=True):
    """So much off, from such a spend on, so often in all and by one account, in this time."""

    id: UUID
    code: str
    title: str
    """What buyers read."""
    is_listed: bool
    """Whether buyers are shown it; else only who knows the code can use it."""
    currency: str
    off_minor: int
    min_spend_minor: int
    quota: int
    per_account: int
    redeemed: int
    valid_from: str
    valid_until: str
    ended_at: str | None
    """When the shop ended it early."""


class CouponPage(Struct, frozen=True, kw_only=True):
    """A page of coupons, the newest first."""

    items: list[Coupon]
    next_cursor: str | None


class Cue(Struct, frozen=True, kw_only=True):
    """What is on show."""

    id: UUID
    product_id: UUID
    at: str


class Customer(Struct, frozen=True, kw_only=True):
    """Somebody who has bought in the shop."""

    id: UUID
    name: str
    """Masked."""
    orders: int
    """Paid and not cancelled."""
    spent_minor: int
    """What these orders cost, before refunds."""
    currency: str
    first_order_at: str
    last_order_at: str


class CustomerPage(Struct, frozen=True, kw_only=True):
    """A page of customers, who bought last first."""

    items: list[Customer]
    next_cursor: str | None


class Delivery(Struct, frozen=True, kw_only=True):
    """What becomes of a message at a webhook."""

    event_id: UUID
    type: str
    state: str
    attempts: int
    created_at: str
    tried_at: str | None
    next_at: str | None
    status: int | None
    """The HTTP status of the last answer."""
    error: str | None


class DeliveryPage(Struct, frozen=True, kw_only=True):
    """A page of deliveries, the newest first."""

    items: list[Delivery]
    next_cursor: str | None


class Escalation(Struct, frozen=True, kw_only=True):
    """Why the operator shall decide."""

    note: str


class EventSubject(Struct, frozen=True, kw_only=True):
    """What an event is about."""

    kind: str
    id: UUID


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened, as webhooks are told it."""

    id: UUID
    """The `webhook-id` of its delivery."""
    type: str
    timestamp: str
    subject: EventSubject
    sequence: int
    """Grows by one with each event of the subject."""
    data: dict[str, Any]


class EventPage(Struct, frozen=True, kw_only=True):
    """Events, the oldest first. Ask with `next_cursor` again later, also if there is no more now."""

    items: list[Event]
    next_cursor: str
    has_more: bool


class Evidence(Struct, frozen=True, kw_only=True):
    """What the operator shall know and see."""

    text: str
    picture_urls: list[str] | UnsetType = UNSET


class ExternalLink(Struct, frozen=True, kw_only=True):
    """Where a product is sold that is not sold here: shown beside our own, bought there."""

    url: str
    source_name: str
    """What buyers know the place by: `Buy at …`."""
    ref_name: str | UnsetType = UNSET
    """The parameter of the address that says which room a buyer comes from."""


class Fan(Struct, frozen=True, kw_only=True):
    """Somebody who has bought here or watches; spending is without what was given back."""

    id: UUID
    name: str
    """The first character alone."""
    segment: str
    orders: int
    spent_minor: int
    currency: str
    first_order_at: str | None
    last_order_at: str | None
    followed_at: str | None
    tags: list[str]


class FanClubLevel(Struct, frozen=True, kw_only=True):
    """A level and how many members have it."""

    level: int
    name: str
    colour: str
    points: int
    """So many are needed in all."""
    coupon_id: UUID | None
    """Made out once to each member who reaches the level."""
    members: int


class FanClubPoints(Struct, frozen=True, kw_only=True):
    """How points come; 0 gives none."""

    per_minute_watched: int
    """Of a room on air, while a member."""
    most_minutes_a_day: int
    per_yuan: int
    """Of an order's goods, whole yuan, less what was refunded."""
    per_month_followed: int
    """For each 30 days."""


class FanClub(Struct, frozen=True, kw_only=True):
    """The shop's fan club: what members wear in its rooms, how points come, and the levels, lowest first."""

    is_open: bool
    name: str
    badge: str
    points: FanClubPoints
    levels: list[FanClubLevel]


class FanClubMember(Struct, frozen=True, kw_only=True):
    """A member and what their points came of."""

    id: UUID
    name: str
    """The first character alone."""
    level: int
    points: int
    points_by_watching: int
    points_by_buying: int
    points_by_following: int
    joined_at: str


class FanClubMemberPage(Struct, frozen=True, kw_only=True):
    """A page of members, the highest level and the most points first."""

    items: list[FanClubMember]
    next_cursor: str | None


class FanCondition(Struct, frozen=True, kw_only=True):
    """A condition in one of two forms: as JSON (`{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`,
    `{"field", "op", "value"}`) or as CEL.
    """

    condition: dict[str, Any] | UnsetType | None = UNSET
    cel: str | UnsetType | None = UNSET


class FanCount(Struct, frozen=True, kw_only=True):
    """How many fans meet a condition now, and the condition in both forms."""

    fans: int
    condition: dict[str, Any]
    cel: str


class FanPage(Struct, frozen=True, kw_only=True):
    """A page of fans, who spent most first."""

    items: list[Fan]
    next_cursor: str | None


class FanSegment(Struct, frozen=True, kw_only=True):
    """A segment that the shop made itself: who meets its condition now is in it."""

    id: UUID
    name: str
    condition: dict[str, Any]
    cel: str
    """The same condition in CEL."""
    fans: int | None
    """As counted then; null: counting took too long."""
    counted_at: str | None
    changed_at: str


class ReadyFanSegment(Struct, frozen=True, kw_only=True):
    """A segment that every shop has, by the shop's thresholds, and how many fans are in it."""

    code: str
    fans: int


class FanSegments(Struct, frozen=True, kw_only=True):
    """The ready segments, and the shop's own by name."""

    ready: list[ReadyFanSegment]
    own: list[FanSegment]


class FlashSale(Struct, frozen=True, kw_only=True):
    """A price for a time, for so many pieces set aside."""

    id: UUID
    product_id: UUID
    sku_id: UUID
    title: str
    sku_name: str
    price_minor: int
    list_price_minor: int
    set_aside: int
    left: int
    """Can still be bought."""
    limit_per_buyer: int | None
    starts_at: str
    ends_at: str
    opens_at: str | None
    """From when on members of the fan club may buy, from `early_level` on. Null: nobody before others."""
    early_level: int | None
    started_at: str | None
    ended_at: str | None


class FlashSaleEarlyAccess(Struct, frozen=True, kw_only=True):
    """Members of the shop's fan club, from this level on, may buy so many seconds before others."""

    level: int
    seconds: int


class FlashSalePage(Struct, frozen=True, kw_only=True):
    """A page of flash sales, the newest first."""

    items: list[FlashSale]
    next_cursor: str | None


class JobFailure(Struct, frozen=True, kw_only=True):
    """Why a job failed as a whole."""

    code: str
    field: str | None
    params: dict[str, Any]


class Job(Struct, frozen=True, kw_only=True):
    """A piece of long work and how far it has come."""

    id: UUID
    kind: str
    state: str
    options: dict[str, Any]
    file_name: str | None
    total: int | None
    """Rows in all; null while not known."""
    done: int
    refused: int
    counts: dict[str, int]
    """Rows by outcome."""
    result_name: str | None
    """Of the file that came out, once it can be fetched."""
    refusals_name: str | None
    """Of the file of refused rows, each with the reason."""
    failure: JobFailure | None
    created_at: str
    started_at: str | None
    ended_at: str | None


class JobFile(Struct, frozen=True, kw_only=True):
    """A file that was sent for a job to read."""

    id: UUID
    name: str
    size_bytes: int


class JobPage(Struct, frozen=True, kw_only=True):
    """A page of jobs, the newest first."""

    items: list[Job]
    next_cursor: str | None


class JobRow(Struct, frozen=True, kw_only=True):
    """What became of one row of the file; `row` counts as spreadsheets do."""

    row: int
    outcome: str
    label: str
    reason: str | None
    column: str | None
    params: dict[str, Any]


class JobRowPage(Struct, frozen=True, kw_only=True):
    """A page of rows, in the order of the file."""

    items: list[JobRow]
    next_cursor: str | None


class LineRefund(Struct, frozen=True, kw_only=True):
    """What goes back for one line."""

    line_no: int
    amount_minor: int


class LivePrice(Struct, frozen=True, kw_only=True):
    """What the SKU costs in this room; never more than its ordinary price."""

    price_minor: int


class NewCoupon(Struct, frozen=True, kw_only=True):
    """A new coupon of the shop."""

    code: str
    off_minor: int
    quota: int
    valid_until: datetime
    min_spend_minor: int | UnsetType = UNSET
    per_account: int | UnsetType = UNSET
    valid_from: datetime | UnsetType | None = UNSET
    """Null: from now on."""
    title: str | UnsetType = UNSET
    is_listed: bool | UnsetType = UNSET


class NewCue(Struct, frozen=True, kw_only=True):
    """The product to hold up, from this moment of the picture on; without one, now."""

    product_id: UUID
    at: datetime | UnsetType | None = UNSET


class NewFanSegment(Struct, frozen=True, kw_only=True):
    """A segment as it shall be; its name is one of a kind in the shop."""

    name: str
    condition: dict[str, Any] | UnsetType | None = UNSET
    cel: str | UnsetType | None = UNSET


class NewFlashSale(Struct, frozen=True, kw_only=True):
    """A flash sale to come. Its pieces are set aside from the ordinary stock at once."""

    sku_id: UUID
    price_minor: int
    set_aside: int
    starts_at: datetime
    """A time that is past means now."""
    ends_at: datetime
    limit_per_buyer: int | UnsetType | None = UNSET
    early: FlashSaleEarlyAccess | UnsetType | None = UNSET
    """Null: everybody at the same moment. Of a sale that starts now, nothing is earlier."""


class NewJob(Struct, frozen=True, kw_only=True):
    """Work to be done. `options` are those of the kind."""

    kind: str
    file_id: UUID | UnsetType | None = UNSET
    """The file to read, sent before."""
    options: dict[str, Any] | UnsetType = UNSET


class NewLine(Struct, frozen=True, kw_only=True):
    """What was said, and when it had been said. Without `start_at` its beginning is guessed."""

    text: str
    end_at: datetime
    start_at: datetime | UnsetType | None = UNSET
    line_id: str | UnsetType | None = UNSET
    """Your name for it. Without one, a line is known again by its time and text."""


class NewNote(Struct, frozen=True, kw_only=True):
    """What the shop wants to remember about an order; the buyer never sees it."""

    text: str


class NewSku(Struct, frozen=True, kw_only=True):
    """A SKU of a new product."""

    price_minor: int
    name: str | UnsetType = UNSET
    """May be left out where there are options: their values are its name."""
    stock: int | UnsetType = UNSET
    weight_g: int | UnsetType = UNSET
    option_values: list[str] | UnsetType = UNSET
    """One for each of the product's options, in their order."""
    code: str | UnsetType | None = UNSET
    """Your own number of it, unique in the shop."""
    barcode: str | UnsetType | None = UNSET
    picture_url: str | UnsetType | None = UNSET


class ProductOption(Struct, frozen=True, kw_only=True):
    """What the buyer chooses by: a colour, a size."""

    name: str
    values: list[str]


class Stage(Struct, frozen=True, kw_only=True):
    """One step of where goods come from, as the seller shows it."""

    kind: str
    title: str | UnsetType = UNSET
    place: str | UnsetType = UNSET
    day: date | UnsetType | None = UNSET
    note: str | UnsetType = UNSET
    picture_url: str | UnsetType | None = UNSET
    video_url: str | UnsetType | None = UNSET


class NewProduct(Struct, frozen=True, kw_only=True):
    """A new product with its SKUs in order."""

    title: str
    skus: list[NewSku]
    description: str | UnsetType = UNSET
    picture_urls: list[str] | UnsetType = UNSET
    """Paths that the upload of a picture answered."""
    state: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    freight_template_id: UUID | UnsetType | None = UNSET
    limit_per_buyer: int | UnsetType | None = UNSET
    options: list[ProductOption] | UnsetType = UNSET
    """What buyers choose by: each SKU has a value of each, and no two have the same."""
    attributes: list[Attribute] | UnsetType = UNSET
    provenance: list[Stage] | UnsetType = UNSET
    """Where it comes from, the first stage first."""
    video_url: str | UnsetType | None = UNSET
    """A path that the upload of a film answered."""
    handle: str | UnsetType | None = UNSET
    """A name of your own for it, unique in the shop."""
    external: ExternalLink | UnsetType | None = UNSET
    """Where it is sold, if not here; then it has one SKU and no stock."""


class NewRedelivery(Struct, frozen=True, kw_only=True):
    """What shall be sent again of what came since a moment."""

    since: datetime
    only_failed: bool | UnsetType = UNSET
    """False: also what was taken, and what came while the webhook was off."""


class NewRefund(Struct, frozen=True, kw_only=True):
    """Money that the seller gives back without goods coming back: for lines, for the freight, or both."""

    lines: list[LineRefund] | UnsetType = UNSET
    freight_minor: int | UnsetType = UNSET


class NewRoom(Struct, frozen=True, kw_only=True):
    """A room to come. It goes on air when its host publishes a picture."""

    title: str
    cover_url: str | UnsetType | None = UNSET


class SandboxLine(Struct, frozen=True, kw_only=True):
    """A SKU of the sandbox shop, and how many."""

    sku_id: UUID
    quantity: int | UnsetType = UNSET


class NewSandboxOrder(Struct, frozen=True, kw_only=True):
    """What somebody made up buys."""

    lines: list[SandboxLine]
    is_paid: bool | UnsetType = UNSET


class NewShipment(Struct, frozen=True, kw_only=True):
    """Who carries the order, under which number."""

    carrier: str
    tracking_number: str


class NewSurfacing(Struct, frozen=True, kw_only=True):
    """Who puts cards up: `manual` the host alone, `suggest` the host when asked, `auto` the platform by
    itself.
    """

    mode: str


class NewTrackingEvent(Struct, frozen=True, kw_only=True):
    """One event on a parcel's way, in the carrier's words."""

    kind: str
    at: datetime
    place: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


class NewTranscript(Struct, frozen=True, kw_only=True):
    """Lines of speech, in any order."""

    lines: list[NewLine]


class NewWebhook(Struct, frozen=True, kw_only=True):
    """Where to send what."""

    url: str
    types: list[str]
    description: str | UnsetType = UNSET


class Offer(Struct, frozen=True, kw_only=True):
    """What the seller would do instead. Where goods come back, the address is needed unless the shop has told
    one.
    """

    kind: str
    note: str
    refund_minor: int | UnsetType = UNSET
    """0 for an exchange, more for the others."""
    picture_urls: list[str] | UnsetType = UNSET
    return_address: NewReturnAddress | UnsetType | None = UNSET


class OrderLine(Struct, frozen=True, kw_only=True):
    """What was bought, as it was when it was bought. Amounts are in minor units of the order's currency."""

    line_no: int
    product_id: UUID
    sku_id: UUID
    title: str
    sku_name: str
    quantity: int
    price_minor: int
    """Of one piece."""
    off_minor: int
    """This line's part of the shop's coupon."""
    platform_off_minor: int
    """This line's part of the platform's coupon; the platform pays it to the shop."""
    paid_minor: int
    """What the buyer paid for the line."""
    refunded_quantity: int
    refunded_minor: int
    room_id: UUID | None
    """The room it was bought in."""


class OrderMove(Struct, frozen=True, kw_only=True):
    """When the order came into a state, by whom, and why."""

    state: str
    at: str
    by: str
    reason: str | None


class TrackingEvent(Struct, frozen=True, kw_only=True):
    """What the carrier said of the parcel."""

    kind: str
    at: str
    place: str
    text: str


class Shipment(Struct, frozen=True, kw_only=True):
    """How the order travels."""

    carrier: str
    tracking_number: str
    shipped_at: str
    events: list[TrackingEvent] | UnsetType = UNSET
    """The first first. In lists only if `fields` names `shipment.events`."""


class ShippingAddress(Struct, frozen=True, kw_only=True):
    """Where the order goes, as it was when it was placed."""

    recipient: str
    phone: str
    region: str
    """Province, city, district, as the buyer reads it."""
    detail: str


class StaffNote(Struct, frozen=True, kw_only=True):
    """What somebody of the shop wrote down about an order."""

    text: str
    at: str
    by: str


class Order(Struct, frozen=True, kw_only=True):
    """An order of the shop."""

    id: UUID
    number: str
    """Short, for people; printed on the parcel."""
    state: str
    buyer_name: str
    """Masked."""
    lines: list[OrderLine]
    subtotal_minor: int
    off_minor: int
    """The shop's coupon."""
    platform_off_minor: int
    """The platform's coupon."""
    freight_minor: int
    total_minor: int
    """What the buyer pays."""
    refunded_minor: int
    """What went back to the buyer, or is on its way back."""
    currency: str
    address: ShippingAddress
    room_id: UUID | None
    note: str
    """What the buyer asks of the seller."""
    placed_at: str
    paid_at: str | None
    delivered_at: str | None
    shipment: Shipment | None
    tags: list[str]
    staff_notes: list[StaffNote]
    """The buyer never sees these."""
    allowed: list[str]
    """What the seller may do with it now."""
    history: list[OrderMove] | UnsetType = UNSET
    """The first first. In lists only if `fields` names it."""


class OrderPage(Struct, frozen=True, kw_only=True):
    """A page of orders, the newest first."""

    items: list[Order]
    next_cursor: str | None


class OwnFan(Struct, frozen=True, kw_only=True):
    """Somebody who follows the creator, was in the creator's rooms and videos, or bought there. Of a creator
    who owns a shop: who bought others' goods there; the rest are the shop's fans.
    """

    id: UUID
    """The account's."""
    name: str
    """Its first character."""
    followed_at: str | None
    since: str
    """First there, following or buying."""
    latest_at: str
    """The last time."""
    views: int
    watched_s: int
    comments: int
    likes: int
    orders: int
    """Paid, with a commission for the creator; not those bought quietly."""
    spent_minor: int
    """For those goods, less what went back."""
    currency: str


class OwnFanPlace(Struct, frozen=True, kw_only=True):
    """A room or video of the creator, and what the fan did there."""

    id: UUID
    is_room: bool
    title: str
    """Empty: it is gone."""
    last_at: str
    views: int
    watched_s: int
    comments: int
    likes: int
    orders: int
    spent_minor: int


class OwnFanDetail(Struct, frozen=True, kw_only=True):
    """A fan, and where they were and bought."""

    fan: OwnFan
    last_order_at: str | None
    places: list[OwnFanPlace]
    """Where they were last comes first; at most a hundred."""


class OwnFanGroup(Struct, frozen=True, kw_only=True):
    """A ready group and how many are in it; somebody may be in several."""

    code: str
    fans: int


class OwnFanGroups(Struct, frozen=True, kw_only=True):
    """All ready groups that tell something."""

    items: list[OwnFanGroup]
    is_for_others: bool
    """The creator owns a shop: these are whom the creator brings to others."""


class OwnFanPage(Struct, frozen=True, kw_only=True):
    """A page of them."""

    items: list[OwnFan]
    next_cursor: str | None


class Picture(Struct, frozen=True, kw_only=True):
    """An uploaded picture: upright, without metadata, at most 1600 pixels wide and high."""

    url: str
    """What `picture_urls` take."""
    width: int
    height: int


class Price(Struct, frozen=True, kw_only=True):
    """What a SKU costs."""

    sku_id: UUID
    price_minor: int


class PriceChange(Struct, frozen=True, kw_only=True):
    """The price of one SKU in a batch."""

    sku_id: UUID
    price_minor: int


class PriceBatch(Struct, frozen=True, kw_only=True):
    """Prices of many SKUs, each named once: all are changed, or none."""

    prices: list[PriceChange]


class PriceList(Struct, frozen=True, kw_only=True):
    """What each SKU of a batch costs now, in its order."""

    items: list[Price]


class Problem(Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details."""

    type: str
    """Ends in the code."""
    title: str
    """What happened, in the reader's language (`Accept-Language`): for people."""
    status: int
    """The HTTP status."""
    code: str
    """Stable: for programs."""
    field: str | UnsetType | None = UNSET
    """The input that is at fault, if one is."""
    params: dict[str, Any] | UnsetType = UNSET
    """What the title is about."""


class Sku(Struct, frozen=True, kw_only=True):
    """The variant of a product that is priced and stocked."""

    id: UUID
    product_id: UUID
    name: str
    """What tells it from its siblings."""
    price_minor: int
    """In minor units of the product's currency: 2990 is 29.90."""
    available: int
    """Pieces that can be bought now, beyond what buyers have reserved."""
    weight_g: int
    """Of one piece, packed; freight is reckoned by it."""
    option_values: list[str]
    """One for each of the product's options, in their order."""
    code: str | None
    """Your own number of it, unique in the shop; buyers do not see it."""
    barcode: str | None
    """Buyers do not see it."""
    picture_url: str | None


class Product(Struct, frozen=True, kw_only=True):
    """A product with its SKUs in the seller's order."""

    id: UUID
    title: str
    description: str
    picture_urls: list[str]
    """Paths on this platform; the first is the cover."""
    state: str
    currency: str
    """ISO 4217."""
    category: str
    freight_template_id: UUID | None
    """Null: the shop's default."""
    limit_per_buyer: int | None
    """Most pieces, of all SKUs together, that one account may ever buy; null: no limit."""
    options: list[ProductOption]
    """What buyers choose by; empty: by the names of the SKUs."""
    skus: list[Sku]
    attributes: list[Attribute]
    provenance: list[Stage]
    """Where it comes from, the first stage first."""
    video_url: str | None
    handle: str | None
    """A name of your own for it, unique in the shop; buyers do not see it."""
    external: ExternalLink | None
    """Where it is sold, if not here."""
    version: int
    """Counts up with each change but of stock."""


class SkuEdit(Struct, frozen=True, kw_only=True):
    """A SKU as it shall be. Without `id` it is new; what is left out stays (or is 0, if it is new)."""

    price_minor: int
    name: str | UnsetType = UNSET
    id: UUID | UnsetType = UNSET
    stock: int | UnsetType = UNSET
    weight_g: int | UnsetType = UNSET
    option_values: list[str] | UnsetType = UNSET
    code: str | UnsetType | None = UNSET
    barcode: str | UnsetType | None = UNSET
    picture_url: str | UnsetType | None = UNSET


class ProductEdit(Struct, frozen=True, kw_only=True):
    """What shall change; what is left out stays. `skus` replaces the list: SKUs left out are no longer sold."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    picture_urls: list[str] | UnsetType = UNSET
    state: str | UnsetType = UNSET
    skus: list[SkuEdit] | UnsetType = UNSET
    category: str | UnsetType = UNSET
    freight_template_id: UUID | UnsetType | None = UNSET
    limit_per_buyer: int | UnsetType | None = UNSET
    options: list[ProductOption] | UnsetType = UNSET
    attributes: list[Attribute] | UnsetType = UNSET
    provenance: list[Stage] | UnsetType = UNSET
    video_url: str | UnsetType | None = UNSET
    handle: str | UnsetType | None = UNSET
    external: ExternalLink | UnsetType | None = UNSET


class ProductPage(Struct, frozen=True, kw_only=True):
    """A page of products, the newest first."""

    items: list[Product]
    next_cursor: str | None
    """Give it as `cursor` to get the next page; null: this is the last."""


class Quiet(Struct, frozen=True, kw_only=True):
    """A product that the platform leaves alone for a while, as the host wished."""

    product_id: UUID
    until: str


class Redelivery(Struct, frozen=True, kw_only=True):
    """How many messages will be sent again."""

    count: int


class Refund(Struct, frozen=True, kw_only=True):
    """Money on its way back to a buyer, or there already."""

    id: UUID
    order_id: UUID
    amount_minor: int
    currency: str
    reason: str
    """A code: `cancelled`, `after_sale`, `seller`, `late_payment`."""
    state: str
    requested_at: str
    settled_at: str | None


class RefundPage(Struct, frozen=True, kw_only=True):
    """A page of refunds, the newest first."""

    items: list[Refund]
    next_cursor: str | None


class Refusal(Struct, frozen=True, kw_only=True):
    """The seller refuses, and says why."""

    reason: str
    picture_urls: list[str] | UnsetType = UNSET


class Resend(Struct, frozen=True, kw_only=True):
    """How the exchange was sent."""

    carrier: str
    tracking_number: str


class ReturnReceipt(Struct, frozen=True, kw_only=True):
    """What was sent back has come. With `is_for_sale` false it is not put on sale again."""

    is_for_sale: bool | UnsetType = UNSET


class Room(Struct, frozen=True, kw_only=True):
    """A live session, and afterwards its replay."""

    id: UUID
    host_id: UUID
    title: str
    cover_url: str | None
    state: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    bag: list[UUID]
    """The products in the bag, in order."""


class RoomEdit(Struct, frozen=True, kw_only=True):
    """What shall change of a room; what is left out stays."""

    title: str | UnsetType = UNSET
    cover_url: str | UnsetType | None = UNSET


class RoomSums(Struct, frozen=True, kw_only=True):
    """What was sold. Money is null to a token without `finance:read`."""

    orders_placed: int
    orders_paid: int
    pieces: int
    gmv_minor: int | None
    returned_minor: int | None


class RoomTraffic(Struct, frozen=True, kw_only=True):
    """Who came, and what they did."""

    views: int
    viewers: int
    watch_s: int
    online_max: int
    online_average: float | None
    comments: int
    likes: int
    saw_card: int
    clicked: int
    opened_bag: int
    viewed_product: int
    started_checkout: int
    sampled: float | None
    """At the busiest times single records were kept of this share of visitors not signed in (0 to 1); the
    figures here count all of them. Null: every record was kept.
    """


class RoomMetrics(Struct, frozen=True, kw_only=True):
    """The figures of a room, as far as they are the shop's."""

    room_id: UUID
    state: str
    started_at: str | None
    ended_at: str | None
    currency: str
    sums: RoomSums
    gmv_net_minor: int | None
    """Less what went back."""
    buyers_placed: int
    buyers_paid: int
    aov_minor: int | None
    """What an order brings on average."""
    traffic: RoomTraffic | None
    """Null if the room is not the shop's own."""
    watch_average_s: float | None
    conversion: float | None
    """What part of the viewers paid: who bought without coming into the room is in neither number."""
    gpm_minor: int | None
    """GMV per thousand views."""
    uv_value_minor: int | None
    """GMV per viewer."""


class RoomPage(Struct, frozen=True, kw_only=True):
    """A page of rooms, the newest first."""

    items: list[Room]
    next_cursor: str | None


class RoomProduct(Struct, frozen=True, kw_only=True):
    """A product on its way from card to purchase in one room."""

    product_id: UUID
    title: str
    impressions: int
    clicks: int
    product_views: int
    checkout_starts: int
    orders_placed: int
    orders_paid: int
    buyers: int
    pieces: int
    gmv_minor: int | None
    returned_minor: int | None
    times_featured: int
    featured_s: int


class RoomProducts(Struct, frozen=True, kw_only=True):
    """The funnel of each product of a room."""

    items: list[RoomProduct]


class RoomReportFigure(Struct, frozen=True, kw_only=True):
    """A figure of a whole room beside the same of the host's rooms before; null: nothing to tell, or not to
    this token. Money in minor units, shares between 0 and 1.
    """

    key: str
    formula: str
    """How it is reckoned; the same as in the console."""
    value: float | None
    median: float | None
    """Of the rooms before."""
    last: float | None
    """Of the room just before."""


class RoomReportFlashSale(Struct, frozen=True, kw_only=True):
    """A flash sale while the room was on air, and what of it was sold in this room."""

    flash_sale_id: UUID
    product_id: UUID
    title: str
    sku_name: str
    price_minor: int
    starts_at: str
    ends_at: str
    set_aside: int
    orders_paid: int
    pieces: int
    gmv_minor: int | None


class RoomReportStretch(Struct, frozen=True, kw_only=True):
    """A stretch of the room's time, from `at` on; figures of visitors are null where they are not the shop's."""

    at: str
    online_max: int | None
    online_average: float | None
    comments: int | None
    likes: int | None
    views: int | None
    impressions: int | None
    clicks: int | None
    bag_opens: int | None
    product_views: int | None
    checkout_starts: int | None
    orders_placed: int
    orders_paid: int
    gmv_minor: int | None


class RoomReportMinutes(Struct, frozen=True, kw_only=True):
    """The room over its time, in equal stretches; those in which nothing happened are left out."""

    step_s: int
    items: list[RoomReportStretch]


class RoomReportMoment(Struct, frozen=True, kw_only=True):
    """The minute in which most was sold, and what was held up in it."""

    at: str
    orders_paid: int
    gmv_minor: int | None
    online_max: int | None
    title: str | None


class RoomReportQuestion(Struct, frozen=True, kw_only=True):
    """What at least three viewers asked, in nobody's words."""

    product_id: UUID | None
    """Null: about no product of its own."""
    title: str | None
    kind: str
    people: int


class RoomReportShown(Struct, frozen=True, kw_only=True):
    """From when to when a product was held up."""

    product_id: UUID
    title: str
    start: str
    end: str | None


class RoomReportStep(Struct, frozen=True, kw_only=True):
    """How many people got so far."""

    key: str
    people: int


class RoomReport(Struct, frozen=True, kw_only=True):
    """What came of a room, as far as is known at `at`: refunds and late payments still change it. Nobody is
    named but its host. Money is null to a token without `finance:read`.
    """

    room_id: UUID
    title: str
    cover_url: str | None
    host_name: str
    at: str
    started_at: str | None
    """Null: it was never on air."""
    ended_at: str | None
    is_whole: bool
    """All shops' sales are in it; else those of the token's shop alone."""
    currency: str
    past_rooms: int
    """So many rooms of the same host before are compared with."""
    figures: list[RoomReportFigure]
    steps: list[RoomReportStep]
    minutes: RoomReportMinutes
    featured: list[RoomReportShown]
    best_minute: RoomReportMoment | None
    products: list[RoomProduct]
    """The one that brought most first."""
    flash_sales: list[RoomReportFlashSale]
    questions: list[RoomReportQuestion]
    """The most asked first, at most ten."""


class SandboxOrder(Struct, frozen=True, kw_only=True):
    """The order that was placed."""

    order_id: UUID


class Settlement(Struct, frozen=True, kw_only=True):
    """How the money of a paid order was, or will be, split."""

    order_id: UUID
    number: str
    state: str
    """`pending`, `held` (an after-sale is open) or `settled`."""
    due_at: str | None
    settled_at: str | None
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    shop_minor: int
    """What the shop gets."""
    currency: str


class SettlementPage(Struct, frozen=True, kw_only=True):
    """A page of settlements, the newest first."""

    items: list[Settlement]
    next_cursor: str | None


class ShipmentBatch(Struct, frozen=True, kw_only=True):
    """Many orders to ship. One that is refused does not stop the others."""

    shipments: list[BatchShipment]


class ShipmentOutcome(Struct, frozen=True, kw_only=True):
    """What became of one order of a batch."""

    order_id: UUID
    outcome: str
    reason: str | None
    """A code that says why it was refused; `already_shipped` (with this very number) is no refusal."""


class ShipmentOutcomes(Struct, frozen=True, kw_only=True):
    """What became of each order of a batch, in its order."""

    items: list[ShipmentOutcome]
    shipped: int
    refused: int


class Shop(Struct, frozen=True, kw_only=True):
    """The shop that the token is bound to."""

    id: UUID
    name: str
    is_open: bool
    """A closed shop takes no orders."""


class ShopEdit(Struct, frozen=True, kw_only=True):
    """What shall change of the shop; what is left out stays."""

    name: str | UnsetType = UNSET
    is_open: bool | UnsetType = UNSET


class ShortVideoProduct(Struct, frozen=True, kw_only=True):
    """A product in a video's bag."""

    product_id: UUID
    at_ms: int | None
    """When its card comes up, in ms from the film's start; null: the platform finds out."""
    show_ms: int | None


class ShortVideo(Struct, frozen=True, kw_only=True):
    """A short video of the shop's owner; what is not known before its film is ready is null."""

    id: UUID
    state: str
    film: str
    """How far the film is."""
    title: str
    topics: list[str]
    cover_url: str | None
    playback_url: str | None
    """HLS master playlist."""
    width: int | None
    height: int | None
    duration_ms: int | None
    source_room_id: UUID | None
    """The room of which it is a clip."""
    products: list[ShortVideoProduct]
    views: int
    likes: int
    comments: int
    shares: int
    created_at: str
    published_at: str | None


class ShortVideoPage(Struct, frozen=True, kw_only=True):
    """A page of videos, the newest first."""

    items: list[ShortVideo]
    next_cursor: str | None


class StatementLine(Struct, frozen=True, kw_only=True):
    """One movement of the shop's balance; of a settlement, how it came about."""

    kind: str
    at: str
    order_id: UUID | None
    number: str | None
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    amount_minor: int
    """What it brought to the balance."""


class Statement(Struct, frozen=True, kw_only=True):
    """A day or a month: balance at its beginning and end, and a page of the movements between, the first
    first.
    """

    period: str
    currency: str
    opening_minor: int
    closing_minor: int
    by_kind: dict[str, int]
    """What each kind of movement brought; together closing less opening."""
    items: list[StatementLine]
    next_cursor: str | None


class StockChange(Struct, frozen=True, kw_only=True):
    """The stock of one SKU in a batch: either `available` or `delta`."""

    sku_id: UUID
    available: int | UnsetType = UNSET
    delta: int | UnsetType = UNSET


class StockBatch(Struct, frozen=True, kw_only=True):
    """Stocks of many SKUs, each named once: all are changed, or none."""

    changes: list[StockChange]
    reason: str | UnsetType = UNSET


class StockDelta(Struct, frozen=True, kw_only=True):
    """So many pieces more (or fewer, if negative), whatever is sold meanwhile."""

    delta: int
    reason: str | UnsetType = UNSET


class StockLevel(Struct, frozen=True, kw_only=True):
    """What can be bought of a SKU."""

    sku_id: UUID
    available: int


class StockLevels(Struct, frozen=True, kw_only=True):
    """What can be bought of each SKU of a batch, in its order."""

    items: list[StockLevel]


class StockMove(Struct, frozen=True, kw_only=True):
    """Pieces that came or went other than by orders."""

    id: UUID
    kind: str
    change: int
    available: int
    """What could be bought afterwards."""
    reason: str | None
    at: str
    by: UUID | None
    """The account that did it, or for which an app did; null: the clock alone."""


class StockMovePage(Struct, frozen=True, kw_only=True):
    """A page of a SKU's journal, the latest first."""

    items: list[StockMove]
    next_cursor: str | None


class StockSetting(Struct, frozen=True, kw_only=True):
    """How many pieces can be bought from now on, beyond what buyers have reserved."""

    available: int
    reason: str | UnsetType = UNSET


class Suggestion(Struct, frozen=True, kw_only=True):
    """The host is asked whether to hold a product up."""

    id: UUID
    product_id: UUID
    code: str
    """Why, for programs."""
    params: dict[str, str | int]
    """What belongs to the code: words that were said, how many asked."""
    confidence: float
    expires_at: str


class Surfacing(Struct, frozen=True, kw_only=True):
    """How cards come up in a room."""

    room_id: UUID
    mode: str
    suggestion: Suggestion | None
    quiet: list[Quiet]
    heard_at: str | None
    """Up to which moment of the picture speech is known."""


class Tags(Struct, frozen=True, kw_only=True):
    """All tags that the order shall have."""

    tags: list[str]


class TakenTranscript(Struct, frozen=True, kw_only=True):
    """How many lines were new, and how many had come before."""

    taken: int
    known: int


class TrackingEvents(Struct, frozen=True, kw_only=True):
    """What the carrier says. An event is known by its time and kind: told again it changes nothing."""

    events: list[NewTrackingEvent]


class Video(Struct, frozen=True, kw_only=True):
    """A film that was sent, and how far it is."""

    id: UUID
    state: str
    url: str | None
    """Once it is ready, what `video_url` takes."""
    refused_reason: str | None
    width: int | None
    height: int | None
    duration_ms: int | None


class Webhook(Struct, frozen=True, kw_only=True):
    """Where messages are sent, and how that is going."""

    id: UUID
    url: str
    description: str
    types: list[str]
    is_enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    switched_off_at: str | None
    """When it will be switched off if it takes nothing until then."""
    last_success_at: str | None
    last_error: str | None
    waiting: int
    """Messages that wait to be sent."""
    dead: int
    """Messages that were given up after three days."""
    created_at: str


class WebhookEdit(Struct, frozen=True, kw_only=True):
    """What shall change of a webhook; what is left out stays."""

    url: str | UnsetType = UNSET
    types: list[str] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class WebhookSecret(Struct, frozen=True, kw_only=True):
    """A webhook and its secret, which is told this once."""

    webhook: Webhook
    secret: str
    """`whsec_…`, as the Standard Webhooks libraries take it."""


class WebhookType(Struct, frozen=True, kw_only=True):
    """Something that can be told of."""

    type: str
    area: str
    right: str
    """The scope that the token needs to be told of it."""
    meaning: str


class WebhookTypes(Struct, frozen=True, kw_only=True):
    """What the token may be told of."""

    items: list[WebhookType]


class Webhooks(Struct, frozen=True, kw_only=True):
    """All webhooks of the shop."""

    items: list[Webhook]
