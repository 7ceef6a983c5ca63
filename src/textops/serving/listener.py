"""The address that a service listens on."""

import socket

from textops.errors import ServiceError

BACKLOG = 2048


def bind(host: str, port: int, setting: str = "TEXTOPS") -> socket.socket:
    """Take an address, before anything costly is done.

    Args:
        host: Address or name of this machine.
        port: 0 for any free one.
        setting: What the variables that say both begin with, for messages.

    Raises:
        ServiceError: If it is taken, forbidden or not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    # A name with odd characters or of odd length is a ValueError before it is looked up.
    except (OSError, ValueError) as error:
        raise ServiceError(f"cannot listen on {host}: {error}; choose another host ({setting}_HOST)") from error
    try:
        # Without it, the address stays taken for a minute after the last server.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServiceError(
            f"cannot listen on {host}:{port}: {error.strerror}; stop what listens there, "
            f"or choose another port ({setting}_PORT, 0 for any free one)"
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
