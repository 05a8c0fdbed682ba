"""Runs the local AWS engine for as long as its standard input is open.

Whoever starts it holds the other end: when that process ends, however it ends, the engine stops
too, and its Lambda workers with it. Beside the engine's own paths it answers /_caserelay/engine
(whose it is), /_caserelay/refusals, and /_caserelay/permissions (what was refused and used; PUT takes grants away).
"""

import json
import os
import signal
import sys
import threading
import time

import iam
from ministack import app as gateway


def stop_with_starter() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def answer(method: str, path: str, body: bytes) -> tuple[int, object]:
    if path == "/_caserelay/engine" and method == "GET":
        return 200, {"token": os.environ.get("CASERELAY_ENGINE_TOKEN", "")}
    if path == "/_caserelay/refusals" and method == "GET":
        return 200, iam.refusals()
    if path == "/_caserelay/permissions" and method == "GET":
        return 200, iam.report()
    if path == "/_caserelay/permissions" and method == "PUT":
        try:
            iam.set_without(json.loads(body)["without"])
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"detail": str(error)}
        return 200, {}
    return 404, {"detail": "There is no such path"}


engine_app = gateway.app


async def app(scope, receive, send) -> None:
    path = scope.get("path", "")
    if scope["type"] != "http" or not path.startswith("/_caserelay/"):
        return await engine_app(scope, receive, send)
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    status, result = answer(scope["method"], path, body)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(result).encode()})


threading.Thread(target=stop_with_starter, daemon=True).start()
iam.install(os.environ.get("CASERELAY_WITHOUT", ""))
gateway.app = app
gateway.main()
