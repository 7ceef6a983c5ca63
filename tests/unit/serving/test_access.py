import hmac
from collections.abc import Mapping, Sequence

import pytest
from pydantic import SecretStr

from textops.serving.access import OPEN_PATHS, Access, key_of
from textops.serving.problems import ProblemError

LOCAL = ("127.0.0.1", 5)
REMOTE = ("192.0.2.7", 5)


def access(*, keys: Sequence[str] = (), admin_keys: Sequence[str] = ()) -> Access:
    return Access([SecretStr(key) for key in keys], [SecretStr(key) for key in admin_keys])


def asked(
    access: Access,
    path: str,
    key: str | None = None,
    client: tuple[str, int] | None = REMOTE,
    passed_on: Mapping[bytes, bytes] | None = None,
) -> tuple[int, str] | bytes | None:
    """Return what is answered to a request: the key that lets it in, or the status and the name of the refusal."""
    headers = {**(passed_on or {}), **({} if key is None else {b"x-api-key": key.encode()})}
    try:
        return access.check({"path": path, "client": client}, headers)
    except ProblemError as problem:
        return problem.status.value, problem.error


def test_without_keys_everybody_may_ask() -> None:
    assert asked(access(), "/predict") is None


def test_without_keys_a_key_that_comes_names_nobody() -> None:
    assert asked(access(), "/predict", "invented") is None


@pytest.mark.parametrize(
    "client", [LOCAL, ("127.8.9.1", 5), ("::1", 5), ("::ffff:127.0.0.1", 5), ("testclient", 5), None]
)
def test_without_keys_this_machine_may_administrate(client: tuple[str, int] | None) -> None:
    assert asked(access(), "/admin/reload", client=client) is None


@pytest.mark.parametrize("host", [REMOTE[0], "127.invented", "::1234", "::ffff:192.0.2.7", ""])
def test_without_keys_no_other_machine_may_administrate(host: str) -> None:
    assert asked(access(), "/admin/reload", client=(host, 5)) == (403, "administration_closed")


@pytest.mark.parametrize("mark", [b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"])
def test_what_a_proxy_passes_on_is_never_asked_by_this_machine(mark: bytes) -> None:
    passed_on = {mark: b"127.0.0.1"}

    assert asked(access(), "/admin/reload", client=LOCAL, passed_on=passed_on) == (403, "administration_closed")
    assert asked(access(), "/predict", client=LOCAL, passed_on=passed_on) is None
    assert asked(access(admin_keys=["admin"]), "/admin/reload", "admin", LOCAL, passed_on) == b"admin"


@pytest.mark.parametrize("key", ["old", "new"])
def test_each_of_several_keys_lets_in_and_says_who_it_is(key: str) -> None:
    assert asked(access(keys=["old", "new"]), "/predict", key) == key.encode()


@pytest.mark.parametrize(
    ("key", "error"), [(None, "key_missing"), ("", "key_unknown"), ("ol", "key_unknown"), ("oldx", "key_unknown")]
)
def test_no_key_and_another_key_are_refused(key: str | None, error: str) -> None:
    assert asked(access(keys=["old"]), "/predict", key) == (401, error)


def test_a_refusal_says_how_to_come_in() -> None:
    with pytest.raises(ProblemError) as caught:
        access(keys=["old"]).check({"path": "/predict"}, {})

    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize("path", sorted(OPEN_PATHS))
def test_probes_and_figures_need_no_key(path: str) -> None:
    assert asked(access(keys=["old"]), path) is None


def test_administration_takes_only_its_own_keys() -> None:
    both = access(keys=["old"], admin_keys=["admin"])

    assert asked(both, "/admin/reload", "admin") == b"admin"
    assert asked(both, "/admin/reload", "old") == (403, "key_not_admitted")
    assert asked(both, "/admin/reload", "other") == (401, "key_unknown")
    assert asked(both, "/admin/reload", client=LOCAL) == (401, "key_missing")


def test_a_key_of_administration_lets_in_elsewhere_too() -> None:
    assert asked(access(keys=["old"], admin_keys=["admin"]), "/predict", "admin") == b"admin"


def test_administration_without_keys_of_its_own_takes_the_others() -> None:
    assert asked(access(keys=["old"]), "/admin/reload", "old") == b"old"


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({b"x-api-key": b"a"}, b"a"),
        ({b"authorization": b"Bearer a"}, b"a"),
        ({b"authorization": b"bEARER  a "}, b"a"),
        ({b"authorization": b"Basic a"}, None),
        ({b"authorization": b"Bearer"}, None),
        ({b"x-api-key": b"a", b"authorization": b"Bearer b"}, b"a"),
        ({}, None),
    ],
)
def test_a_key_comes_in_one_of_two_headers(headers: dict[bytes, bytes], key: bytes | None) -> None:
    assert key_of(headers) == key


def test_keys_are_all_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    constant_time = hmac.compare_digest

    def compare(given: bytes, key: bytes) -> bool:
        compared.append(key)
        return constant_time(given, key)

    monkeypatch.setattr(hmac, "compare_digest", compare)

    assert asked(access(keys=["first", "second", "third"]), "/predict", "first") == b"first"
    assert compared == [b"first", b"second", b"third"]
