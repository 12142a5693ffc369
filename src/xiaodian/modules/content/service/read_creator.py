"""A creator as a viewer sees it."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import CreatorCard
from xiaodian.infra.database import Database
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import queries


async def read_creator(database: Database, creator_id: AccountId, viewer_id: AccountId | None) -> CreatorCard:
    """The creator's card for this viewer, or for nobody in particular. Raises NotFoundError."""
    async with database.connection() as connection:
        account = await accounts.get_account(connection, creator_id)
        fans = await queries.count_fans(connection, creator_id)
        is_followed = viewer_id is not None and await queries.is_fan(connection, creator_id, viewer_id)
    return CreatorCard(
        account_id=account.account_id,
        display_name=account.display_name,
        avatar_url=account.avatar_url,
        fans=fans,
        is_followed=is_followed,
    )
