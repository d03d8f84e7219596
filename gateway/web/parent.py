"""The process that started this one: without it, this one has nothing to do."""

import os
import threading
import time


def end_with_parent() -> None:
    """Stop once the parent is gone: killed outright, it could not tell its workers."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
