"""Requests that no HTTP library sends: a body that is announced and does not come, or comes slowly."""

import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_SECONDS = 60.0
_READ_BYTES = 4_096
_STATUS = slice(9, 12)


def send_in_pieces(
    url: str, headers: Mapping[str, str], pieces: Sequence[bytes], *, length: int, pause_seconds: float = 0.0
) -> int:
    """Send a request whose body comes in pieces, and return the status of the answer, 0 where there is none.

    Args:
        url: Address and path.
        headers: Beside `Host` and `Content-Length`.
        pieces: Of the body; what comes after an answer is not sent.
        length: What is announced.
        pause_seconds: Before each piece.
    """
    parts = urlsplit(url)
    head = [f"POST {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {length}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    try:
        with _connection(parts.scheme, parts.hostname or "", parts.port) as connection:
            connection.sendall("\r\n".join([*head, "", ""]).encode())
            for piece in pieces:
                time.sleep(pause_seconds)
                connection.sendall(piece)
            return _status(connection)
    except (OSError, ValueError):
        return 0


def _connection(scheme: str, host: str, port: int | None) -> socket.socket:
    secure = scheme == "https"
    connection = socket.create_connection((host, port or (443 if secure else 80)), timeout=_SECONDS)
    return ssl.create_default_context().wrap_socket(connection, server_hostname=host) if secure else connection


def _status(connection: socket.socket) -> int:
    received = b""
    while len(received) < _STATUS.stop:
        piece = connection.recv(_READ_BYTES)
        if not piece:
            return 0
        received += piece
    return int(received[_STATUS])
