"""A small server that keeps a bucket as Google Cloud Storage does; it enforces preconditions."""

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from textops.registry import Registry

BUCKET = "models"
PAGE = 3
"""Small, so that every list of some length has several pages."""


@dataclass
class FakeBucket:
    """One bucket and what a test does to it.

    `answer` may return a status for (method, key), which the server then answers with instead of doing anything;
    `lose` may say that the answer to a request that was carried out gets lost (503).
    """

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    created: dict[str, datetime] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    requests: list[tuple[str, str]] = field(default_factory=list)
    answer: Callable[[str, str], int | None] = lambda method, key: None  # noqa: ARG005
    lose: Callable[[str, str], bool] = lambda method, key: False  # noqa: ARG005

    def create(self, key: str, content: bytes, query: dict[str, list[str]]) -> bool:
        """Store an object, unless it has to be new and is not."""
        with self.lock:
            if query.get("ifGenerationMatch") == ["0"] and key in self.objects:
                return False
            self.objects[key] = content
            self.created[key] = datetime.now(UTC)
            return True

    def age(self, key: str, created: datetime) -> None:
        """Make an object as old as that."""
        self.created[key] = created

    def resource(self, key: str) -> dict[str, object]:
        content = self.objects[key]
        return {
            "kind": "storage#object",
            "bucket": BUCKET,
            "name": key,
            "size": str(len(content)),
            "timeCreated": self.created[key].isoformat().replace("+00:00", "Z"),
            "md5Hash": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        }

    def page(self, query: dict[str, list[str]]) -> dict[str, object]:
        prefix, delimiter = query.get("prefix", [""])[0], query.get("delimiter", [""])[0]
        found: dict[str, dict[str, object] | None] = {}
        with self.lock:
            for key in sorted(self.objects):
                if not key.startswith(prefix):
                    continue
                rest = key.removeprefix(prefix)
                if delimiter and delimiter in rest:
                    found[prefix + rest.split(delimiter)[0] + delimiter] = None
                else:
                    found[key] = self.resource(key)
        start = int(query.get("pageToken", ["0"])[0])
        names = list(found)[start : start + PAGE]
        answer: dict[str, object] = {"kind": "storage#objects"}
        answer["items"] = [found[name] for name in names if found[name] is not None]
        answer["prefixes"] = [name for name in names if found[name] is None]
        if start + PAGE < len(found):
            answer["nextPageToken"] = str(start + PAGE)
        return answer


class Handler(BaseHTTPRequestHandler):
    """Answers as the JSON API does: https://cloud.google.com/storage/docs/json_api/v1/objects"""

    protocol_version = "HTTP/1.1"
    # Otherwise each answer waits 40 ms for the client to confirm its head.
    disable_nagle_algorithm = True
    bucket: FakeBucket

    def handle(self) -> None:
        """Answer until the client leaves, which may be killed."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def handle_request(self) -> None:
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = address.path.split(f"/b/{BUCKET}/o", 1)
        if len(parts) == 1:
            self.reply(404, {"error": {"code": 404, "message": "The specified bucket does not exist."}})
            return
        key = unquote(parts[1].removeprefix("/")) or query.get("name", [""])[0]
        if not key and body.startswith(b"--"):
            key = self.multipart(body)[0]
        self.bucket.requests.append((self.command, key))
        status = self.bucket.answer(self.command, key)
        if status is not None:
            self.reply(status, {"error": {"code": status, "message": f"told to answer {status}"}})
            return
        status, answer, headers = self.carry_out(key, query, body)
        if self.bucket.lose(self.command, key):
            self.reply(503, {"error": {"code": 503, "message": "lost"}})
            return
        self.reply(status, answer, headers)

    def multipart(self, body: bytes) -> tuple[str, bytes]:
        _, about, content = body.split(b"\n\n", 2)
        return json.loads(about.split(b"\n--")[0])["name"], content.removesuffix(b"\n--==0==--")

    def carry_out(
        self, key: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, dict[str, object] | bytes, dict[str, str]]:
        if self.command == "GET":
            return *self.look_up(key, query), {}
        if self.command == "DELETE":
            with self.bucket.lock:
                return 204 if self.bucket.objects.pop(key, None) is not None else 404, b"", {}
        must_be_new = query.get("ifGenerationMatch") == ["0"]
        sent_whole = self.headers.get("Content-Range") is not None
        taken = must_be_new and key in self.bucket.objects
        if query.get("uploadType") == ["resumable"] and not sent_whole and not taken:
            precondition = "&ifGenerationMatch=0" if must_be_new else ""
            place = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name={key}{precondition}"
            return 200, b"", {"Location": self.bucket.url + place}
        content = body if sent_whole or not body.startswith(b"--") else self.multipart(body)[1]
        if self.bucket.create(key, content, query):
            return 200, self.bucket.resource(key), {}
        return 412, {"error": {"code": 412, "message": "precondition"}}, {}

    def look_up(self, key: str, query: dict[str, list[str]]) -> tuple[int, dict[str, object] | bytes]:
        if not key:
            return 200, self.bucket.page(query)
        if key not in self.bucket.objects:
            return 404, {"error": {"code": 404, "message": "no such object"}}
        return 200, self.bucket.objects[key] if query.get("alt") == ["media"] else self.bucket.resource(key)

    def reply(self, status: int, answer: dict[str, object] | bytes, headers: dict[str, str] | None = None) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = handle_request  # noqa: N815 (names of the base class)


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path) -> Registry:
    """A registry with one good version of `tiny`."""
    registry = Registry(tmp_path / "registry")
    registry.register(tiny_bundle)
    return registry


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBucket]:
    """A fake of Google Cloud Storage with an empty bucket `models`, and a cache of this test's own."""
    bucket = FakeBucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BucketHandler", (Handler,), {"bucket": bucket}))
    server.daemon_threads = True
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", bucket.url)
    monkeypatch.setenv("TEXTOPS_CACHE", str(tmp_path / "cache"))
    yield bucket
    server.shutdown()
    server.server_close()
    thread.join()
