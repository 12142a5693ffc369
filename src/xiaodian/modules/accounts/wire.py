"""Structs of accounts on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.accounts import AccountId, Address, NoticeKind, Scope
from xiaodian.contracts.base import Contract, Input
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts.queries import AccessToken, Member
from xiaodian.modules.accounts.rules import PASSWORD_MAX_CHARS, mask_sign_in

# Bounds of form only; what a user must be told in words is checked in rules.py.
Typed = Annotated[str, Meta(max_length=300)]
SignInText = Annotated[str, Meta(max_length=300, description="Phone number (`13800000001`, E.164) or e-mail.")]
PasswordText = Annotated[str, Meta(max_length=PASSWORD_MAX_CHARS * 2, description="At least 8 characters.")]
UrlText = Annotated[str, Meta(max_length=500, description="Of a picture uploaded here.")]


class SignUp(Input, frozen=True, kw_only=True):
    """A new account."""

    sign_in: SignInText
    password: PasswordText
    display_name: Annotated[str, Meta(max_length=300, description="1 to 30 characters that can be seen.")]


class SignIn(Input, frozen=True, kw_only=True):
    """Name and password."""

    sign_in: SignInText
    password: PasswordText


class ProfilePatch(Input, frozen=True, kw_only=True):
    """What to change; null removes the picture."""

    display_name: Typed | UnsetType = UNSET
    avatar_url: UrlText | UnsetType | None = UNSET
    birthday: Annotated[str, Meta(max_length=5)] | UnsetType | None = UNSET
    """`03-08`: month and day. Shops do not see it; those where one has bought may write on that day."""


class AddressInput(Input, frozen=True, kw_only=True):
    """Where orders go."""

    recipient: Typed
    phone: Typed
    region: Typed
    detail: Typed
    is_default: bool = False


class AccessTokenInput(Input, frozen=True, kw_only=True):
    """A token for a program, and what it may do."""

    name: Typed
    scopes: Annotated[frozenset[Scope], Meta(min_length=1, max_length=len(Scope))]


class Me(Contract, frozen=True, kw_only=True):
    """The signed-in account, to itself."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None
    is_operator: bool
    sign_in_masked: str
    birthday: str | None
    """`03-08`, if the account gave one."""


class AddressList(Contract, frozen=True, kw_only=True):
    """All addresses of an account; the default first."""

    items: list[Address]


class AccessTokenView(Contract, frozen=True, kw_only=True):
    """An access token without its secret."""

    token_id: UUID
    name: str
    scopes: list[Scope]
    created_at_ms: int
    last_used_at_ms: int | None


class AccessTokenList(Contract, frozen=True, kw_only=True):
    """All access tokens of an account, the newest first."""

    items: list[AccessTokenView]


class NewAccessToken(Contract, frozen=True, kw_only=True):
    """An access token with its secret, which is shown this once."""

    token_id: UUID
    token: str
    name: str
    scopes: list[Scope]
    created_at_ms: int
    last_used_at_ms: int | None


class NoticeView(Contract, frozen=True, kw_only=True):
    """A notice, in words in the reader's language."""

    notice_id: UUID
    kind: NoticeKind
    text: str
    params: dict[str, str]
    link: str
    is_read: bool
    at: datetime


class NoticePage(Contract, frozen=True, kw_only=True):
    """A page of notices, and how many in the whole inbox are unread."""

    items: list[NoticeView]
    next_cursor: str | None
    unread: int


class BellView(Contract, frozen=True, kw_only=True):
    """The key of an account's bell; who has it hears that a message came, and not which."""

    key: str
    gateway_url: str
    """The socket that is for bells alone."""


class ReadInput(Input, frozen=True, kw_only=True):
    """The newest notice that was read."""

    is_alone: bool = False
    """Only this one was; those before it are as they were."""

    up_to: UUID


def to_me(member: Member) -> Me:
    """What an account sees of itself."""
    return Me(
        account_id=member.account_id,
        display_name=member.display_name,
        avatar_url=member.avatar_url,
        is_operator=member.is_operator,
        sign_in_masked=mask_sign_in(member.sign_in),
        birthday=member.birthday,
    )


def to_token_view(token: AccessToken) -> AccessTokenView:
    """A token for its owner's list."""
    return AccessTokenView(
        token_id=token.token_id,
        name=token.name,
        scopes=token.scopes,
        created_at_ms=to_epoch_ms(token.created_at),
        last_used_at_ms=to_epoch_ms(token.last_used_at) if token.last_used_at else None,
    )


def to_new_token(token: AccessToken, secret: str) -> NewAccessToken:
    """A token just made, with its secret."""
    view = to_token_view(token)
    return NewAccessToken(
        token_id=view.token_id,
        token=secret,
        name=view.name,
        scopes=view.scopes,
        created_at_ms=view.created_at_ms,
        last_used_at_ms=view.last_used_at_ms,
    )
