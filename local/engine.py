"""Runs the local AWS engine for as long as its standard input is open.

Whoever starts it holds the other end: when that process ends, however it ends, the engine stops
too, and its Lambda workers with it.
"""

import os
import runpy
import signal
import sys
import threading
import time


def stop_with_starter() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=stop_with_starter, daemon=True).start()
runpy.run_module("ministack", run_name="__main__")
