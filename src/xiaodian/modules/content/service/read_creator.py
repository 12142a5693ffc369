"""Creators as a viewer sees them."""

from collections.abc import Collection

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import CreatorCard, CreatorView
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import queries, video_queries
from xiaodian.modules.content.follow_queries import list_followed_of
from xiaodian.modules.shops import api as shops


async def read_creator(database: Database, creator_id: AccountId, viewer_id: AccountId | None) -> CreatorView:
    """The creator's page for this viewer, or for nobody in particular. Raises NotFoundError."""
    async with database.connection() as connection:
        cards = await read_creators(connection, [creator_id], viewer_id)
        if creator_id not in cards:
            raise NotFoundError
        shop = await shops.find_shop_of(connection, creator_id)
        videos = await video_queries.count_videos_of(connection, creator_id)
        following = await queries.count_following(connection, creator_id)
    return CreatorView(
        **msgspec.structs.asdict(cards[creator_id]),
        shop_id=shop.shop_id if shop and not shop.is_sandbox else None,
        videos=videos,
        following=following,
    )


async def read_creators(
    connection: Connection, creator_ids: Collection[AccountId], viewer_id: AccountId | None
) -> dict[AccountId, CreatorCard]:
    """Those of the creators that exist, by id."""
    known = await accounts.get_accounts(connection, list(creator_ids))
    fans = await queries.count_fans_of(connection, creator_ids)
    followed = await list_followed_of(connection, viewer_id, creator_ids) if viewer_id else frozenset[AccountId]()
    return {
        account.account_id: CreatorCard(
            account_id=account.account_id,
            display_name=account.display_name,
            avatar_url=account.avatar_url,
            fans=fans.get(account.account_id, 0),
            is_followed=account.account_id in followed,
        )
        for account in known.values()
    }
