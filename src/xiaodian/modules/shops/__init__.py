"""Shops: who sells. An account owns at most one shop; its staff act for it.

Owns the tables `shops.shop`, `staff`. Emits ShopOpened, ShopChanged.
Always holds: the owner is staff; no two shops have names that read the same; a closed shop stays visible.
May import `accounts.api` and `risk.api`; must never import a module above it.
"""
