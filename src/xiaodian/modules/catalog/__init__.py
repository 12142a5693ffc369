"""Catalog: products, their SKUs, and the stock of each.

Tables: catalog.product, product_version, product_figures, sku, stock, stock_journal, category, price_change. Events:
ProductChanged, StockChanged.

Always holds: 0 ≤ reserved ≤ on_hand, so what can be bought (on_hand - reserved) is never negative. Stock rows are
locked in the order of their stock_id. Every piece that comes or goes other than by orders stands in the journal: the
deltas of a stock sum to its on_hand + sold. A correction happens once for an Idempotency-Key. An order placed never
changes with its product: it keeps copies. A product's version counts its changes, not its pieces, and each version is
kept. Where the platform reviews, buyers see only what was approved: a new content waits beside it.

Never imports orders, live, promotion: who reserves, at which price and why is not known here.
"""
