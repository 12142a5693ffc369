"""Ship all paid orders: python ship_paid_orders.py [CARRIER]

The numbers come from your carrier's system; here they are made up by `next_number`.
"""

import os
import sys
from collections.abc import Callable
from itertools import count

from xiaodian_client import ClientCredentials, Xiaodian
from xiaodian_client.models import BatchShipment, ShipmentBatch, ShipmentOutcome

BATCH = 500


def ship_paid_orders(shop: Xiaodian, carrier: str, next_number: Callable[[], str]) -> list[ShipmentOutcome]:
    """Hand every paid order to the carrier; says what became of each."""
    outcomes: list[ShipmentOutcome] = []
    paid = list(shop.iter_orders(state="paid", limit=100))
    for start in range(0, len(paid), BATCH):
        shipments = [
            BatchShipment(order_id=order.id, carrier=carrier, tracking_number=next_number())
            for order in paid[start : start + BATCH]
        ]
        outcomes += shop.ship_orders(ShipmentBatch(shipments=shipments)).items
    return outcomes


def main() -> None:
    """With a system of the shop's own."""
    auth = ClientCredentials(os.environ["XIAODIAN_CLIENT_ID"], os.environ["XIAODIAN_CLIENT_SECRET"])
    numbers = count(1_000_000_000)
    with Xiaodian(os.environ["XIAODIAN_URL"], auth) as shop:
        carrier = sys.argv[1] if len(sys.argv) > 1 else "顺丰速运"
        for outcome in ship_paid_orders(shop, carrier, lambda: f"SF{next(numbers)}"):
            print(outcome.order_id, outcome.outcome, outcome.reason or "")


if __name__ == "__main__":
    main()
