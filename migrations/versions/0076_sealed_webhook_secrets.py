"""Secrets of webhooks are kept sealed."""

import sqlalchemy
from alembic import op

from xiaodian.infra.sealing import Sealer
from xiaodian.settings import Settings

revision = "0076"
down_revision = "0075"

SEAL = sqlalchemy.text("""
    UPDATE webhooks.endpoint SET sealed_secret = :secret, sealed_previous = :previous
    WHERE shop_id = :shop_id AND endpoint_id = :endpoint_id
""")


def upgrade() -> None:
    """Seal what is kept, with the key that the settings of `xiaodian migrate` name."""
    op.execute("ALTER TABLE webhooks.endpoint ADD COLUMN sealed_secret bytea, ADD COLUMN sealed_previous bytea")
    connection = op.get_bind()
    rows = connection.execute(
        sqlalchemy.text("SELECT shop_id, endpoint_id, secret, previous_secret FROM webhooks.endpoint FOR UPDATE")
    ).all()
    if rows:
        sealer = Sealer.of(Settings.from_env())
        for shop_id, endpoint_id, secret, previous in rows:
            purpose = f"webhooks.endpoint {endpoint_id}"
            sealed = {
                "shop_id": shop_id,
                "endpoint_id": endpoint_id,
                "secret": sealer.seal(secret, purpose),
                "previous": sealer.seal(previous, purpose) if previous else None,
            }
            connection.execute(SEAL, sealed)
    op.execute("""
        ALTER TABLE webhooks.endpoint
        ALTER COLUMN sealed_secret SET NOT NULL, DROP COLUMN secret, DROP COLUMN previous_secret
    """)
