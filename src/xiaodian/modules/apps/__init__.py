"""Apps: who integrates, and what their programs may do (OAuth 2.0), how fast, and what they did.

Owns the tables `apps.app`, `secret`, `connection`, `code`, `token`, `call`, `usage`. Emits AppConnected and
AppDisconnected.
Always holds: secrets, codes and tokens are kept as SHA-256 hashes only; a code buys tokens once, and shown again ends
what it bought, as does a refresh token shown twice; a token never has a scope that its app did not register, that the
person who consented did not give, or that this person's role has lost since; what ends a token ends it in every process
at once.
Authlib decides about the protocol (`protocol.py`), over rows that were loaded under lock.
May import the `api` of the modules below it; must never import integrations, webhooks or imports.
"""
