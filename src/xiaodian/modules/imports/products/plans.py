"""A dry run as the plan of the deed: what each product was when the seller saw what would happen to it."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.imports import JobState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.imports.products.judge import Planned


async def check_plan(connection: Connection, shop_id: ShopId, plan: UUID) -> None:
    """Raises InvalidInputError if it is no finished dry run of this shop."""
    row = await connection.fetchrow(
        "SELECT kind, state, options FROM imports.job WHERE shop_id = $1 AND job_id = $2", shop_id, plan
    )
    if row is None or row["kind"] != "product_import" or row["options"].get("dry_run") is False:
        raise InvalidInputError(field="options.plan", reason="unknown")
    if row["state"] != JobState.DONE:
        raise InvalidInputError(field="options.plan", reason="plan_not_done")


async def read_plan(connection: Connection, plan: UUID, rows: Sequence[int]) -> dict[int, Planned]:
    """What the dry run saw, by the first row of each product."""
    found = await connection.fetch(
        """
        SELECT row_no, params -> 'plan' AS plan FROM imports.job_row
        WHERE job_id = $1 AND row_no = ANY($2::int[]) AND params ? 'plan'
        """,
        plan,
        list(rows),
    )
    return {
        row["row_no"]: Planned(
            UUID(row["plan"]["product_id"]) if row["plan"]["product_id"] else None, row["plan"]["version"]
        )
        for row in found
    }
