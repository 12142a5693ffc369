"""Apps: programs that act for a shop's staff, and what they may do."""

from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.shops import ShopId

AppId = NewType("AppId", UUID)
ConnectionId = NewType("ConnectionId", UUID)

APP_SCOPES = frozenset(Scope) - {Scope.EVERYTHING, Scope.ROOM_CONTROL}
"""What an app may be allowed; personal tokens have scopes of their own."""


class App(Contract, frozen=True, kw_only=True):
    """An app as everybody may see it."""

    app_id: AppId
    name: str
    icon_url: str | None
    owner_id: AccountId
    """The developer."""
    shop_id: ShopId | None
    """The shop whose own system it is; None for an app that any shop may connect."""


class AppConnected(Event, frozen=True, kw_only=True):
    """Somebody on a shop's staff let an app in."""

    event_key = "shop_id"
    shop_id: ShopId
    app_id: AppId
    account_id: AccountId
    scopes: list[Scope]


class AppDisconnected(Event, frozen=True, kw_only=True):
    """An app has no way into a shop any more that this account had given it."""

    event_key = "shop_id"
    shop_id: ShopId
    app_id: AppId
    account_id: AccountId


class BadAuthorizationRequestError(DomainError):
    """What an app asks its user to agree to cannot be asked; `reason` is the code of RFC 6749, 4.1.2.1."""

    code = "bad_authorization_request"
    status = 400


class TooManySecretsError(DomainError):
    """An app has as many live secrets as rotation needs (`limit`); end one first."""

    code = "too_many_secrets"
    status = 409


class TooManyAppsError(DomainError):
    """There are as many apps, or systems of the shop, as there may be (`limit`)."""

    code = "too_many_apps"
    status = 409
