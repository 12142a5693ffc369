"""Which films may be served now. Every request asks, so that what was deleted or taken down is gone at once in every
process; those that come together are answered by one look at the database."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.base import NotFoundError
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.database import Database
from xiaodian.modules.media.vod_playlist import render_master, render_rendition
from xiaodian.modules.media.vod_rules import Rendition

MAX_LOOKS = 1000
MAX_QUEUE = 20_000
MAX_KEPT = 1000


class VodStanding(NamedTuple):
    """Of which making files are served, if it is ready, and who alone may see them while it is withheld."""

    run: UUID | None
    owner_id: UUID
    is_withheld: bool


class VodFiles(NamedTuple):
    """The playlists of one making of a film, by the path behind its id, and their ETags."""

    run: UUID
    playlists: dict[str, tuple[bytes, str]]


class VodShelf:
    """The films of a process that serves them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looks: Batcher[UUID, VodStanding] = Batcher(
            self._look, max_batch=MAX_LOOKS, max_queue=MAX_QUEUE, parallel=2
        )
        self._kept: OrderedDict[UUID, VodFiles] = OrderedDict()

    async def standing_of(self, vod_id: UUID) -> VodStanding:
        """What of a film is served at this moment, and to whom. Raises NotFoundError, UnavailableError."""
        return await self._looks.submit(vod_id)

    async def files_of(self, run: UUID) -> VodFiles:
        """The playlists of one making, which never change. Raises NotFoundError."""
        files = self._kept.get(run)
        if files is None:
            async with self._database.connection() as connection:
                ladder = await connection.fetchval("SELECT ladder FROM media.vod WHERE run = $1", run)
            if ladder is None:
                raise NotFoundError
            files = _render(run, msgspec.convert(ladder, list[Rendition]))
            self._kept[run] = files
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return files

    async def _look(self, vod_ids: Sequence[UUID]) -> list[VodStanding | BaseException]:
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                """
                SELECT vod_id, CASE WHEN state = 'ready' THEN run END AS run, owner_id, is_withheld FROM media.vod
                WHERE vod_id = ANY($1)
                """,
                list(set(vod_ids)),
            )
        found = {row["vod_id"]: VodStanding(row["run"], row["owner_id"], row["is_withheld"]) for row in rows}
        return [found.get(vod_id) or NotFoundError() for vod_id in vod_ids]


def _render(run: UUID, ladder: list[Rendition]) -> VodFiles:
    texts = {"master.m3u8": render_master(ladder)}
    texts |= {f"{one.name}/index.m3u8": render_rendition(one) for one in ladder}
    return VodFiles(run, {name: (text.encode(), _etag(text.encode())) for name, text in texts.items()})


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'
