"""What an opt-out link carries: sealed, so that it is believed without signing in and names nobody to who reads it."""

import base64
import binascii
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.sealing import BadSealError, Sealer

PURPOSE = "outreach opt-out"


class OptOut(NamedTuple):
    """Who wants no more messages of which shop."""

    account_id: AccountId
    shop_id: ShopId


def make_token(sealer: Sealer, wish: OptOut) -> str:
    """A token that does not run out: an old e-mail must still get rid of new ones."""
    sealed = sealer.seal(f"{wish.account_id} {wish.shop_id}", PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_token(sealer: Sealer, token: str) -> OptOut:
    """What a token says. Raises NotFoundError."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        account_id, shop_id = sealer.open(sealed, PURPOSE).split()
    except (ValueError, binascii.Error, BadSealError) as error:
        raise NotFoundError from error
    return OptOut(AccountId(UUID(account_id)), ShopId(UUID(shop_id)))
