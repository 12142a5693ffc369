"""Playlists as bytes. Every viewer asks each second, so a process asks the database a few times a second at most."""

import asyncio
from collections import OrderedDict
from typing import NamedTuple

from xiaodian.contracts.media import StreamId
from xiaodian.infra.database import Database
from xiaodian.modules.media.playlist import render_playlist
from xiaodian.modules.media.queries import StreamVersion, get_playlist, get_stream_version

FRESH_S = 0.2
MAX_CACHED = 500
MAX_CACHED_BYTES = 64 * 1024 * 1024


class RenderedPlaylist(NamedTuple):
    """A playlist ready to send."""

    content: bytes
    is_ended: bool


class _Entry(NamedTuple):
    version: StreamVersion
    checked_at: float
    playlist: RenderedPlaylist


class PlaylistCache:
    """Rendered playlists of this process. Requests that come together wait for one look at the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries: OrderedDict[StreamId, _Entry] = OrderedDict()
        self._bytes = 0
        self._flights: dict[StreamId, asyncio.Task[RenderedPlaylist]] = {}

    async def get(self, stream_id: StreamId) -> RenderedPlaylist:
        """The playlist as it is, or was at most FRESH_S ago. Raises NotFoundError, UnavailableError."""
        entry = self._entries.get(stream_id)
        if entry and asyncio.get_running_loop().time() - entry.checked_at < FRESH_S:
            return entry.playlist
        flight = self._flights.get(stream_id)
        if flight is None:
            flight = asyncio.create_task(self._look(stream_id))
            self._flights[stream_id] = flight
            flight.add_done_callback(lambda _: self._flights.pop(stream_id))
        # Shielded: a viewer who goes away must not take the others' answer along.
        return await asyncio.shield(flight)

    async def _look(self, stream_id: StreamId) -> RenderedPlaylist:
        now = asyncio.get_running_loop().time()
        async with self._database.connection() as connection:
            version = await get_stream_version(connection, stream_id)
            entry = self._entries.get(stream_id)
            if entry is not None and entry.version == version:
                playlist = entry.playlist
            else:
                content = render_playlist(await get_playlist(connection, stream_id, version))
                playlist = RenderedPlaylist(content, version.is_ended)
        self._keep(stream_id, _Entry(version, now, playlist))
        return playlist

    def _keep(self, stream_id: StreamId, entry: _Entry) -> None:
        old = self._entries.pop(stream_id, None)
        self._entries[stream_id] = entry
        self._bytes += len(entry.playlist.content) - (len(old.playlist.content) if old else 0)
        while len(self._entries) > MAX_CACHED or self._bytes > MAX_CACHED_BYTES:
            _, dropped = self._entries.popitem(last=False)
            self._bytes -= len(dropped.playlist.content)
