"""What became of a suite of behaviour tests."""

from typing import Literal

from pydantic import Field

from textops.frozen import Frozen

Outcome = Literal["passed", "failed", "not run"]


class Failure(Frozen):
    """A case that did not pass.

    Attributes:
        text: The text; of a text of the test set only its number, because bundles carry no texts of others.
        expected: What should have come.
        got: What came.
    """

    text: str
    expected: str
    got: str


class BehaviourResult(Frozen):
    """What became of one test.

    Attributes:
        name: Of the test.
        kind: `minimum_function`, `invariance` or `direction`.
        capability: What it is about; may be empty.
        cases: Cases that were put to the model.
        passed: Those it passed.
        required: Share that must pass.
        failures: The first that did not.
    """

    name: str
    kind: str
    capability: str
    cases: int = Field(ge=0)
    passed: int = Field(ge=0)
    required: float
    failures: tuple[Failure, ...]

    @property
    def rate(self) -> float | None:
        """Share of the cases that passed, None without cases."""
        return self.passed / self.cases if self.cases else None

    @property
    def outcome(self) -> Outcome:
        """Whether enough cases passed; `not run` where there was none, which is no failure."""
        if self.rate is None:
            return "not run"
        return "passed" if self.rate >= self.required else "failed"


class BehaviourReport(Frozen):
    """What became of a suite."""

    results: tuple[BehaviourResult, ...]

    @property
    def passed(self) -> bool:
        """Whether no test failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[BehaviourResult, ...]:
        """The tests that failed."""
        return tuple(result for result in self.results if result.outcome == "failed")
