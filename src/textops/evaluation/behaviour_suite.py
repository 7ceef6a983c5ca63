"""Suites of behaviour tests: what a model must be able to do, in YAML that a person can write.

The three kinds of tests are those of Ribeiro et al. 2020, Beyond Accuracy: Behavioral Testing of NLP Models with
CheckList (ACL).
"""

import itertools
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from textops.data.nearest import did_you_mean, listed
from textops.evaluation.behaviour_changes import CHANGES
from textops.frozen import Frozen

MOST_TEXTS = 2_000
"""A template that makes more texts than this was not meant so."""

Share = Annotated[float, Field(ge=0, le=1)]
Templates = Annotated[tuple[str, ...], Field(min_length=1)]
TEST_TEXTS: Literal["test"] = "test"
_WAYS = ("change", "append", "prepend", "replace", "vary")


class _Part(Frozen):
    model_config = ConfigDict(populate_by_name=True)


class _Test(_Part):
    """What all tests have.

    Attributes:
        name: What the model is asked, in words; each name stands once in a suite.
        capability: What it is about (`vocabulary`, `robustness`, `names`), for the table.
        required: Share of the cases that must pass; the suite's own by default.
    """

    name: str = Field(min_length=1)
    capability: str = ""
    required: Share | None = None


class MinimumFunction(_Test):
    """Short clear texts, each with the class that anybody would give it.

    Attributes:
        cases: Class -> templates of texts.
    """

    kind: Literal["minimum_function"]
    cases: dict[str, Templates] = Field(min_length=1)


class Invariance(_Test):
    """Changes after which the answer must be what it was; exactly one of them.

    Attributes:
        texts: Templates, or `test` for texts of the test set.
        change: One of `CHANGES`.
        append: Words put behind the text.
        prepend: Words put before it.
        replace: Words -> words in their place.
        vary: Name of a list: the answer must not depend on which of it fills the templates.
    """

    kind: Literal["invariance"]
    texts: Literal["test"] | Templates
    change: str | None = None
    append: str | None = None
    prepend: str | None = None
    replace: dict[str, str] | None = None
    vary: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_WAYS)}, has {' and '.join(given) or 'none'}")
        if self.change is not None and self.change not in CHANGES:
            hint = did_you_mean(self.change, CHANGES) or f"; known are {listed(CHANGES)}"
            raise ValueError(f"there is no change {self.change!r}{hint}")
        if self.vary is not None and self.texts == TEST_TEXTS:
            raise ValueError("vary needs templates of its own, not texts of the test set")
        return self


class Direction(_Test):
    """Words that must make a class more or less probable; exactly one of `append` and `prepend`.

    Attributes:
        texts: Templates, or `test` for texts of the test set.
        append: Words put behind the text.
        prepend: Words put before it.
        label: The class; `class` in YAML.
        moves: Where its probability must go.
        by: How far at least; a negative number allows so much of the other direction.
    """

    kind: Literal["direction"]
    texts: Literal["test"] | Templates
    append: str | None = None
    prepend: str | None = None
    label: str = Field(alias="class")
    moves: Literal["up", "down"]
    by: float = Field(default=0.0, ge=-1, le=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.append is None) == (self.prepend is None):
            raise ValueError("needs exactly one of append and prepend")
        return self


BehaviourTest = Annotated[MinimumFunction | Invariance | Direction, Field(discriminator="kind")]
KINDS: Mapping[str, type[_Test]] = {
    "minimum_function": MinimumFunction,
    "invariance": Invariance,
    "direction": Direction,
}


class BehaviourSuite(_Part):
    """The behaviour tests of a model.

    Attributes:
        required: Share of the cases that must pass in tests which do not say so themselves.
        lists: Name of a placeholder -> what it stands for; `{name}` in a template takes each in turn.
        tests: At least one.
    """

    required: Share = 1.0
    lists: dict[str, Templates] = Field(default_factory=dict)
    tests: tuple[BehaviourTest, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [test.name for test in self.tests]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two tests are called {name!r}")
        for test in self.tests:
            try:
                self._check_placeholders(test)
            except ValueError as error:
                raise ValueError(f"test {test.name!r}: {error}") from error
        return self

    def _check_placeholders(self, test: _Test) -> None:
        for template in templates_of(test):
            next(self.filled(template))
        if isinstance(test, Invariance) and test.vary is not None:
            self._require_list(test.vary)

    def required_of(self, test: _Test) -> float:
        """Return the share of a test's cases that must pass."""
        return self.required if test.required is None else test.required

    def filled(self, template: str, keep: str | None = None) -> Iterator[str]:
        """Yield the texts that a template makes, every placeholder taking each entry of its list.

        Args:
            template: Text with placeholders; braces that are none are doubled.
            keep: A placeholder that stays as it is.

        Raises:
            ValueError: If a placeholder has no list, or the texts are too many.
        """
        names = [name for name in dict.fromkeys(placeholders(template)) if name != keep]
        for name in names:
            self._require_list(name)
        count = 1
        for name in names:
            count *= len(self.lists[name])
        if count > MOST_TEXTS:
            raise ValueError(f"the template {template[:60]!r} makes {count:,} texts; allowed are {MOST_TEXTS:,}")
        kept = {} if keep is None else {keep: f"{{{keep}}}"}
        for values in itertools.product(*(self.lists[name] for name in names)):
            yield template.format(**dict(zip(names, values, strict=True)), **kept)

    def _require_list(self, name: str) -> None:
        if name not in self.lists:
            hint = did_you_mean(name, self.lists) or f"; there are {listed(self.lists) or 'none'}"
            raise ValueError(f"there is no list {name!r} for the placeholder{hint}")


def placeholders(template: str) -> list[str]:
    """Return the names in braces of a template.

    Raises:
        ValueError: If a brace is left open, or holds no name.
    """
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise ValueError(f"the template {template[:60]!r} has an odd brace ({error}): double it") from error
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"the placeholder {{{name}}} is no name: double its braces")
    return names


def templates_of(test: _Test) -> Sequence[str]:
    """Return the templates of a test; none where it takes texts of the test set."""
    if isinstance(test, MinimumFunction):
        return [template for templates in test.cases.values() for template in templates]
    if isinstance(test, Invariance | Direction) and test.texts != TEST_TEXTS:
        return list(test.texts)
    return []
