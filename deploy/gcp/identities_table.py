"""Who may do what, as tables for the docs: `python -m deploy.gcp.identities_table reports/cloud_identities.md`."""

import sys
from pathlib import Path

from deploy.gcp.configuration import CloudConfiguration, Database
from deploy.gcp.infrastructure.grants import IDENTITIES, Grant, grants, secrets
from textops.files import write_text

# With all that can be asked for; whose it is does not show.
_EVERYTHING = CloudConfiguration(
    project="some-project", region="europe-west1", wandb=True, database=Database.model_validate({})
)
_PLACES = {
    "bucket": "bucket of the {}",
    "repository": "repository of the {}",
    "secret": "secret `{}`",
    "service": "service `{}`",
    "job": "job `{}`",
    "identity": "identity `{}`",
    "project": "project",
}


def identities_table() -> str:
    """Return a table of all identities with their roles, and one of all secrets."""
    lines = ["| Identity | For | Role | On |", "| --- | --- | --- | --- |"]
    listed = grants(_EVERYTHING)
    for identity, purpose in IDENTITIES.items():
        for index, grant in enumerate(each for each in listed if each.identity == identity):
            first = (f"`{identity}`", purpose) if index == 0 else ("", "")
            lines.append(f"| {first[0]} | {first[1]} | `{grant.role.removeprefix('roles/')}` | {_place(grant)} |")
    lines += ["", "| Secret | What it holds | Read by |", "| --- | --- | --- |"]
    for secret, content in secrets(_EVERYTHING).items():
        readers = ", ".join(f"`{each.identity}`" for each in listed if (each.place, each.thing) == ("secret", secret))
        lines.append(f"| `{secret}` | {content} | {readers} |")
    return "\n".join(lines) + "\n"


def _place(grant: Grant) -> str:
    place = _PLACES[grant.place].format(grant.thing)
    return f"{place}, for the database of the prediction log alone" if grant.only_database else place


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), identities_table())
