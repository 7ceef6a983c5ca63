from pathlib import Path

import pytest

from textops.errors import ServiceError
from textops.prediction_log.address import parse_address


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///data/log.sqlite", "data/log.sqlite"),
        ("sqlite:////var/log.sqlite", "/var/log.sqlite"),
        ("sqlite+pysqlite:///a%20b.sqlite", "a b.sqlite"),
    ],
)
def test_a_file_is_found(url: str, file: str) -> None:
    address = parse_address(url)
    assert address.file == Path(file)
    assert address.shown == file


def test_a_server_is_found_and_its_password_is_not_shown() -> None:
    # when
    address = parse_address("postgres://ann:s3%40cret@db.example:6543/log?sslmode=require")
    # then
    assert (address.host, address.port, address.user, address.password) == ("db.example", 6543, "ann", "s3@cret")
    assert address.database == "log"
    assert address.options == {"sslmode": "require"}
    assert address.shown == "postgresql://ann:***@db.example:6543/log"
    assert "cret" not in repr(address)


def test_a_socket_can_be_the_host() -> None:
    address = parse_address("postgresql://ann@/log?host=/cloudsql/project:region:name")
    assert address.host == "/cloudsql/project:region:name"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "log.sqlite",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/log.sqlite",
        "sqlite:///log.sqlite?mode=ro",
        "mysql://ann:s3cret@host/log",
        "postgresql://",
        "postgresql://ann:s3cret@host:port/log",
        "postgresql://ann:s3cret@host:99999/log",
        "postgresql://ann:s3cret@host/log?sslmode=perhaps",
        "postgresql://ann@host/log?password=s3cret",
        "postgresql://ann:s3cret#1@host/log",
        "postgresql://[ann:s3cret@host/log",
        "postgresql+psycopg://ann:s3cret@host/log",
    ],
)
def test_anything_else_is_refused_in_one_line_without_a_password(url: str) -> None:
    with pytest.raises(ServiceError, match="TEXTOPS_DATABASE_URL=") as caught:
        parse_address(url)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
