"""All fans of a shop in a list: by their last purchase and by orders; people by a part of their name."""

from alembic import op

revision = "0373"
down_revision = "0372"


def upgrade() -> None:
    """By what was spent the index of the segments serves, a segment at a time."""
    op.execute("""
        CREATE INDEX fan_by_last ON fans.fan (shop_id, (coalesce(last_at, '-infinity'::timestamptz)) DESC, account_id)
    """)
    op.execute("CREATE INDEX fan_by_orders ON fans.fan (shop_id, orders DESC, account_id)")
    op.execute("""
        CREATE FUNCTION accounts.name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN lower(normalize(name, NFKC))
    """)
    # Each character of a name and each two that are neighbours, as numbers: a surname is one character, and a part of
    # a name is found wherever in it it stands.
    op.execute("""
        CREATE FUNCTION accounts.name_grams(name text) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN (
            SELECT coalesce(array_agg(DISTINCT ('x' || substr(md5(gram), 1, 8))::bit(32)::int), '{}')
            FROM (
                SELECT substr(accounts.name_key(name), place, size) AS gram
                FROM generate_series(1, length(accounts.name_key(name))) AS place, generate_series(1, 2) AS size
                WHERE place + size - 1 <= length(accounts.name_key(name))
            ) AS grams
        )
    """)
    op.execute("""
        CREATE INDEX account_by_name ON accounts.account USING gin (accounts.name_grams(display_name))
            WITH (fastupdate = off)
    """)
