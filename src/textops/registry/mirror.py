"""Mirroring the registry to Weights & Biases: whether, and without ever keeping or failing the command that asks.

The work is done by a process of its own, which can be ended whatever it waits for. It asks nothing: it has no input.
"""

import netrc
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

from loguru import logger
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.errors import RegistryError, TextopsError
from textops.registry.mirror_log import backlog_of, last_record
from textops.registry.settings import PREFIX
from textops.registry.store import Registry

_DEFAULT_SERVER = "https://api.wandb.ai"
_SECONDS_TO_CONNECT = 3
_LONGEST_REASON = 200
# What stands before the message in the last line of a traceback.
_KIND_OF_ERROR = re.compile(r"^[\w.]+: ")


class MirrorSettings(BaseSettings):
    """What mirroring takes from the environment.

    Attributes:
        mirror: `auto` mirrors where there is a key; `on` says each time why it cannot; `off` never does.
        mirror_seconds: How long a command may be kept by it.
        mirror_registry: Registry at Weights & Biases whose collections have the names of the models.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    mirror: Literal["auto", "on", "off"] = "auto"
    mirror_seconds: float = Field(60, gt=0, allow_inf_nan=False)
    mirror_registry: str = Field("wandb-registry-model", pattern=r"^[^/\s]+(/[^/\s]+)?$")


def mirror_quietly(registry: Registry, settings: MirrorSettings) -> None:
    """Mirror what is behind, if that is wanted and possible; whatever fails is a warning, and tried again later."""
    if settings.mirror == "off":
        return
    obstacle = _obstacle()
    if obstacle is not None and settings.mirror == "auto":
        return
    try:
        if not _models_behind(registry):
            return
        if obstacle is not None:
            raise RegistryError(obstacle)
        _mirror(registry, settings)
    except (TextopsError, OSError) as error:
        logger.warning(
            "Weights & Biases does not have all models and aliases yet: {}. The next command of the registry tries "
            "again, or textops models mirror",
            error,
        )


def mirror_now(registry: Registry, settings: MirrorSettings) -> None:
    """Mirror what is behind, and point all aliases again.

    Raises:
        RegistryError: If that is not possible now, or not wanted.
    """
    obstacle = "TEXTOPS_MIRROR=off: unset it" if settings.mirror == "off" else _obstacle()
    if obstacle is not None:
        raise RegistryError(f"cannot mirror {registry.root}: {obstacle}")
    try:
        _mirror(registry, settings, again=True)
    except (TextopsError, OSError) as error:
        raise RegistryError(f"cannot mirror {registry.root}: {error}") from error


def _models_behind(registry: Registry) -> list[str]:
    return [name for name in registry.names() if backlog_of(registry, name, last_record(registry, name))]


def _obstacle() -> str | None:
    """Return why nothing can be mirrored, None where it can be tried. Cheap: every command asks."""
    mode = os.environ.get("WANDB_MODE", "online")
    if mode not in {"online", "shared"}:
        return f"WANDB_MODE={mode}: unset it"
    if find_spec("wandb") is None:
        return "wandb is not installed: pip install 'textops[experiments]'"
    if not os.environ.get("WANDB_API_KEY") and not _key_is_in_netrc():
        return "there is no key: set WANDB_API_KEY, or wandb login"
    return None


def _server() -> str:
    return os.environ.get("WANDB_BASE_URL") or _DEFAULT_SERVER


def _key_is_in_netrc() -> bool:
    host = urlsplit(_server()).hostname or ""
    home = os.path.expanduser("~")  # noqa: PTH111 (pathlib raises where there is none)
    for path in [os.environ.get("NETRC"), f"{home}/.netrc", f"{home}/_netrc"]:
        try:
            if path and netrc.netrc(path).authenticators(host) is not None:
                return True
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            continue
    return False


def _mirror(registry: Registry, settings: MirrorSettings, *, again: bool = False) -> None:
    _knock()
    with tempfile.TemporaryDirectory(prefix="textops-mirror-", ignore_cleanup_errors=True) as name:
        said = Path(name) / "said.txt"
        command = [sys.executable, "-m", "textops.registry.wandb_mirror", str(registry.root), settings.mirror_registry]
        with said.open("wb") as output:
            worker = subprocess.Popen(  # noqa: S603 (our own module)
                [*command, "again"] if again else command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
                env={**os.environ, **_environment(Path(name))},
                # With all that it starts, it can be ended as one.
                start_new_session=True,
            )
        try:
            code = worker.wait(settings.mirror_seconds)
        except subprocess.TimeoutExpired as error:
            raise RegistryError(
                f"not done within {settings.mirror_seconds:g} seconds (TEXTOPS_MIRROR_SECONDS)"
            ) from error
        finally:
            _end(worker)
        if code:
            raise RegistryError(_reason(said.read_text(encoding="utf-8", errors="replace")))
    logger.info("Weights & Biases has all models and aliases")


def _end(worker: "subprocess.Popen[bytes]") -> None:
    """End the process and all that it started, if it has not ended by itself."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def _knock() -> None:
    """See whether anybody answers at all: to be away from the network should cost no time.

    Raises:
        RegistryError: If nobody does.
    """
    address = urlsplit(_server())
    if address.scheme in getproxies():
        return
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "", port), timeout=_SECONDS_TO_CONNECT).close()
    except OSError as error:
        raise RegistryError(f"{address.hostname} cannot be reached ({error})") from error


def _environment(folder: Path) -> dict[str, str]:
    """Return variables that keep W&B quiet, and out of the home and the working folder."""
    return {
        "WANDB_SILENT": "true",
        "WANDB_ERROR_REPORTING": "false",
        "WANDB_DIR": str(folder),
        "WANDB_DATA_DIR": str(folder / "data"),
        "WANDB_CACHE_DIR": str(folder / "cache"),
    }


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "it ended without a word"
    key = os.environ.get("WANDB_API_KEY")
    return _KIND_OF_ERROR.sub("", last.replace(key, "***") if key else last)[:_LONGEST_REASON]
