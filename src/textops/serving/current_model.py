"""Which model answers now, and its change while the service runs."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Literal

from loguru import logger

from textops.errors import BundleError, RegistryError, TextopsError
from textops.registry import Registry, Version
from textops.serving.metrics import ServingMetrics
from textops.serving.problems import not_ready
from textops.serving.served_model import ServedModel
from textops.serving.settings import ServingSettings

NO_MODEL = "there is no model to serve: register and promote one"
BROKEN_MODEL = "the model is altered or does not answer its canary: see the log of the service"
ENDING = "the service ends"

# Not what stands behind a scheme, nor between the parts of a name such as tiny/3.
_FOLDERS = re.compile(r"(?<![\w:/.~-])~?/(?:[^/\n:]+/)+")

Outcome = Literal["reloaded", "unchanged", "failed"]


class CurrentModel:
    """The model that answers. It is changed only for one that has been verified, loaded and has answered.

    Attributes:
        after_look: What is to be done after each look at the registry; None for nothing.
    """

    def __init__(self, settings: ServingSettings, metrics: ServingMetrics, model: ServedModel | None = None) -> None:
        """Take a model, or load what the settings say; without one the service is not ready."""
        self.after_look: Callable[[], Awaitable[None]] | None = None
        self._settings = settings
        self._metrics = metrics
        self._model = model
        self._reason = NO_MODEL
        self._complaint = ""
        self._changing = asyncio.Lock()
        if model is None:
            try:
                self._model = ServedModel.load(settings)
            except TextopsError as error:
                self._explain(error)
                self._complaint = str(error)
                logger.error("nothing to serve: {}", error)
        if self._model is not None:
            self._introduce(self._model)

    def get(self) -> ServedModel:
        """Return the model that answers now.

        Raises:
            ProblemError: 503, if there is none.
        """
        if self._model is None:
            raise not_ready(self._reason)
        return self._model

    @property
    def model(self) -> ServedModel | None:
        """The model that answers now, None where none does."""
        return self._model

    @property
    def version(self) -> Version | None:
        """Which version answers now, None where none does."""
        return None if self._model is None else self._model.version

    def check(self) -> Version:
        """Make the model answer its canary, and return its version.

        Raises:
            ProblemError: 503, if it does not.
        """
        model = self.get()
        try:
            model.predictor.check_canary()
        except BundleError as error:
            self._metrics.ready.set(0)
            logger.error("the canary failed: {}", error)
            raise not_ready(BROKEN_MODEL) from error
        self._metrics.ready.set(1)
        return model.version

    async def reload(self) -> tuple[Outcome, str]:
        """Look which version is to answer, and let it answer once it has been loaded.

        Returns:
            What came of it; and one line, which for a failure says why.
        """
        outcome = await self._change()
        if self.after_look is not None:
            await self.after_look()
        return outcome

    async def _change(self) -> tuple[Outcome, str]:
        async with self._changing:
            try:
                version = await asyncio.to_thread(Registry(self._settings.registry).find, self._settings.model)
                if self._model is not None and is_same(version, self._model.version):
                    return self._finish("unchanged", f"{version} answers already")
                model = await asyncio.to_thread(ServedModel.of_version, version, self._settings)
            # Both, as a file may go away while it is read.
            except (TextopsError, OSError) as error:
                return self._fail(error)
            old, self._model = self._model, model
            self._introduce(model)
            if old is not None:
                old.retire()
            logger.info("{} answers from now on{}", version, f", before it did {old.version}" if old else "")
            return self._finish("reloaded", f"{version} answers from now on")

    async def follow(self) -> None:
        """Reload whenever the registry names another version, until cancelled."""
        while True:
            await asyncio.sleep(self._settings.reload_seconds)
            await self.reload()

    def close(self) -> None:
        """Let the model go once it has answered; nothing is answered any more that no log would take."""
        if self._model is not None:
            self._model.retire()
        self._model, self._reason = None, ENDING

    def _introduce(self, model: ServedModel) -> None:
        model.observe = self._metrics.observe_stages
        self._metrics.introduce(model.version, model.predictor.manifest.created)

    def _finish(self, outcome: Outcome, message: str) -> tuple[Outcome, str]:
        self._complaint = ""
        self._metrics.count_reload(outcome)
        return outcome, message

    def _fail(self, error: TextopsError | OSError) -> tuple[Outcome, str]:
        self._metrics.count_reload("failed")
        if self._model is None:
            self._explain(error)
        # Said once, not at each look.
        if str(error) != self._complaint:
            self._complaint = str(error)
            answering = f"{self._model.version} goes on answering" if self._model else "nothing answers"
            logger.error("{}: {}", answering, error)
        return "failed", without_folders(str(error))

    def _explain(self, error: TextopsError | OSError) -> None:
        self._reason = NO_MODEL if isinstance(error, RegistryError) else BROKEN_MODEL


def without_folders(message: str) -> str:
    """Return a message without the folders of paths: how a machine is laid out is for its operator alone."""
    return _FOLDERS.sub("", message)


def is_same(first: Version, second: Version) -> bool:
    """Tell whether two are the same version of the same model."""
    return (first.name, first.number) == (second.name, second.number)
