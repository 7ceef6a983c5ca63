import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from textops.cli import main
from textops.interrupts import INTERRUPTED, end_on_interrupt, is_interrupted, raise_on_interrupt

# Ctrl-C at the moment when the module of an entry point begins to be loaded.
WHILE_LOADING = """
import os, runpy, signal, sys
class Presser:
    def find_spec(self, name, path=None, target=None):
        if name == "{loaded}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Presser())
# As Python has it where nobody ignores it: shells let what they start behind them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv = ["textops", "models"]
runpy.run_module("{entry}", run_name="__main__")
"""


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the process does at Ctrl-C is as it was after each test."""
    monkeypatch.setattr("textops.interrupts._came", [])
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("entry", "loaded"), [("textops", "textops.cli"), ("textops.serving", "textops.serving.server")]
)
def test_ctrl_c_while_a_command_is_loaded_ends_it_without_a_word(entry: str, loaded: str) -> None:
    script = WHILE_LOADING.format(entry=entry, loaded=loaded)

    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)

    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_what_a_module_makes_of_ctrl_c_is_told_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise ImportError("initialization failed") from error

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise_on_interrupt()
    monkeypatch.setattr("textops.logs.set_up_logging", load)

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == INTERRUPTED


def test_the_same_error_without_ctrl_c_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        raise ImportError("initialization failed")

    monkeypatch.setattr("textops.logs.set_up_logging", load)

    with pytest.raises(ImportError, match="initialization failed"):
        main()


def test_whoever_sees_to_ctrl_c_or_ignores_it_goes_on_to() -> None:
    for handler in (signal.SIG_IGN, lambda *_: None):
        signal.signal(signal.SIGINT, handler)

        end_on_interrupt()
        raise_on_interrupt()

        assert signal.getsignal(signal.SIGINT) is handler


def test_between_loading_and_the_end_ctrl_c_can_be_caught() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end_on_interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    raise_on_interrupt()

    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)

    assert is_interrupted()
    end_on_interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
