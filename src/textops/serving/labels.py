"""Classes that a client names."""

from collections.abc import Sequence
from http import HTTPStatus

from textops.bundle import Manifest
from textops.label_sets import joined
from textops.serving.feedback_schemas import FeedbackRequest
from textops.serving.problems import ProblemError
from textops.serving.schemas import FieldProblem

_SHOWN = 50


def right_answer(body: FeedbackRequest, manifest: Manifest) -> str:
    """Return what somebody says is right as the model would have said it: a class, or the name of a set of labels.

    Raises:
        ProblemError: 422, if it is none, or not of the kind that the model gives.
    """
    if manifest.several is None:
        if body.labels is not None:
            raise _invalid("/labels", "The model that answers gives one class: send `label`")
        if body.label is None:
            raise _invalid("/label", "Field required")
        check_label(body.label, manifest.classes)
        return body.label
    if body.labels is not None and body.label is None:
        for place, label in enumerate(body.labels):
            check_label(label, manifest.classes, f"/labels/{place}")
        return joined(body.labels, manifest.several.separator)
    if body.label is not None and body.labels is None:
        several = manifest.labels_of(body.label)
        for label in several:
            check_label(label, manifest.classes)
        return joined(several, manifest.several.separator)
    raise _invalid("/labels", "The model that answers gives any number of labels: send all that are right")


def check_label(label: str, classes: Sequence[str], pointer: str = "/label") -> None:
    """Let a class of the model pass that is in a member of a body.

    Raises:
        ProblemError: 422, with the classes that there are.
    """
    if label in classes:
        return
    more = f" and {len(classes) - _SHOWN} more" if len(classes) > _SHOWN else ""
    detail = f"Label is no class of the model that answers: it has {', '.join(classes[:_SHOWN])}{more}"
    field = FieldProblem(pointer=pointer, detail=detail)
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_label", f"{field.pointer}: {field.detail}", errors=[field]
    )


def _invalid(pointer: str, detail: str) -> ProblemError:
    field = FieldProblem(pointer=pointer, detail=detail)
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_body", f"{pointer}: {detail}", errors=[field])
