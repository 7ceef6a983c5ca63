"""Work beside the event loop that does not hold up the end of the process."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def in_background(work: Callable[[], Result]) -> Result:
    """Run something in a thread of its own, and return what it returns.

    `asyncio.to_thread` would have the process wait for it, however long a database or a bucket leaves it hanging. What
    runs here must therefore leave nothing half done when it is cut off: it may only read.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(error: Exception | None, results: list[Result]) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(results[0])

    def run() -> None:
        results: list[Result] = []
        failed: Exception | None = None
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 (is raised where somebody waits)
            failed = error
        # A loop that is closed waits for nothing.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, failed, results)

    threading.Thread(target=run, name="in background", daemon=True).start()
    return await future
