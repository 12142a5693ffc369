"""Privacy: somebody sees what the platform and each shop knows of them, takes it along, and has it erased.

Owns no tables and emits nothing by itself: each module knows its own rows, gives them out and erases them when it
hears AccountErased. Always holds: an account is erased only when nothing is in the way (open orders, a shop, rooms or
videos in its name); orders are unlinked in the same transaction in which the account goes.
May import the door of every module but integrations.
"""
