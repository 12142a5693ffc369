"""Shops: who sells. An account owns at most one shop; its staff act for it, each as far as their role goes.

Owns the tables `shops.shop`, `profile`, `staff`, `invitation`, `deed`, `rule_notice`, `freight_template`. Emits
ShopOpened, ShopChanged, StaffChanged, FreightTemplateRemoved.
Always holds: the owner is staff; no two shops have names that read the same; a closed shop stays visible; a shop has
at most one default freight template, and without any it carries for nothing; the log of deeds only grows.
May import `accounts.api` and `risk.api`; must never import a module above it.
"""
