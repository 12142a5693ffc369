"""What carriage costs. Pure.

Goods that travel by the same template make one parcel: its weight is that of all of them together, so the first grams
are paid once. Whether carriage is free is asked of everything that the order buys in the shop, by whichever template.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import NoDeliveryError
from xiaodian.contracts.shops import FreightRate, FreightTemplate, ShopId

MOST_TEMPLATES = 50
MOST_EXCEPTIONS = 50
MOST_REGIONS = 100
MAX_GRAMS = 1_000_000
MAX_CARRIAGE_MINOR = 1_000_000
MAX_FREE_ABOVE_MINOR = 100_000_000


class Parcel(NamedTuple):
    """Pieces of one line of an order."""

    template_id: UUID | None
    """None: the shop's default."""
    weight_g: int
    """Of all the pieces."""
    amount_minor: int
    """What they cost after the shop's coupon."""
    sku_id: SkuId


class FreightBook:
    """The templates of some shops."""

    def __init__(self, templates: Iterable[FreightTemplate]) -> None:
        self._templates: dict[tuple[ShopId, UUID], FreightTemplate] = {}
        self._defaults: dict[ShopId, FreightTemplate] = {}
        self._charging: set[ShopId] = set()
        for template in templates:
            self._charging.add(template.shop_id)
            self._templates[template.shop_id, template.template_id] = template
            if template.is_default:
                self._defaults[template.shop_id] = template

    def may_charge(self, shop_id: ShopId) -> bool:
        """Whether there is anything to reckon; without a template carriage is free, to everywhere."""
        return shop_id in self._charging

    def reckon(self, shop_id: ShopId, region: str, parcels: Sequence[Parcel]) -> int:
        """Freight of an order to a region (`辽宁省 丹东市`; empty: not yet known), in minor units.

        Nothing for goods of a shop without a template. Raises NoDeliveryError for the first that cannot be delivered.
        """
        goods_minor = sum(parcel.amount_minor for parcel in parcels)
        freight_minor = 0
        for template, together in self._by_template(shop_id, parcels):
            rate = rate_for(template, region)
            if rate is None:
                raise NoDeliveryError(sku_id=together[0].sku_id, region=region)
            freight_minor += carriage_minor(rate, sum(parcel.weight_g for parcel in together), goods_minor)
        return freight_minor

    def find_undeliverable(self, shop_id: ShopId, region: str, parcels: Sequence[Parcel]) -> set[SkuId]:
        """What of an order the shop does not deliver to a region."""
        return {
            parcel.sku_id
            for template, together in self._by_template(shop_id, parcels)
            if rate_for(template, region) is None
            for parcel in together
        }

    def _by_template(
        self, shop_id: ShopId, parcels: Sequence[Parcel]
    ) -> Iterable[tuple[FreightTemplate, list[Parcel]]]:
        groups: dict[UUID, tuple[FreightTemplate, list[Parcel]]] = {}
        for parcel in parcels:
            template = self._find(shop_id, parcel.template_id)
            if template is not None:
                groups.setdefault(template.template_id, (template, []))[1].append(parcel)
        return groups.values()

    def _find(self, shop_id: ShopId, template_id: UUID | None) -> FreightTemplate | None:
        """The template named; the default where none is, or where it has been removed."""
        named = self._templates.get((shop_id, template_id)) if template_id is not None else None
        return named or self._defaults.get(shop_id)


def rate_for(template: FreightTemplate, region: str) -> FreightRate | None:
    """The rate that holds in a region, that of the longest beginning of its name; None: no delivery."""
    if not template.exceptions:
        return template.rate
    place = region_key(region)
    best = ""
    found: FreightRate | None = template.rate
    for exception in template.exceptions:
        for name in exception.regions:
            beginning = region_key(name)
            if len(beginning) > len(best) and place.startswith(beginning):
                best, found = beginning, exception.rate
    return found


def region_key(region: str) -> str:
    """`辽宁省 丹东市` and `辽宁省丹东市` are one place."""
    return "".join(region.split())


def carriage_minor(rate: FreightRate, weight_g: int, goods_minor: int) -> int:
    """What a parcel of this weight costs in an order of goods for this much; each step begun is a whole one."""
    if rate.free_above_minor is not None and goods_minor >= rate.free_above_minor:
        return 0
    beyond_g = max(0, weight_g - rate.first_g)
    return rate.first_minor + -(-beyond_g // rate.more_g) * rate.more_minor


def check_regions(template: FreightTemplate) -> None:
    """Each region has a name and stands in one exception only. Raises InvalidInputError."""
    keys = [region_key(region) for exception in template.exceptions for region in exception.regions]
    if not all(keys):
        raise InvalidInputError(field="exceptions", reason="empty")
    if len(set(keys)) != len(keys):
        raise InvalidInputError(field="exceptions", reason="region_twice")
