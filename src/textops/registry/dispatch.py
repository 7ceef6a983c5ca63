"""The event `staged_model`, sent to a GitHub repository, whose workflows then test the staged model.

`POST /repos/{owner}/{repo}/dispatches` of GitHub's REST API: docs.github.com/rest/repos/repos, "Create a repository
dispatch event". The promotion stands whatever becomes of the event.
"""

import http.client
import json
import threading
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from typing import IO
from urllib.parse import urlsplit

from loguru import logger
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from textops.bundle import MANIFEST_FILE
from textops.files import sha256_of_file
from textops.header_secret import HeaderSecret
from textops.registry.events import AliasEvent
from textops.registry.settings import PREFIX
from textops.registry.version import Version

EVENT_TYPE = "staged_model"

_ON_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_MOST_OF_AN_ANSWER = 2000


class DispatchSettings(BaseSettings):
    """Where the event goes, from the environment.

    Attributes:
        github_repository: `owner/name`; without it no event is sent.
        github_token: A token that may write the repository's contents; never logged.
        github_api: Address of the API; another one for GitHub Enterprise.
        github_dispatch: Whether to send the event at all.
        github_seconds: How long sending may take.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    github_repository: str | None = Field(None, pattern=r"^[\w.-]+/[\w.-]+$")
    github_token: HeaderSecret | None = None
    github_api: str = "https://api.github.com"
    github_dispatch: bool = True
    github_seconds: float = Field(5, gt=0, le=60)

    @field_validator("github_api")
    @classmethod
    def _keeps_the_token_secret(cls, address: str) -> str:
        parts = urlsplit(address)
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _ON_THIS_MACHINE):
            raise ValueError("the token goes there, so it must begin with https://")
        return address.rstrip("/")


@dataclass(frozen=True)
class StagedModel:
    """What the workflow is told, as `client_payload`.

    Attributes:
        name: Name of the model.
        version: Its version in the registry.
        alias: The alias it was promoted to.
        digest: SHA-256 of its `bundle.json`, which holds the hashes of all the rest.
    """

    name: str
    version: int
    alias: str
    digest: str


def staged_model(version: Version, event: AliasEvent) -> StagedModel:
    """Return what the workflow is told of a promotion."""
    digest = f"sha256:{sha256_of_file(version.path / MANIFEST_FILE)}"
    return StagedModel(name=version.name, version=event.version, alias=event.alias, digest=digest)


def send_staged_model(model: StagedModel, settings: DispatchSettings) -> bool:
    """Send the event, if a repository and a token are set; what goes wrong is a warning.

    Args:
        model: What the workflow is told.
        settings: Where it goes.

    Returns:
        Whether it was sent.
    """
    if not settings.github_dispatch or settings.github_repository is None:
        return False
    if settings.github_token is None:
        logger.warning("{} is not told of {}: set TEXTOPS_GITHUB_TOKEN", settings.github_repository, EVENT_TYPE)
        return False
    request = _request(model, settings.github_repository, settings.github_token, settings.github_api)
    trouble = _send_within(request, settings.github_seconds)
    if trouble is None:
        logger.info("Told {} of the event {}: {}", settings.github_repository, EVENT_TYPE, asdict(model))
        return True
    logger.warning(
        "{} could not be told of the event {} ({}); the promotion stands, textops promote {}/{} --to {} tells it again",
        settings.github_repository,
        EVENT_TYPE,
        trouble,
        model.name,
        model.version,
        model.alias,
    )
    return False


def _request(model: StagedModel, repository: str, token: SecretStr, api: str) -> urllib.request.Request:
    return urllib.request.Request(  # noqa: S310 (the setting allows https, and http on this machine)
        f"{api}/repos/{repository}/dispatches",
        data=json.dumps({"event_type": EVENT_TYPE, "client_payload": asdict(model)}).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token.get_secret_value()}",
            "Content-Type": "application/json",
            "User-Agent": "textops",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        method="POST",
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves redirects alone: whoever they lead to would be given the token."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:
        """Follow nothing."""


def _send_within(request: urllib.request.Request, seconds: float) -> str | None:
    """Send a request; return what went wrong, None if nothing did.

    A thread that is left behind is the one bound on everything: the timeout of a socket begins anew with every byte,
    and names are looked up without any.
    """
    outcome: list[str | None] = []
    thread = threading.Thread(target=lambda: outcome.append(_send(request, seconds)), daemon=True)
    thread.start()
    thread.join(seconds + 1)
    return outcome[0] if outcome else f"no answer within {seconds:g} s"


def _send(request: urllib.request.Request, seconds: float) -> str | None:
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return f"it answered {error.code} {error.reason}{_explanation(error)}"
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except UnicodeEncodeError:
        return "TEXTOPS_GITHUB_TOKEN holds letters that no header can carry"
    except urllib.error.URLError as error:
        return f"{error.reason}"
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"


def _explanation(error: urllib.error.HTTPError) -> str:
    """Return what GitHub says beside the code, in one line."""
    try:
        answer = json.loads(error.read(_MOST_OF_AN_ANSWER))
    except (OSError, ValueError, http.client.HTTPException):
        return ""
    message = answer.get("message") if isinstance(answer, dict) else None
    return f": {' '.join(str(message).split())}" if message else ""
