"""Structs of shops on the wire."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input
from xiaodian.contracts.shops import Shop

NameText = Annotated[str, Meta(max_length=300, description="2 to 30 characters that can be seen.")]


class ShopInput(Input, frozen=True, kw_only=True):
    """A new shop."""

    name: NameText


class ShopPatch(Input, frozen=True, kw_only=True):
    """What to change."""

    name: NameText | UnsetType = UNSET
    is_open: bool | UnsetType = UNSET


class ShopList(Contract, frozen=True, kw_only=True):
    """Shops the caller works for, the oldest first."""

    items: list[Shop]
