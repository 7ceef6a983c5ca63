"""Behaviour tests run: a suite put to anything that answers texts with probabilities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from textops.data.nearest import did_you_mean, listed
from textops.errors import ConfigurationError
from textops.evaluation.behaviour_changes import CHANGES
from textops.evaluation.behaviour_file import EVERY_DATA_SET, read_suite, suite_of
from textops.evaluation.behaviour_report import BehaviourReport, BehaviourResult, Failure
from textops.evaluation.behaviour_suite import (
    TEST_TEXTS,
    BehaviourSuite,
    BehaviourTest,
    Direction,
    Invariance,
    MinimumFunction,
)
from textops.frozen import Frozen
from textops.inference.decision import decide
from textops.inference.probabilities import Answer

FAILURES_SHOWN = 3
SUITES_BY_NAME = ("auto", "none")
"""Values of `behaviour.suite` that are no file."""

_SHOWN_CHARACTERS = 120


class BehaviourSettings(Frozen):
    """The section `behaviour` of the configuration.

    Attributes:
        suite: A file; `auto` for the data set's own suite and that of every data set; `none` for the latter alone.
        examples: Most texts of the test set that tests may change.
        characters: Most characters that these hold together, which bounds the cost where texts are long.
        seed: Of the choice of these texts.
    """

    suite: str = Field(default="auto", min_length=1)
    examples: int = Field(default=100, ge=0)
    characters: int = Field(default=100_000, ge=1)
    seed: int = Field(default=0, ge=0)


@dataclass(frozen=True)
class _Case:
    """Something that can pass or fail.

    Attributes:
        text: What is answered.
        base: What it is compared with; for a minimum function the text itself.
        shown: How the text is called in a report.
        label: Expected class, of minimum functions.
    """

    text: str
    base: str
    shown: str
    label: str = ""


def suite_in_force(settings: BehaviourSettings, data_name: str) -> BehaviourSuite | None:
    """Return the suite that the settings ask for.

    Args:
        settings: Of the configuration.
        data_name: Name of the data set.

    Raises:
        ConfigurationError: If a suite is missing or wrong.
    """
    if settings.suite == "auto":
        return suite_of(data_name)
    if settings.suite == "none":
        return suite_of(EVERY_DATA_SET)
    return read_suite(Path(settings.suite))


def run_suite(
    suite: BehaviourSuite,
    answer: Answer,
    classes: Sequence[str],
    texts: Sequence[str] = (),
    weights: Sequence[float] | None = None,
) -> BehaviourReport:
    """Put a suite to a model.

    Args:
        suite: The tests.
        answer: Texts -> probabilities, shape [texts, classes].
        classes: Class names in the order of the probabilities.
        texts: Of the test set; without them, tests that need some are not run.
        weights: What each class counts where the answer is not the most probable one.

    Raises:
        ConfigurationError: If a test names a class that the model does not have.
    """
    check_classes(suite, classes)
    model = _Model(_answering_once(answer), classes, weights)
    return BehaviourReport(results=tuple(_run(test, suite, model, texts) for test in suite.tests))


def _answering_once(answer: Answer) -> Answer:
    """Return an answer that asks for each text once: most tests compare with the same unchanged texts."""
    known: dict[str, NDArray[np.float64]] = {}

    def remembered(texts: Sequence[str]) -> NDArray[np.float64]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, answer(new), strict=True))
        return np.stack([known[text] for text in texts])

    return remembered


def check_classes(suite: BehaviourSuite, classes: Sequence[str]) -> None:
    """Check that the model has each class that a suite names.

    Raises:
        ConfigurationError: If it has not, with the nearest one.
    """
    for test in suite.tests:
        if isinstance(test, MinimumFunction):
            wanted = list(test.cases)
        else:
            wanted = [test.label] if isinstance(test, Direction) else []
        for name in wanted:
            if name not in classes:
                hint = did_you_mean(name, classes) or f"; it has {listed(classes)}"
                raise ConfigurationError(
                    f"the behaviour test {test.name!r} names the class {name!r}, which the model does not have{hint} "
                    "(another suite: behaviour.suite=FILE, no suite: behaviour.suite=none)"
                )


@dataclass(frozen=True)
class _Model:
    """What answers, its classes, and what each of them counts."""

    answer: Answer
    classes: Sequence[str]
    weights: Sequence[float] | None

    def chosen(self, probabilities: NDArray[np.float64]) -> str:
        """Return the class that is the answer."""
        return self.classes[int(decide(probabilities[None], self.weights)[0])]


def _run(test: BehaviourTest, suite: BehaviourSuite, model: _Model, texts: Sequence[str]) -> BehaviourResult:
    cases = list(_cases(test, suite, texts))
    passed, expected, got = [], [], []
    if cases:
        after = model.answer([case.text for case in cases])
        before = after if isinstance(test, MinimumFunction) else model.answer([case.base for case in cases])
        for case, new, old in zip(cases, after, before, strict=True):
            wanted, came, right = _judge(test, case, new, old, model)
            passed.append(right)
            expected.append(wanted)
            got.append(came)
    failures = [number for number, right in enumerate(passed) if not right][:FAILURES_SHOWN]
    return BehaviourResult(
        name=test.name,
        kind=test.kind,
        capability=test.capability,
        cases=len(cases),
        passed=sum(passed),
        required=suite.required_of(test),
        failures=tuple(
            Failure(text=cases[number].shown, expected=expected[number], got=got[number]) for number in failures
        ),
    )


def _judge(
    test: BehaviourTest, case: _Case, new: NDArray[np.float64], old: NDArray[np.float64], model: _Model
) -> tuple[str, str, bool]:
    """Return what was expected, what came, and whether that will do."""
    came = model.chosen(new)
    sure = new[model.classes.index(came)]
    if isinstance(test, MinimumFunction):
        return case.label, f"{came} ({sure:.2f})", came == case.label
    if isinstance(test, Invariance):
        was = model.chosen(old)
        return was, f"{came} ({sure:.2f})", came == was
    column = model.classes.index(test.label)
    moved = float(new[column] - old[column]) * (1 if test.moves == "up" else -1)
    wanted = f"{test.label} {test.moves} by {test.by:+.2f}"
    return wanted, f"{old[column]:.2f} to {new[column]:.2f}", moved >= test.by


def _cases(test: BehaviourTest, suite: BehaviourSuite, texts: Sequence[str]) -> Iterator[_Case]:
    if isinstance(test, MinimumFunction):
        for label, templates in test.cases.items():
            for template in templates:
                for text in suite.filled(template):
                    yield _Case(text, text, _shown(text), label)
    elif isinstance(test, Invariance) and test.vary is not None:
        yield from _varied(test, suite)
    else:
        for text, name in _originals(test, suite, texts):
            changed = _changed(test, text)
            # What a change leaves alone says nothing about the model.
            if changed != text:
                yield _Case(changed, text, name or _shown(changed))


def _originals(test: Invariance | Direction, suite: BehaviourSuite, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield texts with the name under which a report may show them; empty for the changed text itself."""
    if test.texts == TEST_TEXTS:
        for number, text in enumerate(texts, start=1):
            yield text, f"test text {number}"
        return
    for template in test.texts:
        for text in suite.filled(template):
            yield text, ""


def _varied(test: Invariance, suite: BehaviourSuite) -> Iterator[_Case]:
    """Compare each entry of a list with the first, all other words being the same."""
    name = test.vary or ""
    first, *others = suite.lists[name]
    for template in test.texts:
        for text in suite.filled(template, keep=name):
            base = text.replace(f"{{{name}}}", first)
            for other in others:
                changed = text.replace(f"{{{name}}}", other)
                if changed != base:
                    yield _Case(changed, base, _shown(changed))


def _changed(test: Invariance | Direction, text: str) -> str:
    if isinstance(test, Invariance) and test.change is not None:
        return CHANGES[test.change](text)
    if isinstance(test, Invariance) and test.replace is not None:
        for old, new in test.replace.items():
            text = text.replace(old, new)
        return text
    if test.append is not None:
        return f"{text} {test.append}"
    return f"{test.prepend} {text}"


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
