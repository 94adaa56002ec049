"""Runs another process of ours beside the site: `python -m portal.web.beside MODULE [WORDS]`.

It yields to the site when both want the machine, and is asked to end when its input ends, which
is when the site does, however that went.
"""

import os
import runpy
import signal
import sys
import threading

NICE = 5


def main() -> None:
    """Become the module, with the words as its own."""
    os.nice(NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
