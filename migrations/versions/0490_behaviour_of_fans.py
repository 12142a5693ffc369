"""What fans watched is added up by day, beside raw rows that say in which order they were kept."""

from alembic import op

revision = "0490"
down_revision = "0437"


def upgrade() -> None:
    """What was counted until today stands as it was counted; from tomorrow on it can be made anew."""
    _number_raw_rows()
    op.execute("""
        CREATE TABLE fans.visit_day (
            whose_id uuid NOT NULL,
            account_id uuid NOT NULL,
            place_id uuid NOT NULL,
            day date NOT NULL,
            is_room boolean NOT NULL,
            views integer NOT NULL,
            watch_s bigint NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            is_shared boolean NOT NULL,
            PRIMARY KEY (whose_id, account_id, place_id, day)
        ) WITH (fillfactor = 70)
    """)
    op.execute("""
        INSERT INTO fans.visit_day
        SELECT shop_id, account_id, place_id, (seen_at AT TIME ZONE 'UTC')::date, is_room, views, watch_s, first_at,
            seen_at, is_shared
        FROM fans.visit WHERE views > 0 OR watch_s > 0
    """)
    op.execute("CREATE TABLE fans.behaviour_position (last_seq bigint NOT NULL, first_day date NOT NULL)")
    op.execute("""
        INSERT INTO fans.behaviour_position
        SELECT 0, CASE WHEN EXISTS (SELECT FROM fans.visit) THEN (now() AT TIME ZONE 'UTC')::date + 1
            ELSE '1970-01-01' END
    """)
    op.execute("""
        CREATE TABLE fans.said_anew (
            account_id uuid NOT NULL,
            room_id uuid NOT NULL,
            comments integer NOT NULL,
            first_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, room_id)
        )
    """)
    op.execute("ALTER TABLE fans.log_position ADD COLUMN anew_seq bigint")
    op.execute("ALTER TABLE fans.visit RENAME COLUMN shop_id TO whose_id")
    _tell_watching_from_speaking()


def _number_raw_rows() -> None:
    op.execute("""
        ALTER TABLE insights.behaviour ADD COLUMN is_shared boolean NOT NULL DEFAULT false, ADD COLUMN kept_seq bigint
    """)
    op.execute("CREATE SEQUENCE insights.behaviour_kept_seq")
    op.execute("""
        ALTER TABLE insights.behaviour ALTER COLUMN kept_seq SET DEFAULT nextval('insights.behaviour_kept_seq')
    """)
    op.execute("""
        CREATE INDEX behaviour_watched ON insights.behaviour (kept_seq)
            WHERE account_id IS NOT NULL AND kind IN ('entered', 'watched')
    """)
    op.execute("CREATE TABLE insights.behaviour_kept (first_day date NOT NULL)")
    op.execute(r"""
        INSERT INTO insights.behaviour_kept
        SELECT coalesce(min(to_date(right(relname, 8), 'YYYYMMDD')), '1970-01-01')
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'insights.behaviour'::regclass AND relname ~ '^behaviour_[0-9]{8}$'
    """)


def _tell_watching_from_speaking() -> None:
    """When somebody was in a place follows from when they watched and when they said or liked something there."""
    op.execute("""
        ALTER TABLE fans.visit ADD COLUMN watched_first_at timestamptz, ADD COLUMN watched_at timestamptz,
            ADD COLUMN spoke_first_at timestamptz, ADD COLUMN spoke_at timestamptz
    """)
    op.execute("""
        UPDATE fans.visit SET watched_first_at = first_at, watched_at = seen_at WHERE views > 0 OR watch_s > 0
    """)
    op.execute("UPDATE fans.visit SET spoke_first_at = first_at, spoke_at = seen_at WHERE watched_at IS NULL")
    op.execute("ALTER TABLE fans.visit DROP COLUMN first_at, DROP COLUMN seen_at")
    op.execute("""
        ALTER TABLE fans.visit
            ADD COLUMN first_at timestamptz NOT NULL
                GENERATED ALWAYS AS (least(watched_first_at, spoke_first_at)) STORED,
            ADD COLUMN seen_at timestamptz NOT NULL GENERATED ALWAYS AS (greatest(watched_at, spoke_at)) STORED
    """)
    op.execute("CREATE INDEX visit_of_place ON fans.visit (place_id, first_at)")
