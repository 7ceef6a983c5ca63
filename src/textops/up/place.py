"""Where a service listens: the usual port or any free one, kept for it as long as it is not listening itself."""

import errno
import socket
import sys
from dataclasses import dataclass

from textops.errors import ServiceError

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (only compared with)


@dataclass(frozen=True)
class Wanted:
    """What was asked for.

    Attributes:
        host: Address to listen on.
        port: The port; 0 for any free one.
        is_asked: Whether somebody asked for that port; else any free one does where it is taken.
        option: Option of the command that sets it.
    """

    host: str
    port: int
    is_asked: bool
    option: str


class Place:
    """An address that is held for a service.

    Attributes:
        host: Where it listens.
        port: Likewise.
    """

    def __init__(self, wanted: Wanted) -> None:
        """Find a port.

        Raises:
            ServiceError: If the port that was asked for is taken, or the host is none of this machine's.
        """
        self.host = wanted.host
        self._wanted = wanted
        self._holders: tuple[socket.socket, ...] = ()
        try:
            self.port = self._hold(wanted.port)
        except OSError as error:
            if wanted.is_asked or error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise _explained(wanted, error) from error
            self.port = self._hold(0)

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        host = _WILDCARDS.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def may_move(self) -> bool:
        """Whether another port would do as well."""
        return not self._wanted.is_asked or self._wanted.port == 0

    def is_taken(self) -> bool:
        """Tell whether somebody listens there."""
        try:
            _bind(self.host, self.port).close()
        except OSError:
            return True
        return False

    def move(self) -> None:
        """Take another port: somebody was faster."""
        self.close()
        self.port = self._hold(0)

    def close(self) -> None:
        """Let go of it."""
        for holder in self._holders:
            holder.close()

    def _hold(self, port: int) -> int:
        """Hold a port, and return it; 0 for any free one."""
        holder = _bind(self.host, port)
        held: int = holder.getsockname()[1]
        if sys.platform != "linux":
            # Elsewhere a bound socket keeps the service itself away, too.
            holder.close()
            return held
        self._holders = (holder,)
        # Ours does not listen, and so keeps nobody away who names the port: other `textops up` ask for its name first.
        name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._holders = (holder, name)
        try:
            name.bind(f"\0textops-up-{held}")
        except OSError:
            self.close()
            raise
        return held


def _bind(host: str, port: int) -> socket.socket:
    """Bind a socket without listening: on Linux, the system then gives the port to nobody who asks for any."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A name with odd characters or of odd length is a ValueError before it is looked up.
    except ValueError as error:
        raise OSError(errno.EADDRNOTAVAIL, str(error)) from error
    family, kind, protocol, _, address = found[0]
    holder = socket.socket(family, kind, protocol)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(address)
    except OSError:
        holder.close()
        raise
    return holder


def _explained(wanted: Wanted, error: OSError) -> ServiceError:
    reason = error.strerror or error
    if error.errno in {errno.EADDRINUSE, errno.EACCES}:
        advice = f"stop what listens there, or choose another port ({wanted.option}, 0 for any free one)"
    else:
        advice = "choose an address of this machine (--host)"
    return ServiceError(f"cannot listen on {wanted.host}:{wanted.port}: {reason}; {advice}")
