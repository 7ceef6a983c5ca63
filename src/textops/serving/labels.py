"""Classes that a client names."""

from collections.abc import Sequence
from http import HTTPStatus

from textops.serving.problems import ProblemError
from textops.serving.schemas import FieldProblem

_SHOWN = 50


def check_label(label: str, classes: Sequence[str]) -> None:
    """Let a class of the model pass that is in the member `label` of a body.

    Raises:
        ProblemError: 422, with the classes that there are.
    """
    if label in classes:
        return
    more = f" and {len(classes) - _SHOWN} more" if len(classes) > _SHOWN else ""
    detail = f"Label is no class of the model that answers: it has {', '.join(classes[:_SHOWN])}{more}"
    field = FieldProblem(pointer="/label", detail=detail)
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_label", f"{field.pointer}: {field.detail}", errors=[field]
    )
