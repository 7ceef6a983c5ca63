"""Work beside the event loop."""

import asyncio
import subprocess
import sys
import threading

import pytest

from textops.monitoring.background import in_background


def test_what_it_returns_and_what_it_raises_comes_back() -> None:
    assert asyncio.run(in_background(lambda: 7)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_background(lambda: 1 // 0))


def test_the_loop_goes_on_meanwhile() -> None:
    async def run() -> bool:
        over = threading.Event()
        working = asyncio.create_task(in_background(lambda: over.wait(60)))
        await asyncio.sleep(0.01)
        was_working = not working.done()
        over.set()
        await working
        return was_working

    assert asyncio.run(run())


@pytest.mark.slow
def test_a_process_ends_while_something_hangs() -> None:
    script = (
        "import asyncio, time\n"
        "from textops.monitoring.background import in_background\n"
        "async def run():\n"
        "    try:\n"
        "        async with asyncio.timeout(0.1): await in_background(lambda: time.sleep(3600))\n"
        "    except TimeoutError: pass\n"
        "asyncio.run(run())\n"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=180, check=False).returncode == 0
