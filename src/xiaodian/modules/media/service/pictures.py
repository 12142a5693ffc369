"""Uploaded pictures: proven to be pictures, made small and clean, stored under the hash of what they became."""

import asyncio
import hashlib
import io
import warnings
from typing import NamedTuple

from PIL import Image, ImageOps

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.media import NotAPictureError
from xiaodian.edge.context import Context
from xiaodian.modules.media.rules import PICTURES, is_picture_file, picture_file_path

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SIDE = 1600
QUALITY = 82


class CleanPicture(NamedTuple):
    """A WebP without metadata, upright, at most MAX_SIDE wide and high."""

    content: bytes
    width: int
    height: int


class StoredPicture(NamedTuple):
    """A picture that can be fetched by name."""

    name: str
    width: int
    height: int


async def store_picture(ctx: Context, owner_id: AccountId, upload: bytes) -> StoredPicture:
    """Clean and store an upload. Raises NotAPictureError. The same picture again is stored once."""
    if not upload or len(upload) > ctx.settings.picture_max_bytes:
        raise NotAPictureError(field="file", max_bytes=ctx.settings.picture_max_bytes)
    picture = await asyncio.to_thread(clean_picture, upload)
    if picture is None:
        raise NotAPictureError(field="file", max_bytes=ctx.settings.picture_max_bytes)
    name = f"{hashlib.sha256(picture.content).hexdigest()}.webp"
    await ctx.storage.put(picture_file_path(name), picture.content)
    async with ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO media.picture (name, owner_id, width, height, size_bytes) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (name) DO NOTHING
            """,
            name,
            owner_id,
            picture.width,
            picture.height,
            len(picture.content),
        )
    return StoredPicture(name, picture.width, picture.height)


async def read_picture(ctx: Context, address: str) -> bytes:
    """A picture that was stored here, by the address that products and covers name it by. Raises NotFoundError."""
    name = address.removeprefix(PICTURES)
    if name == address or not is_picture_file(name):
        raise NotFoundError
    return await ctx.storage.get(picture_file_path(name))


def clean_picture(upload: bytes) -> CleanPicture | None:
    """The picture re-encoded; None if it is none, or too many pixels. Runs in a thread: it computes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(upload), formats=FORMATS) as probe:
                if probe.width * probe.height > MAX_PIXELS:
                    return None
                probe.verify()
            # Verifying uses the file up; it is opened again to be read.
            with Image.open(io.BytesIO(upload), formats=FORMATS) as opened:
                # Lets JPEG decode at a fraction of its size, which saves most of the work on photos.
                opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
                opened.load()
                return _encode(opened)
    # Pillow's decoders raise whatever comes to them from broken files.
    except Exception:
        return None


def _encode(opened: Image.Image) -> CleanPicture:
    upright = ImageOps.exif_transpose(opened)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    picture = upright.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    picture.info.clear()
    output = io.BytesIO()
    picture.save(output, "WEBP", quality=QUALITY, method=4)
    return CleanPicture(output.getvalue(), picture.width, picture.height)
