"""The members of a shop's club, for the shop."""

from uuid import UUID

from xiaodian.contracts.accounts import Account, AccountId, Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.club import queries
from xiaodian.modules.club.models import Member
from xiaodian.modules.club.wire import ClubMember
from xiaodian.modules.shops import api as shops

_NOBODY = Account(account_id=AccountId(UUID(int=0)), display_name="", avatar_url=None)


async def list_members(
    connection: Connection, caller: Caller, shop_id: ShopId, level: int | None, *, cursor: str | None, limit: int
) -> Page[ClubMember]:
    """Members of a level (None: all), the highest first. Raises NotFoundError, ForbiddenError, BadCursorError."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    place = decode_place(cursor, tuple[int, int, UUID]) if cursor else None
    after = (place[0], place[1], AccountId(place[2])) if place else None
    found = await queries.list_members(connection, shop_id, level, after=after, limit=limit + 1)
    shown = found[:limit]
    people = await accounts.get_accounts(connection, [member.account_id for member in shown])
    last = shown[-1] if len(found) > limit else None
    return Page(
        items=[_to_member(member, people.get(member.account_id, _NOBODY)) for member in shown],
        next_cursor=encode_place(last.level, last.points, str(last.account_id)) if last else None,
    )


def _to_member(member: Member, account: Account) -> ClubMember:
    return ClubMember(
        account_id=member.account_id,
        display_name=account.display_name,
        avatar_url=account.avatar_url,
        level=member.level,
        points=member.points,
        from_watching=member.from_watching,
        from_buying=member.from_buying,
        from_following=member.from_following,
        joined_at_ms=to_epoch_ms(member.joined_at),
    )
