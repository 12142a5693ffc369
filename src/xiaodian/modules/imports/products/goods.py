"""A product as files and other platforms tell it, before it is anything of ours."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductState


class RowFault(Exception):  # noqa: N818  # It is what is wrong with a row, not with the program.
    """Why a product cannot be taken: a reason with a text, and the column to blame."""

    def __init__(self, reason: str, column: str | None = None, row: int | None = None, **params: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.row = row
        self.params = params


class Variant(Contract, frozen=True, kw_only=True):
    """A variant; what is unset was not told of."""

    row: int
    price_minor: int | UnsetType = UNSET
    option_values: list[str] = msgspec.field(default_factory=list)
    code: str | UnsetType | None = UNSET
    barcode: str | UnsetType | None = UNSET
    stock: int | UnsetType = UNSET
    weight_g: int | UnsetType = UNSET
    picture: str | UnsetType = UNSET


class Goods(Contract, frozen=True, kw_only=True):
    """A product; what is unset was not told of, and stays as it is."""

    row: int
    handle: str | None = None
    external_id: str | None = None
    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    vendor: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    """In anybody's words."""
    state: ProductState | UnsetType = UNSET
    option_names: list[str] = msgspec.field(default_factory=list)
    variants: list[Variant] = msgspec.field(default_factory=list)
    pictures: list[str] | UnsetType = UNSET
    """Addresses in order, ours or anybody's."""

    @property
    def label(self) -> str:
        """What people know it by."""
        return self.title if isinstance(self.title, str) else self.handle or self.external_id or ""


NO_OPTION = frozenset({"title", "规格", "specification"})
"""What files call the one option of a product that has none."""
DEFAULT_VALUES = frozenset({"default title", "默认", "default"})
DEFAULT_NAME = "默认"
PLAIN_OPTION = "规格"
"""What our own files call the names of variants of a product without options."""
VENDOR = "品牌"
VENDOR_NAMES = frozenset({"品牌", "brand", "vendor"})


def has_plain_names(goods: Goods) -> bool:
    """Whether the variants have names rather than options."""
    return not goods.option_names or (len(goods.option_names) == 1 and goods.option_names[0].casefold() in NO_OPTION)
