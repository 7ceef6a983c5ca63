"""The Hydra configuration: where it lies, and composing it with clear errors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from textops.errors import ConfigurationError
from textops.training.overrides import quoted

CONFIGURATION_NAME = "config"


def configuration_folder() -> Path:
    """Return where the configuration lies: beside the sources of a checkout, else inside the package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / "configs"
    return checkout if checkout.is_dir() else package / "configs"


def compose_configuration(overrides: Sequence[str] = (), run: Path | None = None) -> DictConfig:
    """Compose the configuration as `textops train` would.

    Args:
        overrides: Hydra overrides, such as `model=lstm` or `trainer.max_epochs=1`.
        run: Folder of the run; by default a new one below `paths.outputs`, named after the present time.

    Raises:
        ConfigurationError: If an override does not fit, in one line with the nearest right key.
    """
    overrides = [quoted(override) for override in overrides]
    with _hydra():
        try:
            configuration = compose(CONFIGURATION_NAME, overrides=overrides)
        except (HydraException, OmegaConfBaseException) as error:
            raise ConfigurationError(_explain(error, overrides)) from error
    folder = run or Path(configuration.paths.outputs) / f"{datetime.now():%Y-%m-%d/%H-%M-%S-%f}"  # noqa: DTZ005 (the user's own clock names the folder)
    configuration.paths.run = str(folder)
    _check_complete(configuration)
    return configuration


def _check_complete(configuration: DictConfig) -> None:
    missing = sorted(OmegaConf.missing_keys(configuration))
    if missing:
        raise ConfigurationError(f"{missing[0]} has no value: give it, for instance {missing[0]}=...")
    try:
        OmegaConf.to_container(configuration, resolve=True)
    except OmegaConfBaseException as error:
        raise ConfigurationError(f"the configuration does not resolve: {_first_line(error)}") from error


@contextmanager
def _hydra() -> Iterator[None]:
    # Inside another Hydra application (a multirun) the state of that application has to come back.
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(configuration_folder()), version_base="1.3"):
            yield
    finally:
        GlobalHydra.instance().hydra = outer


def _explain(error: Exception, overrides: Sequence[str]) -> str:
    """Say in one line what is wrong with the first override that does not fit."""
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        folder = configuration_folder() / key
        if folder.is_dir() and value:
            choices = sorted(path.stem for path in folder.glob("*.yaml"))
            if value not in choices:
                return f"{key} has no choice {value!r}: take one of {', '.join(choices)}"
        if "Key" in str(error) and key in str(error):
            nearest = get_close_matches(key, _known_keys(overrides), n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]}?" if nearest else "see the files in configs/ for what there is"
            return f"there is no key {key}: {hint}"
    return _first_line(error)


def _known_keys(overrides: Sequence[str]) -> list[str]:
    """Return every dotted key of the configuration with the choices that do exist."""
    choices = [override for override in overrides if (configuration_folder() / override.partition("=")[0]).is_dir()]
    configuration = compose(CONFIGURATION_NAME, overrides=choices)
    keys: list[str] = []
    pending: list[tuple[str, object]] = [("", OmegaConf.to_container(configuration, resolve=False))]
    while pending:
        prefix, node = pending.pop()
        if isinstance(node, dict):
            keys += [f"{prefix}{key}" for key in node]
            pending += [(f"{prefix}{key}.", value) for key, value in node.items()]
    return keys


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
