"""Ports of this machine."""

import socket
from contextlib import ExitStack


def find_free_ports(count: int) -> list[int]:
    """Different ports of the loopback that were free just now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def bind_once(host: str, port: int) -> None:
    """Whether a server could listen there. Raises OSError, which says why not."""
    with socket.socket() as probe:
        # As servers do: connections that ended a moment ago are not in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
