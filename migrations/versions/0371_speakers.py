"""What an erased person said in rooms is found without reading the logs; viewings and charges by whose they are."""

from alembic import op

revision = "0371"
down_revision = "0300"


def upgrade() -> None:
    """Which messages of the rooms' logs name whom; that comments were made whose author was erased."""
    op.execute("""
        CREATE TABLE live.speaker (account_id uuid NOT NULL, seq bigint NOT NULL, PRIMARY KEY (account_id, seq))
    """)
    op.execute("CREATE TABLE live.speaker_position (last_seq bigint NOT NULL)")
    op.execute("INSERT INTO live.speaker_position (last_seq) VALUES (0)")
    op.execute("""
        CREATE TABLE live.erased_comment (
            seq bigint PRIMARY KEY,
            room_id uuid NOT NULL,
            stored_ms bigint NOT NULL,
            at_ms bigint NOT NULL
        )
    """)
    op.execute("CREATE INDEX mute_of_account ON live.mute (account_id)")
    # Also those that were never paid name who was to pay.
    op.execute("DROP INDEX payments.charge_of_payer")
    op.execute("CREATE INDEX charge_of_payer ON payments.charge (payer_id)")
    op.execute("CREATE INDEX viewing_of_person ON surfacing.viewing (person_id)")
