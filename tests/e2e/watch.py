"""What a test waits for, and what it sees of another process meanwhile."""
import contextlib
import os
import pathlib
import time


def until(look, seconds=90):
    """What `look` returns as soon as that is true: a fault is told where it is waited for, long before CTest ends the whole script."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"waited for in vain for {seconds} s")
    return seen


def open_files(pid):
    """What a process has open; a file that it closes meanwhile is none."""
    names = []
    for one in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(one))
    return names
