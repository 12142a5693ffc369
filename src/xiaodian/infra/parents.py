"""Nothing of ours outlives who started it, however that one ended."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time

LIFELINE_ENV = "XIAODIAN_LIFELINE"
GOODBYE_S = 8.0


def stop_when_lifeline_closes() -> None:
    """If our supervisor holds the other end of standard input: stop when it closes."""
    if not os.environ.get(LIFELINE_ENV):
        return

    def _wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        # The engines are gone too by now; a good-bye to them may hang, and must not keep us.
        time.sleep(GOODBYE_S)
        os._exit(1)

    threading.Thread(target=_wait, daemon=True, name="lifeline").start()


def end_with_parent_process() -> None:
    """In a process made by `multiprocessing` (an HTTP worker): end at once when the parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def _wait() -> None:
        multiprocessing.connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=_wait, daemon=True, name="parent-watch").start()
