"""Something that could be meant, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

SURE = 0.7
MARGIN = 0.2


@dataclass(frozen=True)
class Candidate:
    """One answer to a question about a data set.

    Attributes:
        value: The answer.
        score: 0 to 1, by how its values look and what it is called.
        reason: What speaks for it, for people.
    """

    value: str
    score: float
    reason: str


@dataclass(frozen=True)
class Ranking:
    """The candidates for one question, the best first; empty where nothing fits.

    Attributes:
        candidates: In the order of their scores.
    """

    candidates: tuple[Candidate, ...]

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "Ranking":
        """Put candidates in order; of equal ones the first stays first."""
        return cls(tuple(sorted(candidates, key=lambda candidate: -candidate.score)))

    @property
    def best(self) -> Candidate | None:
        """The first."""
        return self.candidates[0] if self.candidates else None

    @property
    def is_sure(self) -> bool:
        """Whether the first is good, and far better than the second."""
        scores = [candidate.score for candidate in self.candidates]
        return bool(scores) and scores[0] >= SURE and (len(scores) == 1 or scores[0] - scores[1] >= MARGIN)
