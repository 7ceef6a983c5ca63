"""Downloads from a server that breaks off, changes its mind, and goes away."""

import errno
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from textops.data import download
from textops.data.addresses import parse_address
from textops.data.download import Download
from textops.errors import DataError

CONTENT = bytes(range(256)) * 4000


@dataclass
class Web:
    """A server on the loopback.

    Attributes:
        content: Of its one file.
        etag: Its version, none where empty.
        breaks_after: So many bytes of an answer come before the connection breaks; None: all of them.
        status: What it answers instead, where it is not 200.
        disposition: What it calls the file.
        asked: The headers of each request.
    """

    content: bytes = CONTENT
    etag: str = '"1"'
    breaks_after: int | None = None
    status: int = 200
    disposition: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def web() -> Iterator[Web]:
    served = Web()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - name of the base class
            pass

        def do_GET(self) -> None:
            served.asked.append(dict(self.headers))
            if served.status != 200:
                self.send_error(served.status)
                return
            if served.etag and self.headers.get("If-None-Match") == served.etag:
                self.send_response(304)
                self.end_headers()
                return
            start = self._start()
            part = served.content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(served.content) - 1}/{len(served.content)}")
            if served.etag:
                self.send_header("ETag", served.etag)
            if served.disposition:
                self.send_header("Content-Disposition", served.disposition)
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part[: served.breaks_after])

        def _start(self) -> int:
            asked = self.headers.get("Range", "")
            holds = self.headers.get("If-Range", served.etag) == served.etag
            return int(asked.removeprefix("bytes=").removesuffix("-")) if asked and holds else 0

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}/data.csv"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "FIRST_WAIT_SECONDS", 0.001)


def fetch(web: Web, folder: Path, checksum: str = "") -> Path:
    return Download(parse_address(f"{web.url}{checksum}"), folder).fetched()[0]


def test_a_download_that_breaks_off_goes_on_where_it_was(web: Web, tmp_path: Path) -> None:
    # given a server that ends each connection after 300,000 bytes
    web.breaks_after = 300_000

    # when
    path = fetch(web, tmp_path)

    # then each byte was sent once
    assert path.read_bytes() == CONTENT
    assert [asked.get("Range") for asked in web.asked] == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]
    assert {asked.get("If-Range") for asked in web.asked[1:]} == {'"1"'}


def test_a_later_process_goes_on_too(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a download that was given up
    monkeypatch.setattr(download, "ATTEMPTS", 0)
    web.breaks_after = 400_000
    with pytest.raises(DataError, match="624,000 bytes are missing"):
        fetch(web, tmp_path)

    # when
    web.breaks_after = None
    path = fetch(web, tmp_path)

    # then
    assert path.read_bytes() == CONTENT
    assert web.asked[-1]["Range"] == "bytes=400000-"


def test_a_file_that_changed_in_between_is_fetched_from_its_beginning(web: Web, tmp_path: Path) -> None:
    web.breaks_after = 400_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "ATTEMPTS", 0)
        with pytest.raises(DataError):
            fetch(web, tmp_path)

    web.content, web.etag, web.breaks_after = b"new" * 1000, '"2"', None

    assert fetch(web, tmp_path).read_bytes() == web.content


def test_without_a_version_nothing_is_gone_on_with(web: Web, tmp_path: Path) -> None:
    # given a server from which nobody can know whether the rest belongs to the beginning
    web.etag, web.breaks_after = "", 300_000

    with pytest.raises(DataError, match=r"cannot be fetched: 724,000 bytes are missing"):
        fetch(web, tmp_path)

    assert not any("Range" in asked for asked in web.asked)


def test_without_a_version_the_checksum_proves_that_the_parts_belong_together(web: Web, tmp_path: Path) -> None:
    web.etag, web.breaks_after = "", 600_000

    path = fetch(web, tmp_path, f"#sha256={sha256(CONTENT).hexdigest()}")

    assert path.read_bytes() == CONTENT
    assert web.asked[1]["Range"] == "bytes=600000-"


def test_what_is_here_is_asked_for_but_not_fetched_again(web: Web, tmp_path: Path) -> None:
    first = fetch(web, tmp_path)

    assert fetch(web, tmp_path) == first
    assert web.asked[1]["If-None-Match"] == '"1"'
    web.content, web.etag = b"newer", '"2"'
    assert fetch(web, tmp_path).read_bytes() == b"newer"


def test_with_a_checksum_the_server_is_not_even_asked(web: Web, tmp_path: Path) -> None:
    checksum = f"#sha256={sha256(CONTENT).hexdigest()}"
    path = fetch(web, tmp_path, checksum)

    fetch(web, tmp_path, checksum)
    assert len(web.asked) == 1
    # but a copy that was damaged is
    path.write_bytes(b"damaged")
    assert fetch(web, tmp_path, checksum).read_bytes() == CONTENT


def test_a_wrong_checksum_is_one_line_and_nothing_is_kept(web: Web, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"is not what was expected: its SHA-256 is {sha256(CONTENT).hexdigest()}"):
        fetch(web, tmp_path, f"#sha256={'0' * 64}")

    assert not (tmp_path / "content").exists()
    assert not (tmp_path / "part").exists()
    with pytest.raises(DataError, match="64 hexadecimal digits"):
        fetch(web, tmp_path, "#sha256=abc")


def test_the_copy_is_used_when_the_server_is_away(web: Web, tmp_path: Path) -> None:
    fetch(web, tmp_path)
    web.status = 503

    assert fetch(web, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "requests"), [(404, 1), (403, 1), (503, 5)])
def test_only_what_may_pass_is_tried_again(web: Web, tmp_path: Path, status: int, requests: int) -> None:
    web.status = status

    with pytest.raises(DataError, match=f"cannot be fetched: {status}"):
        fetch(web, tmp_path)

    assert len(web.asked) == requests


def test_a_password_in_an_address_is_sent_as_one(web: Web, tmp_path: Path) -> None:
    web.url = web.url.replace("://", "://ann:hunter%402@")

    fetch(web, tmp_path)

    assert web.asked[0]["Authorization"] == f"Basic {b64encode(b'ann:hunter@2').decode()}"
    assert "hunter" not in web.asked[0]["Host"]


def test_a_file_larger_than_the_disk_is_not_begun(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "disk_usage", lambda _: SimpleNamespace(free=1000))

    with pytest.raises(DataError, match=r"it has 1,024,000 bytes, and the disk 1,000\): make room"):
        fetch(web, tmp_path)

    assert len(web.asked) == 1
    assert not (tmp_path / "part").exists()


def test_a_full_disk_is_not_asked_again_and_again(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Download, "_copy", full)

    with pytest.raises(DataError, match=r"No space left on device.*make room"):
        fetch(web, tmp_path)

    assert len(web.asked) == 1


def test_a_name_without_a_suffix_gives_way_to_what_the_server_says(web: Web, tmp_path: Path) -> None:
    web.url = web.url.replace("data.csv", "download?id=3")
    web.disposition = 'attachment; filename="../../reviews.jsonl"'

    assert Download(parse_address(web.url), tmp_path).fetched()[1] == "reviews.jsonl"
