"""Tables of the module search."""

from alembic import op

revision = "0141"
down_revision = "0130"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA search")
    # Trusted since PostgreSQL 13: the owner of the database may add it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
    op.execute("""
        CREATE TABLE search.document (
            kind text NOT NULL CHECK (kind IN ('product', 'creator', 'video', 'topic')),
            doc_id text NOT NULL,
            tokens tsvector NOT NULL,
            weight real NOT NULL CHECK (weight > 0),
            PRIMARY KEY (kind, doc_id)
        )
    """)
    op.execute("CREATE INDEX document_tokens ON search.document USING gin (tokens)")
    # Words in letters that some document has or had; what is typed wrong is put right by them.
    op.execute("CREATE TABLE search.word (word text PRIMARY KEY)")
    op.execute("CREATE INDEX word_alike ON search.word USING gin (word public.gin_trgm_ops)")
