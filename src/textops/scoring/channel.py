"""The way between two processes: parts go one way, answers the other, and no byte is copied more often than it must."""

import pickle
import socket
import struct
from dataclasses import replace
from io import BufferedReader, RawIOBase
from typing import Any

import pyarrow as pa

from textops.errors import TextopsError
from textops.scoring.part import Part
from textops.scoring.part_scorer import ScoredPart

_SIZE = struct.Struct("<QQ")
_BUFFER_BYTES = 1 << 20
_COMING = b"p"


class Channel:
    """One end of the way."""

    def __init__(self, end: socket.socket) -> None:
        """Take the end of a pair of sockets."""
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
        self._socket = end
        self._reader: BufferedReader = end.makefile("rb")

    def fileno(self) -> int:
        """Return what the system calls it, to wait for it."""
        return self._socket.fileno()

    def send_part(self, part: Part) -> None:
        """Send rows, from where they lie in memory."""
        self._socket.sendall(_COMING)
        part.write_to(pa.PythonFile(_Sender(self._socket), mode="w"))

    def receive_part(self) -> Part:
        """Take rows.

        Raises:
            EOFError: If nobody is there any more.
        """
        if self._reader.read(len(_COMING)) != _COMING:
            raise EOFError
        try:
            return Part.read_from(pa.PythonFile(self._reader, mode="r"))
        except pa.ArrowInvalid as error:
            # Who sent it was killed meanwhile.
            raise EOFError from error

    def send_answer(self, answer: ScoredPart | TextopsError) -> None:
        """Send what was made of rows, or what went wrong."""
        content = memoryview(answer.content if isinstance(answer, ScoredPart) else b"")
        head = pickle.dumps(replace(answer, content=None) if isinstance(answer, ScoredPart) else answer)
        self._socket.sendall(_SIZE.pack(len(head), len(content)) + head)
        self._socket.sendall(content)

    def receive_answer(self) -> ScoredPart | TextopsError:
        """Take an answer.

        Raises:
            EOFError: If nobody is there any more.
        """
        head, size = _SIZE.unpack(self._read(_SIZE.size))
        answer: ScoredPart | TextopsError = pickle.loads(self._read(head))  # noqa: S301 (from a process of ours)
        content = self._read(size)
        return replace(answer, content=content) if isinstance(answer, ScoredPart) else answer

    def close(self) -> None:
        """Let the other end know that nobody is here any more."""
        self._reader.close()
        self._socket.close()

    def _read(self, size: int) -> bytes:
        content = self._reader.read(size)
        if len(content) < size:
            raise EOFError
        return content


class _Sender(RawIOBase):
    """A socket as a file that writes all of what it is given."""

    def __init__(self, end: socket.socket) -> None:
        super().__init__()
        self._socket = end

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:  # noqa: ANN401 (whatever has bytes)
        self._socket.sendall(content)
        return memoryview(content).nbytes
