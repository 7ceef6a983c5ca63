"""What is searched: Hydra's sweeps as distributions, and values of them as overrides."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    ChoiceSweep,
    Glob,
    IntervalSweep,
    Override,
    QuotedString,
    RangeSweep,
    Transformer,
)
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from textops.data.nearest import did_you_mean
from textops.errors import ConfigurationError
from textops.installation import configuration_folders
from textops.training.override_check import choices_of

Value = None | bool | int | float | str

_TAGS = ("log", "int")
# What a search knows of itself cannot be searched.
_NOT_OF_A_TRAINING = ("search", "hydra", "paths")


@dataclass(frozen=True)
class Parameter:
    """One dimension of the search.

    Attributes:
        key: As an override writes it, with `+` where it adds a key.
        distribution: Where its values come from.
        texts: How an override writes each choice, by the choice; empty for numbers.
    """

    key: str
    distribution: BaseDistribution
    texts: Mapping[Value, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The key alone."""
        return self.key.lstrip("+")

    def suggest(self, trial: Trial) -> Value:
        """Let the sampler choose a value."""
        kind = self.distribution
        if isinstance(kind, FloatDistribution):
            return trial.suggest_float(self.name, kind.low, kind.high, step=kind.step, log=kind.log)
        if isinstance(kind, IntDistribution):
            return trial.suggest_int(self.name, kind.low, kind.high, step=kind.step, log=kind.log)
        return trial.suggest_categorical(self.name, list(self.texts))

    def override(self, value: Value) -> str:
        """Return the override that sets a value."""
        return f"{self.key}={self.texts.get(value, value)}"

    def holds(self, value: object) -> bool:
        """Tell whether the search could come to a value."""
        kind = self.distribution
        if isinstance(kind, CategoricalDistribution):
            return isinstance(value, Value) and value in self.texts
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        whole = not isinstance(kind, IntDistribution) or float(value).is_integer()
        low, high, step = _limits(kind)
        steps = (value - low) / (step or 1)
        return whole and low <= value <= high and (step is None or math.isclose(steps, round(steps), abs_tol=1e-9))


@dataclass(frozen=True)
class SearchSpace:
    """What differs between trials, and what does not.

    Attributes:
        parameters: In the order they were named.
        fixed: Overrides of every trial.
    """

    parameters: tuple[Parameter, ...]
    fixed: tuple[str, ...]

    def defaults(self, configuration: DictConfig) -> dict[str, Value]:
        """Return the values that a configuration has without the search, of those parameters that hold them."""
        choices = OmegaConf.select(configuration, "hydra.runtime.choices") or {}
        found = {}
        for parameter in self.parameters:
            value = choices.get(parameter.name, OmegaConf.select(configuration, parameter.name))
            if parameter.holds(value):
                found[parameter.name] = value
        return found


def read_search_space(arguments: Sequence[str], configuration: DictConfig) -> SearchSpace:
    """Read what is searched from `search.params` and the command line; a key of the latter replaces the former.

    Args:
        arguments: Overrides of the command line, sweeps among them.
        configuration: With the section `search`, and a value of each key as it stands.

    Raises:
        ConfigurationError: If there is nothing to search, or a sweep is empty or cannot be read.
    """
    parser = OverridesParser.create()
    overrides: dict[str, Override] = {}
    params = cast("dict[str, object]", OmegaConf.to_container(configuration.search.params, resolve=True))
    configured = (f"{key}={_text(value)}" for key, value in params.items())
    for text in [*configured, *arguments]:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            reason = str(error).splitlines()[0]
            raise ConfigurationError(f"the parameter {text!r} cannot be read: {reason}") from error
        overrides[override.key_or_group] = override
    parameters = tuple(
        _parameter(override, OmegaConf.select(configuration, override.key_or_group))
        for override in overrides.values()
        if override.is_sweep_override()
    )
    if not parameters:
        raise ConfigurationError("there is nothing to search: name parameters, such as 'optimizer.lr=interval(0.1,1)'")
    fixed = (str(override.input_line) for override in overrides.values() if not override.is_sweep_override())
    return SearchSpace(parameters, tuple(fixed))


def without_sweeps(arguments: Sequence[str]) -> list[str]:
    """Return the overrides that have one value."""
    parser = OverridesParser.create()
    return [text for text in arguments if not parser.parse_override(text).is_sweep_override()]


