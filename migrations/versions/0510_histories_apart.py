"""What conditions ask of a fan's purchases has rows of its own, so that counting a purchase writes a narrow row."""

from alembic import op

_OF_FAN = """
    FROM fans.purchase AS bought WHERE bought.shop_id = of_shop AND bought.account_id = of_account
        AND bought.is_counted AND bought.day >= since
"""
# Functions: PostgreSQL asks a subquery about a row of an outer query in one process alone, a function in several.
# OFFSET: products are looked for among the fan's purchases, not the fan among all purchases of the product.
_FUNCTIONS = (
    f"""
    CREATE FUNCTION fans.orders_since(of_shop uuid, of_account uuid, since date) RETURNS bigint
        LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT count(*) {_OF_FAN} $$
    """,
    f"""
    CREATE FUNCTION fans.spent_since(of_shop uuid, of_account uuid, since date) RETURNS bigint
        LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT coalesce(sum(bought.gmv_minor - bought.returned_minor), 0)::bigint {_OF_FAN} $$
    """,
    f"""
    CREATE FUNCTION fans.bought_since(of_shop uuid, of_account uuid, product uuid, since date) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT EXISTS (SELECT {_OF_FAN} AND bought.product_ids @> ARRAY[product] OFFSET 0) $$
    """,
)

revision = "0510"
down_revision = "0506"


def upgrade() -> None:
    """The worker writes them anew; until then, conditions look at the purchases themselves."""
    op.execute("""
        ALTER TABLE fans.fan
            DROP COLUMN purchase_days,
            DROP COLUMN running_minor,
            DROP COLUMN product_ids,
            DROP COLUMN product_days,
            ADD COLUMN changes bigint NOT NULL DEFAULT 0
    """)
    op.execute("""
        CREATE TABLE fans.history (
            shop_id uuid,
            account_id uuid,
            changes bigint NOT NULL,
            purchase_days date[] NOT NULL,
            running_minor bigint[] NOT NULL,
            product_ids uuid[] NOT NULL,
            product_days date[] NOT NULL,
            PRIMARY KEY (shop_id, account_id)
        )
    """)
    for function in _FUNCTIONS:
        op.execute(function)
