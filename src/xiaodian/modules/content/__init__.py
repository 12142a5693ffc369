"""Content: today, who follows whom.

Owns the tables `content.follow`, `fan_count`. Emits CreatorFollowed, CreatorUnfollowed.
Always holds: nobody follows themself; a creator's slots in `fan_count` sum to the number of follows.
May import `accounts.api` and `risk.api`; must never import live, orders or a module above them.
"""
