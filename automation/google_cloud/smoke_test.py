"""A revision of the API is asked before anybody else asks it."""

import json
import shlex

from automation.google_cloud.refusal import CommandRefusedError
from automation.google_cloud.shell import Shell
from deploy.gcp.configuration import CloudConfiguration

TEXT = "The home side scored twice in the second half."
CURL = ("curl", "--silent", "--show-error", "--fail-with-body", "--max-time=60", "--retry=10", "--retry-delay=3")


def ask(shell: Shell, cloud: CloudConfiguration, revision: str, url: str) -> None:
    """See that a revision is ready, and classifies a text.

    Args:
        shell: Runs the commands.
        cloud: Whose cloud it is.
        revision: Its name.
        url: Its own address.

    Raises:
        CommandRefusedError: If it does not.
    """
    shell.ask(*CURL, f"{url}/ready", name=f"{revision} is not ready")
    body = shlex.join(["--header=content-type: application/json", f"--data={json.dumps({'text': TEXT})}"])
    line = f'{shlex.join(CURL)} --header="X-API-Key: $({_key(cloud)})" {body} {shlex.quote(f"{url}/predict")}'
    answer = shell.pipe(line, f"{revision} does not classify")
    if shell.dry_run:
        return
    try:
        label = json.loads(answer)["label"]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandRefusedError(f"{revision} does not classify: it answered {answer[:200]!r}") from error
    shell.say(f"{revision} answers: {label}")


def _key(cloud: CloudConfiguration) -> str:
    """Return the command that gives the first of the API's keys; the shell reads it, and nobody sees it."""
    secret = f"--secret={cloud.names.prefix}-api-keys"
    access = ["gcloud", "secrets", "versions", "access", "latest", secret, f"--project={cloud.project}"]
    return f"{shlex.join(access)} | cut -d, -f1"
