"""Ports of this machine."""

import secrets
import socket
from contextlib import ExitStack, suppress

FIRST, LAST = 10_240, 32_767
"""Above those that browsers refuse (the last is 10,080), below what Linux, macOS and IANA hand out to connections that
choose none: those would take one between its being found and its being listened on.
"""
TRIES = 1000


def find_free_ports(count: int) -> list[int]:
    """Different ports of the loopback that were free just now. Raises OSError if there are none."""
    with ExitStack() as stack:
        return [_hold_one(stack) for _ in range(count)]


def _hold_one(stack: ExitStack) -> int:
    for _ in range(TRIES):
        port = FIRST + secrets.randbelow(LAST - FIRST + 1)
        probe = stack.enter_context(socket.socket())
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"no free port between {FIRST} and {LAST}")


def bind_once(host: str, port: int) -> None:
    """Whether a server could listen there. Raises OSError, which says why not."""
    with socket.socket() as probe:
        # As servers do: connections that ended a moment ago are not in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
