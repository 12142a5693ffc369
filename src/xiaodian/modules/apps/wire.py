"""Structs of apps on the wire."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.apps import AppId, ConnectionId
from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.apps.queries import OwnApp, Secret
from xiaodian.modules.apps.rules import MAX_REDIRECT_URIS, MAX_URI_CHARS
from xiaodian.modules.apps.service.authorize import Question
from xiaodian.modules.apps.service.connections import ConnectedApp
from xiaodian.modules.apps.service.list_calls import NotedCall

# Bounds of form only; what a user must be told in words is checked in rules.py.
NameText = Annotated[str, Meta(max_length=300, description="1 to 40 characters that can be seen.")]
IconText = Annotated[str, Meta(max_length=500, description="Of a picture uploaded here.")]
UriText = Annotated[
    Line, Meta(max_length=MAX_URI_CHARS * 2, description="`https://...`, or `http://127.0.0.1/...` for native apps.")
]
UriList = Annotated[list[UriText], Meta(max_length=MAX_REDIRECT_URIS * 2)]
ScopeList = Annotated[list[Scope], Meta(max_length=len(Scope))]
MAX_QUERY_CHARS = 6000


class AppInput(Input, frozen=True, kw_only=True):
    """A new app. A public one runs on its users' devices and cannot keep a secret."""

    name: NameText
    icon_url: IconText | None = None
    is_public: bool = False
    redirect_uris: UriList
    scopes: ScopeList


class AppPatch(Input, frozen=True, kw_only=True):
    """What to change."""

    name: NameText | UnsetType = UNSET
    icon_url: IconText | UnsetType | None = UNSET
    redirect_uris: UriList | UnsetType = UNSET
    scopes: ScopeList | UnsetType = UNSET


class SystemInput(Input, frozen=True, kw_only=True):
    """A new system of the shop's own."""

    name: NameText
    scopes: ScopeList


class Decision(Input, frozen=True, kw_only=True):
    """What somebody decides about an app's request."""

    question: Annotated[str, Meta(max_length=MAX_QUERY_CHARS)]
    """The query of the address that the app sent its user to, as it came."""
    decision: Literal["approve", "deny"]
    shop_id: ShopId | None = None
    """Which shop; needed to approve."""


class SecretView(Contract, frozen=True, kw_only=True):
    """A live secret, without the secret."""

    secret_id: UUID
    ending: str
    created_at_ms: int
    last_used_at_ms: int | None


class NewSecret(Contract, frozen=True, kw_only=True):
    """A secret, shown this once."""

    secret_id: UUID
    client_id: AppId
    client_secret: str
    created_at_ms: int


class AppView(Contract, frozen=True, kw_only=True):
    """An app as its developer, or the shop whose system it is, sees it."""

    app_id: AppId
    name: str
    icon_url: str | None
    is_public: bool
    redirect_uris: list[str]
    scopes: list[Scope]
    secrets: list[SecretView]
    created_at_ms: int


class AppList(Contract, frozen=True, kw_only=True):
    """Apps, the newest first; there are only a few."""

    items: list[AppView]


class NewSystem(Contract, frozen=True, kw_only=True):
    """A system of the shop's own with its first secret, which is shown this once."""

    app: AppView
    client_id: AppId
    client_secret: str


class ShopChoice(Contract, frozen=True, kw_only=True):
    """A shop that the app could be let into, and with what."""

    shop_id: ShopId
    name: str
    scopes: list[Scope]
    """What the app asks and the reader's role has there; empty: nothing to give."""


class Consent(Contract, frozen=True, kw_only=True):
    """What an app asks."""

    app_id: AppId
    name: str
    icon_url: str | None
    developer: str
    redirect_uri: str
    scopes: list[Scope]
    shops: list[ShopChoice]


class Redirect(Contract, frozen=True, kw_only=True):
    """Where the browser goes on."""

    redirect_to: str


class ConnectionView(Contract, frozen=True, kw_only=True):
    """An app that is connected to a shop."""

    connection_id: ConnectionId
    app_id: AppId
    name: str
    icon_url: str | None
    is_own_system: bool
    given_by: str | None
    scopes: list[Scope]
    since_ms: int
    last_call_at_ms: int | None
    calls_today: int
    refused_today: int
    dropped_today: int


class ConnectionList(Contract, frozen=True, kw_only=True):
    """Apps connected to a shop, the newest first."""

    items: list[ConnectionView]


class CallView(Contract, frozen=True, kw_only=True):
    """A call of the open API."""

    call_id: UUID
    at_ms: int
    method: str
    route: str
    """The path's template; empty if there is no such path."""
    status: int
    request_id: str
    duration_us: int


def to_call_view(call: NotedCall) -> CallView:
    """A call for the log; its id says when it was."""
    return CallView(at_ms=call.call_id.int >> 80, **msgspec.structs.asdict(call))


def to_app_view(app: OwnApp, secrets: list[Secret]) -> AppView:
    """An app for whoever manages it."""
    return AppView(
        app_id=app.app_id,
        name=app.name,
        icon_url=app.icon_url,
        is_public=app.is_public,
        redirect_uris=app.redirect_uris,
        scopes=app.scopes,
        secrets=[
            SecretView(
                secret_id=secret.secret_id,
                ending=secret.ending,
                created_at_ms=to_epoch_ms(secret.created_at),
                last_used_at_ms=to_epoch_ms(secret.last_used_at) if secret.last_used_at else None,
            )
            for secret in secrets
        ],
        created_at_ms=to_epoch_ms(app.created_at),
    )


def to_new_secret(secret: Secret, text: str) -> NewSecret:
    """A secret just made."""
    return NewSecret(
        secret_id=secret.secret_id,
        client_id=secret.app_id,
        client_secret=text,
        created_at_ms=to_epoch_ms(secret.created_at),
    )


def to_new_system(app: OwnApp, secret: Secret, text: str) -> NewSystem:
    """A system just made."""
    return NewSystem(app=to_app_view(app, [secret]), client_id=app.app_id, client_secret=text)


def to_consent(question: Question) -> Consent:
    """What the consent page shows."""
    return Consent(
        app_id=question.app.app_id,
        name=question.app.name,
        icon_url=question.app.icon_url,
        developer=question.developer,
        redirect_uri=question.redirect_uri,
        scopes=sorted(question.scopes),
        shops=[
            ShopChoice(
                shop_id=workplace.shop.shop_id,
                name=workplace.shop.name,
                scopes=sorted(question.scopes & workplace.rights),
            )
            for workplace in question.workplaces
        ],
    )


def to_connection_view(connected: ConnectedApp) -> ConnectionView:
    """A connection for the shop's list."""
    usage = connected.usage
    return ConnectionView(
        connection_id=connected.connection_id,
        app_id=connected.app.app_id,
        name=connected.app.name,
        icon_url=connected.app.icon_url,
        is_own_system=connected.app.shop_id is not None,
        given_by=connected.given_by.display_name if connected.given_by else None,
        scopes=connected.scopes,
        since_ms=to_epoch_ms(connected.created_at),
        last_call_at_ms=to_epoch_ms(usage.last_at) if usage else None,
        calls_today=usage.calls_today if usage else 0,
        refused_today=usage.refused_today if usage else 0,
        dropped_today=usage.dropped_today if usage else 0,
    )
