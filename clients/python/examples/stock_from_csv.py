"""Keep stock in step with an ERP: python stock_from_csv.py STOCK.csv

The file has the columns sku_id and available, as the ERP exports them.
"""

import csv
import os
import sys
from pathlib import Path
from uuid import UUID

from xiaodian_client import ClientCredentials, Xiaodian
from xiaodian_client.models import StockBatch, StockChange

BATCH = 1000


def set_stock_from(shop: Xiaodian, file: Path, reason: str = "ERP") -> int:
    """Set what can be bought of every SKU in the file; says how many."""
    with file.open(encoding="utf-8-sig", newline="") as rows:
        changes = [
            StockChange(sku_id=UUID(row["sku_id"]), available=int(row["available"])) for row in csv.DictReader(rows)
        ]
    for start in range(0, len(changes), BATCH):
        shop.change_stocks(StockBatch(changes=changes[start : start + BATCH], reason=reason))
    return len(changes)


def main() -> None:
    """With a system of the shop's own."""
    auth = ClientCredentials(os.environ["XIAODIAN_CLIENT_ID"], os.environ["XIAODIAN_CLIENT_SECRET"])
    with Xiaodian(os.environ["XIAODIAN_URL"], auth) as shop:
        print(set_stock_from(shop, Path(sys.argv[1])), "SKUs")


if __name__ == "__main__":
    main()
