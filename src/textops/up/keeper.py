"""Keeps services alive together: starts them, says when they are ready, starts what dies again, ends all in order."""

import time
from collections.abc import Callable, Sequence

from loguru import logger

from textops.errors import ServiceError
from textops.up.ending import EndingSignals
from textops.up.readiness import ask_readiness, hurry
from textops.up.service import Service

_POLL_SECONDS = 0.05
_ASK_SECONDS = 0.1
_ASK_WAITING_SECONDS = 0.5
_FIRST_LOOK_SECONDS = 2.0
_LONGEST_LOOK_SECONDS = 30.0
# All answer, and one of them says that it is not ready: so long it may be a matter of moments.
_PATIENCE_SECONDS = 3.0
_START_SECONDS = 120.0
# What dies sooner than this after its start counts as not started.
_SOON_SECONDS = 10.0
_MOST_DEATHS = 5
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
# The API answers what it has been asked, for eight seconds at most.
_END_SECONDS = 12.0
_PAGE_END_SECONDS = 3.0


class Keeper:
    """Keeps services alive until it is told to end."""

    def __init__(self, services: Sequence[Service], announce: Callable[[Sequence[Service]], None]) -> None:
        """Take the services.

        Args:
            services: In the order of their start: the first is the API, and the last to be ended.
            announce: Called once, when all are ready, or answer and wait for something that may take long.
        """
        self._services = list(services)
        self._announce = announce
        self._announced = False
        self._answering_since: float | None = None
        self._next_look = 0.0
        self._look_pause = _FIRST_LOOK_SECONDS
        self._ending = EndingSignals()

    def run(self) -> bool:
        """Keep the services alive until SIGINT, SIGTERM or SIGHUP, and then end them; a second signal kills them.

        Returns:
            Whether all have ended by themselves.

        Raises:
            ServiceError: If one cannot start, or dies again and again; all others are ended then.
        """
        with self._ending:
            try:
                while not self._ending.is_told:
                    for service in self._services:
                        self._look_after(service)
                    self._tell()
                    time.sleep(_POLL_SECONDS)
            finally:
                well = self._end()
        return well

    def _look_after(self, service: Service) -> None:
        if not service.is_running:
            if time.monotonic() >= service.due and self._may_start(service):
                self._start(service)
            return
        code = service.poll()
        if code is not None:
            self._replace(service, code)
        elif not service.is_ready:
            self._ask(service)

    def _start(self, service: Service) -> None:
        if not self._announced and service.place.may_move and service.place.is_taken():
            self._move(service)
        service.start()

    def _may_start(self, service: Service) -> bool:
        return self._services[0].has_answered or not service.role.waits_for_first

    def _ask(self, service: Service) -> None:
        pause = _ASK_WAITING_SECONDS if service.reason else _ASK_SECONDS
        if time.monotonic() - service.asked < pause:
            return
        found = ask_readiness(f"{service.place.url}{service.role.ready_path}")
        service.asked = time.monotonic()
        if found.state == "away":
            if service.age > _START_SECONDS:
                raise ServiceError(
                    f"{service.role.title} has not answered within {_START_SECONDS:.0f} s: {service.last_words()}"
                )
            return
        was_known = service.has_answered
        service.has_answered, service.reason = True, found.reason
        if found.state == "ready":
            service.is_ready = True
            if self._announced:
                state = "answers again" if was_known and service.deaths else "is ready"
                logger.success("{} {} at {}", service.role.title, state, service.place.url)

    def _replace(self, service: Service, code: int) -> None:
        """Start a service again that has ended by itself."""
        service.clear_away()
        if not self._announced and service.place.may_move and service.place.is_taken():
            # It is given another one when it is started.
            return
        if not service.has_answered and code == ServiceError.exit_code:
            # It has said why, and another start would not change it.
            raise ServiceError(f"{service.role.title} cannot start: {service.last_words()}")
        service.deaths = service.deaths + 1 if service.age < _SOON_SECONDS else 1
        if service.deaths >= _MOST_DEATHS:
            raise ServiceError(
                f"{service.role.title} has ended {service.deaths} times in a row soon after its start, at last with "
                f"{code}: {service.last_words()}"
            )
        pause = _pause(service.deaths)
        service.is_ready = False
        service.due = time.monotonic() + pause
        when = f"in {pause:g} s" if pause else "at once"
        logger.error("{} has ended with {}: it is started again {}", service.role.title, code, when)

    def _move(self, service: Service) -> None:
        """Give a service another port, and the others its address: somebody else listens on the first one."""
        before = service.place.port
        service.place.move()
        service.has_answered = False
        logger.info("somebody else listens on port {}: {} takes another", before, service.role.title)
        for other in self._services:
            if other is not service and other.is_running and other.role.knows_others:
                other.tell_to_end()
                other.wait(_PAGE_END_SECONDS, lambda: self._ending.is_told)
                other.clear_away()

    def _tell(self) -> None:
        if self._announced:
            self._hurry()
            return
        if not all(service.has_answered for service in self._services):
            return
        if self._answering_since is None:
            self._answering_since = time.monotonic()
        all_ready = all(service.is_ready for service in self._services)
        if not all_ready and time.monotonic() - self._answering_since < _PATIENCE_SECONDS:
            self._hurry()
            return
        self._announced = True
        self._announce(self._services)
        for service in self._services:
            if not service.is_ready:
                logger.warning("{} is not ready yet: {}", service.role.title, service.reason)

    def _hurry(self) -> None:
        """Let a service that looks now and then look at once, where what it waits for has come."""
        if not self._services[0].is_ready:
            self._look_pause = _FIRST_LOOK_SECONDS
            return
        if time.monotonic() < self._next_look:
            return
        for service in self._services:
            if service.reason and not service.is_ready and service.role.look_path is not None:
                hurry(f"{service.place.url}{service.role.look_path}")
                self._next_look = time.monotonic() + self._look_pause
                self._look_pause = min(_LONGEST_LOOK_SECONDS, 2 * self._look_pause)

    def _end(self) -> bool:
        """End all, the last one first; kill what does not end, or at once where somebody asked a second time."""
        well = True
        for service in reversed(self._services):
            if not service.is_running:
                continue
            service.tell_to_end()
            if not service.wait(_END_SECONDS, lambda: self._ending.is_impatient):
                logger.warning("{} has not ended: it is killed", service.role.title)
                well = False
            service.clear_away()
        for service in self._services:
            service.place.close()
        return well


def _pause(deaths: int) -> float:
    """Return how long to wait: nothing after the first death, then longer and longer."""
    if deaths <= 1:
        return 0.0
    return float(min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (deaths - 2)))
