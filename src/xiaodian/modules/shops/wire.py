"""Structs of shops on the wire."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.shops import FreightRate, FreightTemplate, MyShop, RegionalRate, ShopId
from xiaodian.modules.shops.freight import (
    MAX_CARRIAGE_MINOR,
    MAX_FREE_ABOVE_MINOR,
    MAX_GRAMS,
    MOST_EXCEPTIONS,
    MOST_REGIONS,
)

Grams = Annotated[int, Meta(ge=1, le=MAX_GRAMS)]
CarriageMinor = Annotated[int, Meta(ge=0, le=MAX_CARRIAGE_MINOR)]
RegionName = Annotated[Line, Meta(min_length=1, max_length=60)]
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

    items: list[MyShop]


class FreightRateInput(Input, frozen=True, kw_only=True):
    """The first so many grams, then each further so many begun; free from a spend on."""

    first_g: Grams
    first_minor: CarriageMinor
    more_g: Grams
    more_minor: CarriageMinor
    free_above_minor: Annotated[int, Meta(ge=0, le=MAX_FREE_ABOVE_MINOR)] | None = None


class RegionalRateInput(Input, frozen=True, kw_only=True):
    """Regions, by the beginning of their names, where another rate holds; without a rate, no delivery."""

    regions: Annotated[list[RegionName], Meta(min_length=1, max_length=MOST_REGIONS)]
    rate: FreightRateInput | None


class FreightTemplateInput(Input, frozen=True, kw_only=True):
    """A freight template as it shall be."""

    name: Annotated[Line, Meta(min_length=1, max_length=40)]
    is_default: bool
    rate: FreightRateInput
    exceptions: Annotated[list[RegionalRateInput], Meta(max_length=MOST_EXCEPTIONS)]


class FreightTemplateList(Contract, frozen=True, kw_only=True):
    """A shop's templates, the oldest first; there are only a few."""

    items: list[FreightTemplate]


def to_template(data: FreightTemplateInput, shop_id: ShopId, template_id: UUID) -> FreightTemplate:
    """The template that the input describes."""
    return FreightTemplate(
        template_id=template_id,
        shop_id=shop_id,
        name=data.name,
        is_default=data.is_default,
        rate=_to_rate(data.rate),
        exceptions=[
            RegionalRate(regions=each.regions, rate=_to_rate(each.rate) if each.rate else None)
            for each in data.exceptions
        ],
    )


def _to_rate(data: FreightRateInput) -> FreightRate:
    return FreightRate(
        first_g=data.first_g,
        first_minor=data.first_minor,
        more_g=data.more_g,
        more_minor=data.more_minor,
        free_above_minor=data.free_above_minor,
    )
