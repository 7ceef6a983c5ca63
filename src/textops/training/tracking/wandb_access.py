"""Whether Weights & Biases can be used online: found out without a question, and within bounded time."""

import base64
import json
import os
from typing import Literal, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from textops.errors import ConfigurationError

Mode = Literal["online", "offline", "disabled"]

_REFUSED = frozenset({401, 403})
_LONGEST_ANSWER_SECONDS = 5.0


def chosen_mode() -> Mode:
    """Return the mode that WANDB_MODE and the presence of a key lead to: WANDB_API_KEY, the .netrc file, settings.

    Raises:
        ConfigurationError: If a variable has an impossible value, a key is malformed, or one is asked for and missing.
    """
    import wandb
    from pydantic import ValidationError

    try:
        asked = wandb.setup().settings.mode
        if asked in {"offline", "dryrun"}:
            return "offline"
        if asked == "disabled":
            return "disabled"
        if wandb.login(prompt=False, verify=False):
            return "online"
    except ValidationError as error:
        problem = error.errors()[0]
        name = "_".join(map(str, problem["loc"])).upper()
        raise ConfigurationError(f"WANDB_{name}={problem['input']!r}: {problem['msg']}") from error
    except wandb.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigurationError(
            f"Weights & Biases: {reason} Correct it (wandb login), or set WANDB_MODE=offline"
        ) from error
    if os.environ.get("WANDB_MODE") == "online":
        raise ConfigurationError(
            "WANDB_MODE=online needs a key: set WANDB_API_KEY (from the user settings of wandb.ai), "
            "or leave WANDB_MODE out"
        )
    return "offline"


def key_is_refused(seconds: float) -> bool:
    """Ask the server who the key belongs to; a server that does not answer refuses nobody.

    Args:
        seconds: How long to wait at most, and never longer than five.
    """
    import wandb

    settings = wandb.setup().settings
    key = settings.api_key
    if key is None:
        return False
    request = Request(  # noqa: S310 (an address that the user chose for W&B)
        f"{settings.base_url.rstrip('/')}/graphql",
        data=json.dumps({"query": "{viewer{id}}"}).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Basic {base64.b64encode(f'api:{key}'.encode()).decode()}",
        },
    )
    try:
        with urlopen(request, timeout=min(seconds, _LONGEST_ANSWER_SECONDS)) as response:  # noqa: S310
            answer = cast("object", json.load(response))
    except HTTPError as error:
        return error.code in _REFUSED
    except (URLError, OSError, ValueError):
        return False
    data = answer.get("data") if isinstance(answer, dict) else None
    return isinstance(data, dict) and data.get("viewer", data) is None
