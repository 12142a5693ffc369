"""Every call of the open API.

Generated from the description of the open API by scripts/make_client.py; do not edit.
"""

from collections.abc import Iterator
from uuid import UUID

from xiaodian_client import models
from xiaodian_client.transport import Transport


class Operations(Transport):
    """One method for each operation; lists have a second one that walks all pages."""

    def list_after_sales(
        self, *, cursor: str | None = None, limit: int | None = None, state: str | None = None
    ) -> models.AfterSalePage:
        """What buyers ask of the shop, the newest first."""
        return self.request(
            "GET",
            "/open/v1/after-sales",
            models.AfterSalePage,
            query={"cursor": cursor, "limit": limit, "state": state},
        )

    def iter_after_sales(self, *, limit: int | None = None, state: str | None = None) -> Iterator[models.AfterSale]:
        """All items of `list_after_sales`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_after_sales(limit=limit, state=state, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def get_after_sale(self, after_sale_id: UUID) -> models.AfterSale:
        """One after-sale with its history and until when it waits for whom."""
        return self.request("GET", f"/open/v1/after-sales/{after_sale_id}", models.AfterSale)

    def agree_to_after_sale(
        self, after_sale_id: UUID, body: models.Agreement, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Agree: the money goes back, or the goods come back first."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/agreement",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def escalate_after_sale(
        self, after_sale_id: UUID, body: models.Escalation, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Have the operator decide, of a bad return."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/escalation",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def add_evidence(
        self, after_sale_id: UUID, body: models.Evidence, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Show the operator something."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/evidence",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def offer_instead(
        self, after_sale_id: UUID, body: models.Offer, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Offer something else than what is asked for. The buyer takes it, or goes on asking."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/offer",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def refuse_after_sale(
        self, after_sale_id: UUID, body: models.Refusal, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Refuse. The buyer may ask once more, or have the operator decide."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/refusal",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def resend_goods(
        self, after_sale_id: UUID, body: models.Resend, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Tell how the exchange was sent."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/resend",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def receive_return(
        self, after_sale_id: UUID, body: models.ReturnReceipt, *, idempotency_key: str | None = None
    ) -> models.AfterSale:
        """Tell that the goods have come back: the money goes back, or the exchange is to be sent."""
        return self.request(
            "POST",
            f"/open/v1/after-sales/{after_sale_id}/return-receipt",
            models.AfterSale,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def get_balance(self) -> models.Balance:
        """What the shop has, what is still to come, what is on its way to the bank."""
        return self.request("GET", "/open/v1/balance", models.Balance)

    def list_coupons(self, *, cursor: str | None = None, limit: int | None = None) -> models.CouponPage:
        """The shop's coupons, the newest first."""
        return self.request("GET", "/open/v1/coupons", models.CouponPage, query={"cursor": cursor, "limit": limit})

    def iter_coupons(self, *, limit: int | None = None) -> Iterator[models.Coupon]:
        """All items of `list_coupons`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_coupons(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def create_coupon(self, body: models.NewCoupon, *, idempotency_key: str | None = None) -> models.Coupon:
        """Issue a coupon; its code is unique in the shop."""
        return self.request(
            "POST", "/open/v1/coupons", models.Coupon, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def end_coupon(self, coupon_id: UUID) -> models.Coupon:
        """Let nobody redeem a coupon any more. Said again it changes nothing."""
        return self.request("POST", f"/open/v1/coupons/{coupon_id}/end", models.Coupon)

    def list_customers(self, *, cursor: str | None = None, limit: int | None = None) -> models.CustomerPage:
        """Who has bought, masked, with how many orders for how much; who bought last first."""
        return self.request("GET", "/open/v1/customers", models.CustomerPage, query={"cursor": cursor, "limit": limit})

    def iter_customers(self, *, limit: int | None = None) -> Iterator[models.Customer]:
        """All items of `list_customers`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_customers(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def list_events(
        self, *, cursor: str | None = None, limit: int | None = None, types: str | None = None
    ) -> models.EventPage:
        """The messages that webhooks are told, to be fetched instead: the oldest first, none skipped. They
        are kept for thirty days; whoever comes later with an old cursor is told so by a 410.
        """
        return self.request(
            "GET", "/open/v1/events", models.EventPage, query={"cursor": cursor, "limit": limit, "types": types}
        )

    def get_fan_club(self) -> models.FanClub:
        """The shop's fan club, open or closed, with how many members each level has."""
        return self.request("GET", "/open/v1/fan-club", models.FanClub)

    def list_fan_club_members(
        self, *, level: int | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.FanClubMemberPage:
        """Members of the club, or of one level of it, the highest first."""
        return self.request(
            "GET",
            "/open/v1/fan-club/members",
            models.FanClubMemberPage,
            query={"level": level, "cursor": cursor, "limit": limit},
        )

    def iter_fan_club_members(
        self, *, level: int | None = None, limit: int | None = None
    ) -> Iterator[models.FanClubMember]:
        """All items of `list_fan_club_members`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_fan_club_members(level=level, limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def list_fan_segments(self) -> models.FanSegments:
        """The ready segments counted now, and the shop's own as they were counted last."""
        return self.request("GET", "/open/v1/fan-segments", models.FanSegments)

    def create_fan_segment(
        self, body: models.NewFanSegment, *, idempotency_key: str | None = None
    ) -> models.FanSegment:
        """Save a condition under a name; fans come and go as they meet it."""
        return self.request(
            "POST", "/open/v1/fan-segments", models.FanSegment, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def count_fans(self, body: models.FanCondition) -> models.FanCount:
        """How many fans meet a condition now. Nothing is saved."""
        return self.request("POST", "/open/v1/fan-segments/count", models.FanCount, body=body)

    def list_fans_of_ready_segment(
        self, code: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.FanPage:
        """Who is in a ready segment now, who spent most first."""
        return self.request(
            "GET", f"/open/v1/fan-segments/ready/{code}/fans", models.FanPage, query={"cursor": cursor, "limit": limit}
        )

    def iter_fans_of_ready_segment(self, code: str, *, limit: int | None = None) -> Iterator[models.Fan]:
        """All items of `list_fans_of_ready_segment`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_fans_of_ready_segment(code, limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def delete_fan_segment(self, segment_id: UUID) -> None:
        """List it no more. Messages that were planned for it are still sent; flows that wait at it reach
        nobody.
        """
        self.request("DELETE", f"/open/v1/fan-segments/{segment_id}", None)

    def get_fan_segment(self, segment_id: UUID) -> models.FanSegment:
        """One of the shop's own segments, counted now."""
        return self.request("GET", f"/open/v1/fan-segments/{segment_id}", models.FanSegment)

    def change_fan_segment(self, segment_id: UUID, body: models.NewFanSegment) -> models.FanSegment:
        """Another name or condition from now on, also for what is still to be sent to it."""
        return self.request("PUT", f"/open/v1/fan-segments/{segment_id}", models.FanSegment, body=body)

    def list_fans_of_segment(
        self, segment_id: UUID, *, cursor: str | None = None, limit: int | None = None
    ) -> models.FanPage:
        """Who is in one of the shop's own segments now, who spent most first."""
        return self.request(
            "GET", f"/open/v1/fan-segments/{segment_id}/fans", models.FanPage, query={"cursor": cursor, "limit": limit}
        )

    def iter_fans_of_segment(self, segment_id: UUID, *, limit: int | None = None) -> Iterator[models.Fan]:
        """All items of `list_fans_of_segment`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_fans_of_segment(segment_id, limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def export_fan_segment(self, segment_id: UUID) -> bytes:
        """All who are in one of the shop's own segments now, as a table; that it was taken stands in the
        shop's log.
        """
        return self.request("GET", f"/open/v1/fan-segments/{segment_id}/fans/csv", bytes)

    def list_flash_sales(self, *, cursor: str | None = None, limit: int | None = None) -> models.FlashSalePage:
        """The shop's flash sales, planned, running and over, the newest first."""
        return self.request(
            "GET", "/open/v1/flash-sales", models.FlashSalePage, query={"cursor": cursor, "limit": limit}
        )

    def iter_flash_sales(self, *, limit: int | None = None) -> Iterator[models.FlashSale]:
        """All items of `list_flash_sales`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_flash_sales(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def create_flash_sale(self, body: models.NewFlashSale, *, idempotency_key: str | None = None) -> models.FlashSale:
        """Plan a flash sale, if wanted with early access for members of the fan club. A price is honest only
        below the lowest one of the last thirty days.
        """
        return self.request(
            "POST", "/open/v1/flash-sales", models.FlashSale, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def end_flash_sale(self, flash_sale_id: UUID) -> models.FlashSale:
        """End a flash sale early, or call one off; what is left is ordinary stock again. Said again it
        changes nothing.
        """
        return self.request("POST", f"/open/v1/flash-sales/{flash_sale_id}/end", models.FlashSale)

    def send_job_file(self, body: bytes, *, name: str) -> models.JobFile:
        """Send a file for a job to read, as it is, at most 200 MB. Unused, it is kept for 30 days."""
        return self.request("POST", "/open/v1/job-files", models.JobFile, query={"name": name}, file=body)

    def list_jobs(
        self, *, cursor: str | None = None, limit: int | None = None, kind: str | None = None
    ) -> models.JobPage:
        """The shop's jobs, the newest first, of the kinds that the token may start."""
        return self.request(
            "GET", "/open/v1/jobs", models.JobPage, query={"cursor": cursor, "limit": limit, "kind": kind}
        )

    def iter_jobs(self, *, limit: int | None = None, kind: str | None = None) -> Iterator[models.Job]:
        """All items of `list_jobs`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_jobs(limit=limit, kind=kind, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def start_job(self, body: models.NewJob, *, idempotency_key: str | None = None) -> models.Job:
        """Ask for long work. It is done by and by; look at the job, or wait for its event."""
        return self.request(
            "POST", "/open/v1/jobs", models.Job, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def get_job(self, job_id: UUID) -> models.Job:
        """A job, and how far it has come."""
        return self.request("GET", f"/open/v1/jobs/{job_id}", models.Job)

    def cancel_job(self, job_id: UUID) -> models.Job:
        """End a job. What it has done so far stays done."""
        return self.request("POST", f"/open/v1/jobs/{job_id}/cancellation", models.Job)

    def get_job_file(self, job_id: UUID, which: str) -> bytes:
        """A file of a job: its `result`, or the `refusals` with the reasons."""
        return self.request("GET", f"/open/v1/jobs/{job_id}/files/{which}", bytes)

    def list_job_rows(
        self, job_id: UUID, *, cursor: str | None = None, limit: int | None = None, outcome: str | None = None
    ) -> models.JobRowPage:
        """What became of the rows of the file, in its order."""
        return self.request(
            "GET",
            f"/open/v1/jobs/{job_id}/rows",
            models.JobRowPage,
            query={"cursor": cursor, "limit": limit, "outcome": outcome},
        )

    def iter_job_rows(
        self, job_id: UUID, *, limit: int | None = None, outcome: str | None = None
    ) -> Iterator[models.JobRow]:
        """All items of `list_job_rows`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_job_rows(job_id, limit=limit, outcome=outcome, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def list_orders(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
        q: str | None = None,
        placed_from: str | None = None,
        placed_to: str | None = None,
        room_id: UUID | None = None,
        product_id: UUID | None = None,
        carrier: str | None = None,
        tag: str | None = None,
        has_after_sale: bool | None = None,
        late: bool | None = None,
        sort: str | None = None,
    ) -> models.OrderPage:
        """The shop's orders by any filter. Those who may not see buyers see them masked; each look is in the
        shop's log. An item tells its history and what carriers said of its parcel only if `fields` names
        them.
        """
        return self.request(
            "GET",
            "/open/v1/orders",
            models.OrderPage,
            query={
                "cursor": cursor,
                "limit": limit,
                "state": state,
                "q": q,
                "placed_from": placed_from,
                "placed_to": placed_to,
                "room_id": room_id,
                "product_id": product_id,
                "carrier": carrier,
                "tag": tag,
                "has_after_sale": has_after_sale,
                "late": late,
                "sort": sort,
            },
        )

    def iter_orders(
        self,
        *,
        limit: int | None = None,
        state: str | None = None,
        q: str | None = None,
        placed_from: str | None = None,
        placed_to: str | None = None,
        room_id: UUID | None = None,
        product_id: UUID | None = None,
        carrier: str | None = None,
        tag: str | None = None,
        has_after_sale: bool | None = None,
        late: bool | None = None,
        sort: str | None = None,
    ) -> Iterator[models.Order]:
        """All items of `list_orders`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_orders(
                limit=limit,
                state=state,
                q=q,
                placed_from=placed_from,
                placed_to=placed_to,
                room_id=room_id,
                product_id=product_id,
                carrier=carrier,
                tag=tag,
                has_after_sale=has_after_sale,
                late=late,
                sort=sort,
                cursor=cursor,
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def get_order(self, order_id: UUID) -> models.Order:
        """One order, with its history and where its parcel is."""
        return self.request("GET", f"/open/v1/orders/{order_id}", models.Order)

    def cancel_order(
        self, order_id: UUID, body: models.CancelOrder, *, idempotency_key: str | None = None
    ) -> models.Order:
        """Cancel an order that is not shipped; what was paid goes back."""
        return self.request(
            "POST",
            f"/open/v1/orders/{order_id}/cancellation",
            models.Order,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def add_note(self, order_id: UUID, body: models.NewNote, *, idempotency_key: str | None = None) -> models.Order:
        """Write a note on an order, for the shop's own eyes."""
        return self.request(
            "POST",
            f"/open/v1/orders/{order_id}/notes",
            models.Order,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def refund_order(
        self, order_id: UUID, body: models.NewRefund, *, idempotency_key: str | None = None
    ) -> models.Order:
        """Give money back without goods coming back, until the order is completed. An open after-sale goes
        first.
        """
        return self.request(
            "POST",
            f"/open/v1/orders/{order_id}/refunds",
            models.Order,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def ship_order(
        self, order_id: UUID, body: models.NewShipment, *, idempotency_key: str | None = None
    ) -> models.Order:
        """Tell that a paid order was handed to a carrier. The number must look as this carrier prints it, and
        may be on no parcel of another shop or to another buyer.
        """
        return self.request(
            "POST",
            f"/open/v1/orders/{order_id}/shipment",
            models.Order,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def set_tags(self, order_id: UUID, body: models.Tags) -> models.Order:
        """The order has these tags from now on, and no others."""
        return self.request("PUT", f"/open/v1/orders/{order_id}/tags", models.Order, body=body)

    def track_order(self, order_id: UUID, body: models.TrackingEvents) -> models.Order:
        """Tell what the carrier says of a parcel; `delivered` moves the order. Told again it changes nothing."""
        return self.request("POST", f"/open/v1/orders/{order_id}/tracking-events", models.Order, body=body)

    def list_own_fans(
        self, *, group: str | None = None, sort: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.OwnFanPage:
        """Who follows the creator, was in the creator's rooms and videos, or bought there, by their first
        character.
        """
        return self.request(
            "GET",
            "/open/v1/own-fans",
            models.OwnFanPage,
            query={"group": group, "sort": sort, "cursor": cursor, "limit": limit},
        )

    def iter_own_fans(
        self, *, group: str | None = None, sort: str | None = None, limit: int | None = None
    ) -> Iterator[models.OwnFan]:
        """All items of `list_own_fans`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_own_fans(group=group, sort=sort, limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def list_own_fan_groups(self) -> models.OwnFanGroups:
        """How many of them are in each ready group."""
        return self.request("GET", "/open/v1/own-fans/groups", models.OwnFanGroups)

    def get_own_fan(self, account_id: UUID) -> models.OwnFanDetail:
        """One of them, and in which rooms and videos they were and bought."""
        return self.request("GET", f"/open/v1/own-fans/{account_id}", models.OwnFanDetail)

    def upload_picture(self, body: bytes) -> models.Picture:
        """Send a picture (JPEG, PNG or WebP), the file as it is. The same again is stored once."""
        return self.request("POST", "/open/v1/pictures", models.Picture, file=body)

    def set_prices(self, body: models.PriceBatch, *, idempotency_key: str | None = None) -> models.PriceList:
        """Set the prices of up to 1,000 SKUs: all of them, or none."""
        return self.request(
            "POST", "/open/v1/prices", models.PriceList, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def list_products(
        self, *, cursor: str | None = None, limit: int | None = None, state: str | None = None, title: str | None = None
    ) -> models.ProductPage:
        """The shop's products, the newest first."""
        return self.request(
            "GET",
            "/open/v1/products",
            models.ProductPage,
            query={"cursor": cursor, "limit": limit, "state": state, "title": title},
        )

    def iter_products(
        self, *, limit: int | None = None, state: str | None = None, title: str | None = None
    ) -> Iterator[models.Product]:
        """All items of `list_products`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_products(limit=limit, state=state, title=title, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def create_product(self, body: models.NewProduct, *, idempotency_key: str | None = None) -> models.Product:
        """Create a product with its SKUs and their first stock."""
        return self.request(
            "POST", "/open/v1/products", models.Product, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def delete_draft(self, product_id: UUID, *, if_match: str | None = None) -> None:
        """Delete a draft that was never sold. What was on sale is archived instead, by its state."""
        self.request("DELETE", f"/open/v1/products/{product_id}", None, if_match=if_match)

    def get_product(self, product_id: UUID) -> models.Product:
        """One product, whatever its state."""
        return self.request("GET", f"/open/v1/products/{product_id}", models.Product)

    def edit_product(
        self, product_id: UUID, body: models.ProductEdit, *, if_match: str | None = None
    ) -> models.Product:
        """Change a product. Orders placed keep what they were placed with."""
        return self.request("PATCH", f"/open/v1/products/{product_id}", models.Product, body=body, if_match=if_match)

    def list_refunds(self, *, cursor: str | None = None, limit: int | None = None) -> models.RefundPage:
        """What goes or went back to buyers, for whatever reason, the newest first."""
        return self.request("GET", "/open/v1/refunds", models.RefundPage, query={"cursor": cursor, "limit": limit})

    def iter_refunds(self, *, limit: int | None = None) -> Iterator[models.Refund]:
        """All items of `list_refunds`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_refunds(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def list_rooms(self, *, cursor: str | None = None, limit: int | None = None) -> models.RoomPage:
        """The shop's rooms, planned, on air and past, the newest first."""
        return self.request("GET", "/open/v1/rooms", models.RoomPage, query={"cursor": cursor, "limit": limit})

    def iter_rooms(self, *, limit: int | None = None) -> Iterator[models.Room]:
        """All items of `list_rooms`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_rooms(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def plan_room(self, body: models.NewRoom, *, idempotency_key: str | None = None) -> models.Room:
        """Plan a room, whose host is the account that has let the app in."""
        return self.request(
            "POST", "/open/v1/rooms", models.Room, body=body, idempotency_key=idempotency_key, is_once=True
        )

    def get_room(self, room_id: UUID) -> models.Room:
        """One room, with what is in its bag."""
        return self.request("GET", f"/open/v1/rooms/{room_id}", models.Room)

    def edit_room(self, room_id: UUID, body: models.RoomEdit) -> models.Room:
        """Change a room's title or cover, also after its end. Only rooms of the account that has let the app
        in.
        """
        return self.request("PATCH", f"/open/v1/rooms/{room_id}", models.Room, body=body)

    def set_bag(self, room_id: UUID, body: models.Bag) -> models.Room:
        """The bag holds these products, in this order. Said again it changes nothing."""
        return self.request("PUT", f"/open/v1/rooms/{room_id}/bag", models.Room, body=body)

    def unfeature_product(self, room_id: UUID) -> None:
        """Put the product down."""
        self.request("DELETE", f"/open/v1/rooms/{room_id}/featured", None)

    def feature_product(self, room_id: UUID, body: models.NewCue) -> models.Cue:
        """Hold up a product of the bag: its card comes up when the picture reaches the moment."""
        return self.request("PUT", f"/open/v1/rooms/{room_id}/featured", models.Cue, body=body)

    def get_room_metrics(self, room_id: UUID) -> models.RoomMetrics:
        """Viewers, clicks, orders, conversion and GMV of a room, as far as they are the shop's."""
        return self.request("GET", f"/open/v1/rooms/{room_id}/metrics", models.RoomMetrics)

    def list_room_products(self, room_id: UUID) -> models.RoomProducts:
        """Each product of a room on its way from card to purchase."""
        return self.request("GET", f"/open/v1/rooms/{room_id}/product-metrics", models.RoomProducts)

    def get_room_report(self, room_id: UUID) -> models.RoomReport:
        """What came of a room that is over, beside the host's rooms before. The figures are those of the
        console's report, each with its definition; nobody is named but the host.
        """
        return self.request("GET", f"/open/v1/rooms/{room_id}/report", models.RoomReport)

    def clear_live_price(self, room_id: UUID, sku_id: UUID) -> None:
        """The SKU costs its ordinary price again."""
        self.request("DELETE", f"/open/v1/rooms/{room_id}/skus/{sku_id}/price", None)

    def set_live_price(self, room_id: UUID, sku_id: UUID, body: models.LivePrice) -> None:
        """The SKU costs this in the room; never above its ordinary price."""
        self.request("PUT", f"/open/v1/rooms/{room_id}/skus/{sku_id}/price", None, body=body)

    def get_surfacing(self, room_id: UUID) -> models.Surfacing:
        """Who puts cards up in a room, and what its host is asked. Only rooms of the account that has let the
        app in.
        """
        return self.request("GET", f"/open/v1/rooms/{room_id}/surfacing", models.Surfacing)

    def set_surfacing(self, room_id: UUID, body: models.NewSurfacing) -> models.Surfacing:
        """Choose who puts cards up; the host's next rooms begin the same way. Said again it changes nothing."""
        return self.request("PUT", f"/open/v1/rooms/{room_id}/surfacing", models.Surfacing, body=body)

    def send_transcript(
        self, room_id: UUID, body: models.NewTranscript, *, offset_ms: int | None = None
    ) -> models.TakenTranscript:
        """What was said, as lines or as a WebVTT file. A line that is sent again is kept once, so no
        Idempotency-Key.
        """
        return self.request(
            "POST",
            f"/open/v1/rooms/{room_id}/transcript",
            models.TakenTranscript,
            query={"offset_ms": offset_ms},
            body=body,
        )

    def place_sandbox_order(
        self, body: models.NewSandboxOrder, *, idempotency_key: str | None = None
    ) -> models.SandboxOrder:
        """Have somebody made up order at today's prices, and pay without money. Refused in a shop that is no
        sandbox.
        """
        return self.request(
            "POST",
            "/open/v1/sandbox/orders",
            models.SandboxOrder,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def advance_sandbox_time(self, body: models.Advance) -> models.Advanced:
        """Let time pass: unpaid orders expire, delivered ones complete and settle, silence is taken for an
        answer. What waits for it has happened when this answers. Refused in a shop that is no sandbox.
        """
        return self.request("POST", "/open/v1/sandbox/time", models.Advanced, body=body)

    def list_settlements(self, *, cursor: str | None = None, limit: int | None = None) -> models.SettlementPage:
        """Every order that was paid, the newest first, with how its money was or will be split."""
        return self.request(
            "GET", "/open/v1/settlements", models.SettlementPage, query={"cursor": cursor, "limit": limit}
        )

    def iter_settlements(self, *, limit: int | None = None) -> Iterator[models.Settlement]:
        """All items of `list_settlements`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_settlements(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def ship_orders(self, body: models.ShipmentBatch, *, idempotency_key: str | None = None) -> models.ShipmentOutcomes:
        """Ship up to 500 orders. Each is decided by itself: one that is refused does not stop the others."""
        return self.request(
            "POST",
            "/open/v1/shipment-batches",
            models.ShipmentOutcomes,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def get_shop(self) -> models.Shop:
        """The shop that the token is bound to."""
        return self.request("GET", "/open/v1/shop", models.Shop)

    def edit_shop(self, body: models.ShopEdit, *, if_match: str | None = None) -> models.Shop:
        """Rename the shop, close or open it."""
        return self.request("PATCH", "/open/v1/shop", models.Shop, body=body, if_match=if_match)

    def list_short_videos(self, *, cursor: str | None = None, limit: int | None = None) -> models.ShortVideoPage:
        """Short videos of the shop's owner in every state, the newest first."""
        return self.request(
            "GET", "/open/v1/short-videos", models.ShortVideoPage, query={"cursor": cursor, "limit": limit}
        )

    def iter_short_videos(self, *, limit: int | None = None) -> Iterator[models.ShortVideo]:
        """All items of `list_short_videos`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_short_videos(limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def get_short_video(self, video_id: UUID) -> models.ShortVideo:
        """One short video, with the products in its bag and when their cards come up."""
        return self.request("GET", f"/open/v1/short-videos/{video_id}", models.ShortVideo)

    def get_sku(self, sku_id: UUID) -> models.Sku:
        """One SKU: its price and what can be bought of it."""
        return self.request("GET", f"/open/v1/skus/{sku_id}", models.Sku)

    def set_stock(self, sku_id: UUID, body: models.StockSetting) -> models.StockLevel:
        """Set how many pieces can be bought. Saying it again changes nothing, so it needs no key."""
        return self.request("PUT", f"/open/v1/skus/{sku_id}/stock", models.StockLevel, body=body)

    def add_stock(
        self, sku_id: UUID, body: models.StockDelta, *, idempotency_key: str | None = None
    ) -> models.StockLevel:
        """Add pieces that came in, or take away those found missing, whatever is sold meanwhile."""
        return self.request(
            "POST",
            f"/open/v1/skus/{sku_id}/stock-deltas",
            models.StockLevel,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def list_stock_moves(
        self, sku_id: UUID, *, cursor: str | None = None, limit: int | None = None
    ) -> models.StockMovePage:
        """What came and went of a SKU other than by orders, the latest first."""
        return self.request(
            "GET", f"/open/v1/skus/{sku_id}/stock-moves", models.StockMovePage, query={"cursor": cursor, "limit": limit}
        )

    def iter_stock_moves(self, sku_id: UUID, *, limit: int | None = None) -> Iterator[models.StockMove]:
        """All items of `list_stock_moves`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_stock_moves(sku_id, limit=limit, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def get_statement(self, period: str, *, cursor: str | None = None, limit: int | None = None) -> models.Statement:
        """A day (`2026-11-28`) or a month (`2026-11`) of the shop's balance, movement by movement."""
        return self.request(
            "GET", f"/open/v1/statements/{period}", models.Statement, query={"cursor": cursor, "limit": limit}
        )

    def download_statement(self, period: str) -> bytes:
        """The same as a table for spreadsheets: all of it, with the balances as first and last row."""
        return self.request("GET", f"/open/v1/statements/{period}/csv", bytes)

    def change_stocks(self, body: models.StockBatch, *, idempotency_key: str | None = None) -> models.StockLevels:
        """Set or change the stock of up to 1,000 SKUs: all of them, or none."""
        return self.request(
            "POST",
            "/open/v1/stock-batches",
            models.StockLevels,
            body=body,
            idempotency_key=idempotency_key,
            is_once=True,
        )

    def upload_video(self, body: bytes) -> models.Video:
        """Send a film for a product (MP4 or MOV, at most a minute), the file as it is; ask for it until it is
        ready.
        """
        return self.request("POST", "/open/v1/videos", models.Video, file=body)

    def get_video(self, video_id: UUID) -> models.Video:
        """How far a film is that was sent by the same account."""
        return self.request("GET", f"/open/v1/videos/{video_id}", models.Video)

    def list_webhook_types(self) -> models.WebhookTypes:
        """What the shop's systems can be told of, as far as the token may read it."""
        return self.request("GET", "/open/v1/webhook-types", models.WebhookTypes)

    def list_webhooks(self) -> models.Webhooks:
        """The shop's webhooks and how they are doing."""
        return self.request("GET", "/open/v1/webhooks", models.Webhooks)

    def create_webhook(self, body: models.NewWebhook) -> models.WebhookSecret:
        """Have messages sent somewhere. The secret is told this once; no answer that holds one is kept for a
        retry.
        """
        return self.request("POST", "/open/v1/webhooks", models.WebhookSecret, body=body)

    def delete_webhook(self, webhook_id: UUID) -> None:
        """Nothing is sent there any more."""
        self.request("DELETE", f"/open/v1/webhooks/{webhook_id}", None)

    def get_webhook(self, webhook_id: UUID) -> models.Webhook:
        """One webhook."""
        return self.request("GET", f"/open/v1/webhooks/{webhook_id}", models.Webhook)

    def edit_webhook(self, webhook_id: UUID, body: models.WebhookEdit) -> models.Webhook:
        """Change a webhook, switch it on or off."""
        return self.request("PATCH", f"/open/v1/webhooks/{webhook_id}", models.Webhook, body=body)

    def list_deliveries(
        self, webhook_id: UUID, *, cursor: str | None = None, limit: int | None = None, state: str | None = None
    ) -> models.DeliveryPage:
        """What was sent to a webhook, the newest first."""
        return self.request(
            "GET",
            f"/open/v1/webhooks/{webhook_id}/deliveries",
            models.DeliveryPage,
            query={"cursor": cursor, "limit": limit, "state": state},
        )

    def iter_deliveries(
        self, webhook_id: UUID, *, limit: int | None = None, state: str | None = None
    ) -> Iterator[models.Delivery]:
        """All items of `list_deliveries`, page by page as they are needed."""
        cursor: str | None = None
        while True:
            page = self.list_deliveries(webhook_id, limit=limit, state=state, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def redeliver_event(self, webhook_id: UUID, event_id: UUID) -> models.Delivery:
        """Have a message sent once more."""
        return self.request("POST", f"/open/v1/webhooks/{webhook_id}/deliveries/{event_id}/redelivery", models.Delivery)

    def redeliver_events(self, webhook_id: UUID, body: models.NewRedelivery) -> models.Redelivery:
        """Have everything sent again that is dead since a moment, or all since then."""
        return self.request("POST", f"/open/v1/webhooks/{webhook_id}/redeliveries", models.Redelivery, body=body)

    def rotate_webhook_secret(self, webhook_id: UUID) -> models.WebhookSecret:
        """A new secret, told this once; the old one signs too for a day."""
        return self.request("POST", f"/open/v1/webhooks/{webhook_id}/secret-rotation", models.WebhookSecret)

    def test_webhook(self, webhook_id: UUID) -> models.Delivery:
        """Have a message sent that is only a test."""
        return self.request("POST", f"/open/v1/webhooks/{webhook_id}/test", models.Delivery)
