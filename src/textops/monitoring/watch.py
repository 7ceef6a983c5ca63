"""Looking at live traffic again and again, and what follows from it."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from textops.errors import ServiceError, TextopsError
from textops.monitoring.check import Comparison, check
from textops.monitoring.drift_metrics import DriftMetrics
from textops.monitoring.findings import DriftCheck
from textops.monitoring.retrainer import Answer, Retrainer
from textops.monitoring.settings import DriftSettings
from textops.monitoring.thresholds import Thresholds
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.errors import DatabaseAwayError
from textops.prediction_log.moments import parse_moment
from textops.prediction_log.reading import Period
from textops.prediction_log.schema import check_schema
from textops.prediction_log.settings import PredictionLogSettings
from textops.registry import Registry
from textops.registry.names import parse_reference

FIRST_LOOK = "no check has ended yet: ask again in a moment"


@dataclass(frozen=True)
class Page:
    """The report by Evidently.

    Attributes:
        html: The page.
        of: The check that it belongs to.
    """

    html: str
    of: DriftCheck


class Watch:
    """Checks now and then, keeps the last result, and has the report made when somebody asks for it.

    Attributes:
        metrics: Its figures.
        retrainer: Starts retrainings.
        last: The last comparison, None before the first.
        page: The last report by Evidently, None before the first.
        page_problem: Why the last attempt at a report failed, empty where it did not.
        problem: Why the last check failed, empty where it did not.
    """

    def __init__(self, settings: DriftSettings, log_settings: PredictionLogSettings, thresholds: Thresholds) -> None:
        """Take the settings; nothing is opened yet.

        Raises:
            ServiceError: If the address of the database is none.
            ConfigurationError: If TEXTOPS_DRIFT_SINCE is no moment, or the arguments of a retraining are none.
        """
        self.metrics = DriftMetrics()
        self.retrainer = Retrainer(
            settings.drift_retrain_arguments,
            settings.drift_retrain_pause_seconds,
            self.metrics.end_retraining,
            self.metrics.begin_retraining,
        )
        self.last: Comparison | None = None
        self.page: Page | None = None
        self.page_problem = ""
        self.problem = FIRST_LOOK
        self._settings = settings
        self._thresholds = thresholds
        self._database = Database(parse_address(log_settings.database_url.get_secret_value()))
        self._looking = asyncio.Lock()
        self._printing: asyncio.Task[None] | None = None
        self._printed: DriftCheck | None = None
        self._period()

    @property
    def is_printing(self) -> bool:
        """Whether a report is being made."""
        return self._printing is not None and not self._printing.done()

    async def look(self) -> Comparison:
        """Check now, or wait for the check that runs.

        Raises:
            TextopsError: If it cannot be done: the database is away, or there is no model.
            ServiceError: If the check itself breaks.
        """
        before = self.last
        async with self._looking:
            # Whoever waited for another's look takes its result.
            if self.last is not None and self.last is not before:
                return self.last
            try:
                compared = await asyncio.to_thread(self._check)
            except TextopsError as error:
                self._note_failure(error)
                raise
            except Exception as error:
                # What nobody has thought of must not end the watching unseen.
                logger.exception("a check breaks")
                broken = ServiceError(f"a check breaks ({type(error).__name__}: {error}): the log has more")
                self._note_failure(broken)
                raise broken from error
            self.last = compared
            if self.problem not in {"", FIRST_LOOK}:
                logger.info("drift is checked again")
            self.problem = ""
            self.metrics.show(compared.found)
            return compared

    async def follow(self) -> None:
        """Check now and then, until cancelled."""
        verdict = ""
        while True:
            try:
                found = (await self.look()).found
            except TextopsError:
                # Said and counted where it happened.
                await asyncio.sleep(self._settings.drift_interval_seconds)
                continue
            if found.verdict != verdict:
                record = logger.warning if found.verdict in {"warn", "drift"} else logger.info
                record("{}: {}, {}", found.model, found.verdict, found.summary)
                verdict = found.verdict
            if found.verdict == "drift" and self._settings.drift_on_drift == "retrain":
                self.react(f"drift: {found.summary}")
            await asyncio.sleep(self._settings.drift_interval_seconds)

    def react(self, reason: str) -> Answer | None:
        """Do what the settings say about drift, or an alert of it; None for nothing."""
        if self._settings.drift_on_drift == "nothing":
            return None
        return self.retrainer.start(self._model_name(), reason)

    def _model_name(self) -> str | None:
        """Return whose answers are watched, None where that is not known yet: there may be only one."""
        if self.last is not None:
            return self.last.found.model.rpartition("/")[0]
        return None if self._settings.model is None else parse_reference(self._settings.model).name

    def print_page(self) -> None:
        """Have the report made, unless one is being made, or that of the last check was made or has failed."""
        if self.last is None or self._printed is self.last.found or self.is_printing:
            return
        self._printed = self.last.found
        self.page_problem = ""
        self._printing = asyncio.create_task(self._print_or_explain(self.last.found))

    async def close(self) -> None:
        """End what runs."""
        if self._printing is not None:
            self._printing.cancel()
            await asyncio.gather(self._printing, return_exceptions=True)
        await self.retrainer.close()
        self._database.close()

    def _check(self) -> Comparison:
        version = Registry(self._settings.registry).find(self._settings.model)
        check_schema(self._database)
        return check(self._database, version, self._period(), self._thresholds)

    def _period(self) -> Period:
        since = self._settings.drift_since
        moment = None if since is None else parse_moment(since, "TEXTOPS_DRIFT_SINCE")
        return Period(since=moment, last=self._settings.drift_last)

    def _note_failure(self, error: TextopsError) -> None:
        self.metrics.count_check("failed", reachable=not isinstance(error, DatabaseAwayError))
        if str(error) != self.problem:
            logger.error("drift cannot be checked: {}", error)
        self.problem = str(error)

    async def _print_or_explain(self, found: DriftCheck) -> None:
        try:
            await self._print(found)
        except OSError as error:
            # Such as no memory for another process, or no room for the page: who asks for it must not wait for ever.
            self.page_problem = f"no report by Evidently: {error.strerror or error}"
            logger.error("{}", self.page_problem)

    async def _print(self, found: DriftCheck) -> None:
        """Make the report in a process of its own: it takes seconds, and much memory."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "drift.html"
            arguments = ["drift", "report", "--output", str(path), "--last", str(self._settings.drift_last)]
            if self._settings.drift_since is not None:
                arguments += ["--since", self._settings.drift_since]
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "textops", *arguments, "--model", found.model),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                _, said = await asyncio.wait_for(process.communicate(), self._settings.drift_report_seconds)
            except TimeoutError:
                said = f"it took more than {self._settings.drift_report_seconds:g} seconds".encode()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if process.returncode == 0:
                self.page = Page(await asyncio.to_thread(path.read_text, "utf-8"), found)
            else:
                self.page_problem = f"no report by Evidently: {' '.join(said.decode(errors='replace').split())[-500:]}"
                logger.error("{}", self.page_problem)
