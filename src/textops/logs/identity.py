"""Which run or request a record belongs to."""

from contextvars import ContextVar

RUN = "run_id"
REQUEST = "request_id"

_request: ContextVar[str | None] = ContextVar(REQUEST, default=None)
# Not a context variable: threads of loaders and trackers start with an empty context, and a process has one run.
_run: list[str] = []


def identify_run(run_id: str | None) -> None:
    """Put the name of a run on all records of this process from now on; None takes it away."""
    _run[:] = [] if run_id is None else [run_id]


def identify_request(request_id: str | None) -> None:
    """Put the name of a request on all records of the present task; None takes it away.

    Nobody has to take it away: a server gives each request a task of its own, and what goes wrong after the answer
    still belongs to the request. (`logger.contextualize` does the same for many times the cost.)
    """
    _request.set(request_id)


def identities() -> dict[str, str]:
    """Return what is known, by name."""
    known = {RUN: _run[0]} if _run else {}
    request_id = _request.get()
    return known if request_id is None else {**known, REQUEST: request_id}
