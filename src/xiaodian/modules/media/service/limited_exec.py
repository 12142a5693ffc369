"""Started by itself, before ffmpeg: takes away what a hostile film could use up, steps back behind everybody else, and
becomes the program that it was told. Knows nothing of ours, so that it starts at once.

    python -I -S limited_exec.py MEMORY_BYTES CPU_S FILE_BYTES program arguments...
"""

import os
import resource
import sys

OPEN_FILES = 128


def main() -> None:
    """Never returns."""
    memory_bytes, cpu_s, file_bytes = (int(text) for text in sys.argv[1:4])
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.nice(19)
    if hasattr(os, "sched_setaffinity"):
        # One core at most, however many threads it starts; which of them is left to chance, as others do the same.
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606


if __name__ == "__main__":
    main()
