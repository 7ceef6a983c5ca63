"""How the drift service's OpenAPI document tells of problems."""

from http import HTTPStatus

from textops.serving.schemas import Problem


def problem_documents(*statuses: HTTPStatus) -> dict[int | str, dict[str, object]]:
    """Return the description of an endpoint's problems."""
    return {int(status): {"model": Problem, "description": status.phrase} for status in statuses}
