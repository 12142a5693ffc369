"""Engines that come late are waited for; ports that are taken are noticed."""

import socket

import pytest

from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.infra import patience
from xiaodian.infra.patience import patiently
from xiaodian.infra.ports import LAST, bind_once, find_free_ports


class Engine:
    """Away for some calls; then it answers, or refuses."""

    def __init__(self, away_for: int, *, refuses: bool = False) -> None:
        self.calls = 0
        self._away_for = away_for
        self._refuses = refuses

    async def ask(self) -> str:
        """Ask once."""
        self.calls += 1
        if self.calls <= self._away_for:
            raise UnavailableError
        if self._refuses:
            raise NotFoundError
        return "there"


async def test_engines_that_come_late_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "RETRY_S", 0)
    engine = Engine(away_for=3)
    assert await patiently(engine.ask) == "there"
    assert engine.calls == 4


async def test_a_refusal_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "RETRY_S", 0)
    engine = Engine(away_for=1, refuses=True)
    with pytest.raises(NotFoundError):
        await patiently(engine.ask)
    assert engine.calls == 2


def test_free_ports_are_different_and_can_be_listened_on() -> None:
    ports = find_free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        bind_once("127.0.0.1", port)
    assert find_free_ports(0) == []


def test_no_connection_is_handed_a_port_that_waits_for_its_server() -> None:
    with socket.socket() as client:
        client.bind(("127.0.0.1", 0))
        assert all(port <= LAST < client.getsockname()[1] for port in find_free_ports(20))


def test_a_port_on_which_somebody_listens_is_noticed() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with pytest.raises(OSError, match="in use"):
            bind_once("127.0.0.1", server.getsockname()[1])
