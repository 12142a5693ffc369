"""The operator says what kinds of goods there are, and what the platform takes of each."""

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import Category
from xiaodian.infra.database import Database
from xiaodian.modules.catalog.rules import MOST_CATEGORIES, check_category_code

_UPSERT = """
    INSERT INTO catalog.category (code, name_zh, name_en, fee_bp) VALUES ($1, $2, $3, $4)
    ON CONFLICT (code) DO UPDATE SET name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en, fee_bp = EXCLUDED.fee_bp
"""


async def set_category(database: Database, category: Category) -> Category:
    """Make a category or change it. Orders keep the fee they were placed with. Raises InvalidInputError."""
    check_category_code(category.code)
    async with database.transaction() as connection:
        # So that two at once cannot both be the last that there is room for.
        await connection.execute("LOCK TABLE catalog.category IN SHARE ROW EXCLUSIVE MODE")
        await connection.execute(_UPSERT, category.code, category.name_zh, category.name_en, category.fee_bp)
        if await connection.fetchval("SELECT count(*) FROM catalog.category") > MOST_CATEGORIES:
            raise InvalidInputError(field="code", reason="too_many", most=MOST_CATEGORIES)
    return category
