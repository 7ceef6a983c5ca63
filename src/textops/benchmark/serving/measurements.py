"""All that is measured in one run."""

from pydantic import Field

from textops.benchmark.serving.comparison import Compared
from textops.benchmark.serving.overload import Overload
from textops.benchmark.serving.own_server import NAME
from textops.benchmark.serving.soak import MemoryGrowth, Soak
from textops.frozen import Frozen

EMPTY = "empty FastAPI endpoint"
RAW = "constant bytes by raw ASGI"
LOCKED = "LSTM, one request at a time"
PLAIN = "plain async FastAPI endpoint"
OURS = (EMPTY, NAME, PLAIN, LOCKED, RAW)


class Measurements(Frozen):
    """One run of `textops benchmark serving`.

    Attributes:
        machine: On what.
        model: Which model, in words.
        texts: Where the texts come from.
        characters: Of each text.
        pinned: Whether server and generator had a processor each.
        rounds: Rounds of the comparison.
        seconds: Of each load.
        compared: The servers; the first is what the shares are of.
        left_out: What could not be measured, and why.
        logged_share: Rows in the prediction log as share of the answers of the comparison.
        overload: At three times the maximum.
        memory: After many requests.
        soak: After many minutes.
    """

    machine: dict[str, str | int]
    model: str
    texts: str
    characters: int
    pinned: bool
    rounds: int
    seconds: float
    compared: tuple[Compared, ...]
    left_out: dict[str, str] = Field(default_factory=dict)
    logged_share: float
    overload: Overload | None = None
    memory: MemoryGrowth | None = None
    soak: Soak | None = None

    def named(self, name: str) -> Compared | None:
        """Return a server that was measured."""
        return next((server for server in self.compared if server.name == name and server.rounds), None)

    @property
    def rivals(self) -> list[Compared]:
        """The other model servers that were measured."""
        return [server for server in self.compared if server.name not in OURS and server.rounds]
