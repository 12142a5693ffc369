"""Integrations: the REST API under /open/v1, for the programs that a shop lets in.

Tables: integrations.kept_answer, cursor_key. Events: none of its own; what it does are use cases of the modules below.

Always holds: a call touches the one shop that its token is bound to, and nothing of another is even confirmed to exist;
what the wire structs name stays as it is within a version; a POST with an Idempotency-Key happens once in a day and is
answered the same; a write with an If-Match changes only what the program has seen; the description at
/open/v1/openapi.json says all of it.

Nothing is above it, so nobody comes through its door.
"""
