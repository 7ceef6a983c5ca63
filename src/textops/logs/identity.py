"""Which run or request a record belongs to."""

from contextvars import ContextVar

RUN = "run_id"
REQUEST = "request_id"
TRACE = "trace_id"

# One variable for both: a request sets it once.
_request: ContextVar[tuple[str | None, str | None]] = ContextVar(REQUEST, default=(None, None))
# Not a context variable: threads of loaders and trackers start with an empty context, and a process has one run.
_run: list[str] = []


def identify_run(run_id: str | None) -> None:
    """Put the name of a run on all records of this process from now on; None takes it away."""
    _run[:] = [] if run_id is None else [run_id]


def identify_request(request_id: str | None, trace_id: str | None = None) -> None:
    """Put the name of a request, and of its trace where it has one, on all records of the present task.

    None takes it away.

    Nobody has to take it away: a server gives each request a task of its own, and what goes wrong after the answer
    still belongs to the request. (`logger.contextualize` does the same for many times the cost.)
    """
    _request.set((request_id, trace_id))


def identities() -> dict[str, str]:
    """Return what is known, by name."""
    known = {RUN: _run[0]} if _run else {}
    named = {REQUEST: _request.get()[0], TRACE: _request.get()[1]}
    return known | {name: value for name, value in named.items() if value is not None}
