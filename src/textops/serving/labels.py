"""Classes that a client names."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Never

from textops.bundle import Manifest
from textops.label_names import as_known
from textops.label_sets import joined
from textops.serving.feedback_schemas import FeedbackRequest
from textops.serving.problems import ProblemError
from textops.serving.schemas import FieldProblem

_SHOWN = 50
_LABEL = "/label"


def right_answer(body: FeedbackRequest, manifest: Manifest) -> str:
    """Return what somebody says is right as the model would have said it: a class, or the name of a set of labels.

    Raises:
        ProblemError: 422, if it is none, or not of the kind that the model gives.
    """
    if manifest.several is None:
        if body.labels is not None:
            raise _invalid("/labels", "The model that answers gives one class: send `label`")
        if body.label is None:
            raise _invalid(_LABEL, "Field required")
        return known_label(body.label, manifest.classes)
    if body.labels is not None and body.label is None:
        pointers = [f"/labels/{place}" for place in range(len(body.labels))]
        return joined(_known(body.labels, manifest.classes, pointers), manifest.several.separator)
    if body.label is not None and body.labels is None:
        several = manifest.labels_of(body.label)
        return joined(_known(several, manifest.classes, [_LABEL] * len(several)), manifest.several.separator)
    raise _invalid("/labels", "The model that answers gives any number of labels: send all that are right")


def known_label(label: str, classes: Sequence[str]) -> str:
    """Return the class of the model that a body names in `label`, as the model spells it.

    Raises:
        ProblemError: 422, with the classes that there are.
    """
    (known,) = _known([label], classes, [_LABEL])
    return known


def _known(labels: Sequence[str], classes: Sequence[str], pointers: Sequence[str]) -> list[str]:
    known = as_known(labels, classes)
    return [
        _refuse(pointer, classes) if label is None else label for label, pointer in zip(known, pointers, strict=True)
    ]


def _refuse(pointer: str, classes: Sequence[str]) -> Never:
    more = f" and {len(classes) - _SHOWN} more" if len(classes) > _SHOWN else ""
    detail = f"Label is no class of the model that answers: it has {', '.join(classes[:_SHOWN])}{more}"
    field = FieldProblem(pointer=pointer, detail=detail)
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_label", f"{field.pointer}: {field.detail}", errors=[field]
    )


def _invalid(pointer: str, detail: str) -> ProblemError:
    field = FieldProblem(pointer=pointer, detail=detail)
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_body", f"{pointer}: {detail}", errors=[field])
