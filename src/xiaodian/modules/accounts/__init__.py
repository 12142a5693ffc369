"""Accounts: people, their sessions and access tokens, their addresses, and the inbox of what they should know.

Owns the tables `accounts.account`, `session`, `access_token`, `address`, `notice`, `erased`. Emits AccountCreated,
AccountErased.
Always holds: a sign-in name belongs to one account; passwords are kept as argon2id hashes and tokens as SHA-256 hashes
only; who has addresses has exactly one default address; nobody becomes operator over HTTP.
May import `risk.api`; must never import a module above it.
"""