def _text(value: object) -> str:
    """Return a value of a YAML file as Hydra's command line writes it."""
    if isinstance(value, list):
        return f"choice({','.join(map(_text, value))})"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _limits(kind: BaseDistribution) -> tuple[float, float, float | None]:
    if isinstance(kind, FloatDistribution | IntDistribution):
        return kind.low, kind.high, kind.step
    raise TypeError(f"{kind} has no limits")


def _parameter(override: Override, present: object) -> Parameter:
    """Return the parameter of a sweep.

    Args:
        override: The sweep.
        present: Value of its key as it stands: an interval of a whole number holds whole numbers.
    """
    key = override.get_key_element()
    if override.key_or_group.partition(".")[0].partition("/")[0] in _NOT_OF_A_TRAINING:
        raise ConfigurationError(f"{key} cannot be searched: it is no setting of a training")
    sweep = override.value()
    if isinstance(sweep, IntervalSweep):
        return Parameter(key, _interval(key, sweep, whole=isinstance(present, int)))
    if isinstance(sweep, RangeSweep):
        return Parameter(key, _range(key, sweep))
    return _choice(override, sweep)


def _interval(key: str, sweep: IntervalSweep, *, whole: bool) -> BaseDistribution:
    _check_tags(key, sweep.tags)
    if sweep.start is None or sweep.end is None or not (math.isfinite(sweep.start) and math.isfinite(sweep.end)):
        raise ConfigurationError(f"{key}: an interval needs two finite ends, not {sweep.start} and {sweep.end}")
    if sweep.start > sweep.end:
        raise ConfigurationError(f"{key}: the interval from {sweep.start:g} to {sweep.end:g} is empty: swap its ends")
    log = "log" in sweep.tags
    if log and sweep.start <= 0:
        raise ConfigurationError(f"{key}: on a log scale the interval must begin above 0, not at {sweep.start:g}")
    if not (whole or "int" in sweep.tags or isinstance(sweep.start, int)):
        return FloatDistribution(sweep.start, sweep.end, log=log)
    low, high = math.ceil(sweep.start), math.floor(sweep.end)
    if low > high:
        raise ConfigurationError(f"{key}: there is no whole number from {sweep.start:g} to {sweep.end:g}")
    return IntDistribution(low, high, log=log)


def _range(key: str, sweep: RangeSweep) -> BaseDistribution:
    _check_tags(key, sweep.tags)
    start, stop, step = (Decimal(str(part)) for part in (sweep.start, sweep.stop, sweep.step))
    if not (start.is_finite() and stop.is_finite() and step.is_finite()) or step == 0:
        raise ConfigurationError(f"{key}: a range needs finite numbers and a step that is not 0")
    steps = math.ceil((stop - start) / step) - 1
    if steps < 0:
        raise ConfigurationError(f"{key}: the range from {start} to {stop} with step {step} is empty")
    low, high = sorted((start, start + steps * step))
    log = "log" in sweep.tags
    if log and (low <= 0 or abs(step) != 1):
        raise ConfigurationError(f"{key}: on a log scale the range must begin above 0 and have the step 1")
    if all(isinstance(part, int) for part in (sweep.start, sweep.stop, sweep.step)):
        return IntDistribution(int(low), int(high), log=log, step=int(abs(step)))
    return FloatDistribution(float(low), float(high), step=float(abs(step)))


def _choice(override: Override, sweep: object) -> Parameter:
    key = override.get_key_element()
    if isinstance(sweep, ChoiceSweep):
        _check_tags(key, sweep.tags)
    # Hydra would list the files that the choices of a group have in common, too.
    values = sweep.filter(_choices(override)) if isinstance(sweep, Glob) else list(override.sweep_iterator())
    written = {Transformer.str(value): _plain(value) for value in values}
    # Chosen by what is written are also 1, 1.0 and true beside each other, which are equal.
    distinct = len(set(written.values())) == len(written)
    texts: dict[Value, str] = {(value if distinct else text): text for text, value in written.items()}
    if not texts:
        raise ConfigurationError(f"{key}: there is nothing to choose from")
    return Parameter(key, CategoricalDistribution(list(texts)), texts)


def _choices(override: Override) -> list[str]:
    return choices_of([folder / override.key_or_group for folder in configuration_folders()])


def _plain(value: Any) -> Value:  # noqa: ANN401 (whatever Hydra's grammar knows)
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, Value):
        return value
    # Lists and mappings are chosen by what is written.
    return Transformer.str(value)


def _check_tags(key: str, tags: set[str]) -> None:
    for tag in sorted(tags - set(_TAGS)):
        raise ConfigurationError(f"{key}: there is no tag {tag!r}{did_you_mean(tag, _TAGS) or ': take log or int'}")
