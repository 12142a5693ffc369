"""What is known already: pictures by the addresses they came from, categories by what people call them."""

from collections.abc import Sequence
from hashlib import sha256

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog

OWN_PICTURES = "/media/pictures/"


async def find_known_pictures(connection: Connection, shop_id: ShopId, addresses: Sequence[str]) -> dict[str, str]:
    """Pictures of ours by the addresses they came from; our own addresses are what they are."""
    own = {address: place for address in addresses if (place := own_picture(address)) is not None}
    others = {hash_of(address): address for address in addresses if address not in own}
    if not others:
        return own
    rows = await connection.fetch(
        "SELECT address_hash, picture_url FROM imports.picture WHERE shop_id = $1 AND address_hash = ANY($2::bytea[])",
        shop_id,
        list(others),
    )
    return own | {others[row["address_hash"]]: row["picture_url"] for row in rows}


async def remember_picture(connection: Connection, shop_id: ShopId, address: str, picture_url: str) -> None:
    """The next file that names this address means this picture."""
    await connection.execute(
        """
        INSERT INTO imports.picture (shop_id, address_hash, picture_url, fetched_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (shop_id, address_hash) DO UPDATE
            SET picture_url = excluded.picture_url, fetched_at = excluded.fetched_at
        """,
        shop_id,
        hash_of(address),
        picture_url,
        utc_now(),
    )


async def get_category_names(connection: Connection) -> dict[str, str]:
    """Codes of categories by whatever they may be called, folded."""
    names: dict[str, str] = {}
    for category in await catalog.list_categories(connection):
        for name in (category.name_zh, category.name_en, category.code):
            names[name.casefold()] = category.code
    return names


def own_picture(address: str) -> str | None:
    """The path of a picture of this platform; None if the address is another's."""
    place = address.find(OWN_PICTURES)
    if place < 0 or (place > 0 and "://" not in address[:place]):
        return None
    name = address[place + len(OWN_PICTURES) :]
    # Only names as we make them: a hash, so another platform of the same kind cannot be meant by chance.
    return address[place:] if len(name) == 69 and name.endswith(".webp") and name[:64].isalnum() else None


def hash_of(address: str) -> bytes:
    """Addresses may be longer than an index takes."""
    return sha256(address.encode()).digest()
