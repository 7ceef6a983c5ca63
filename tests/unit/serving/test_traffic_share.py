from itertools import pairwise

import pytest

from textops.errors import ConfigurationError
from textops.registry.settings import read_settings
from textops.serving.exchange import Exchange
from textops.serving.settings import ServingSettings
from textops.serving.traffic_share import OUTSIDE, place_in_traffic, place_of

KEYS = [f"client {number}".encode() for number in range(20_000)]


def exchange(**headers: bytes) -> Exchange:
    async def receive() -> dict[str, object]:
        raise AssertionError("nobody reads a body here")

    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return Exchange({}, receive, named, "r", 0.0)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 1.0])
def test_a_share_has_about_so_many_of_many_keys(share: float) -> None:
    found = sum(place_of(key) < share for key in KEYS) / len(KEYS)
    # Four standard deviations; none at the ends.
    assert found == pytest.approx(share, abs=4 * (share * (1 - share) / len(KEYS)) ** 0.5)


def test_similar_keys_do_not_lie_beside_each_other() -> None:
    places = sorted(place_of(key) for key in KEYS)
    assert len(set(places)) == len(KEYS)
    assert max(later - earlier for earlier, later in pairwise(places)) < 20 / len(KEYS)


def test_a_larger_share_only_adds() -> None:
    smaller, larger = ({key for key in KEYS if place_of(key) < share} for share in (0.1, 0.25))
    assert smaller < larger


def test_a_place_is_the_same_in_every_process_and_release() -> None:
    assert place_of(b"ann") == 0.5516795764552993
    assert place_of("Jürgen".encode()) == 0.9851803264462814


def test_the_last_place_is_before_the_end() -> None:
    assert all(place_of(key) < OUTSIDE for key in KEYS)


def test_a_request_has_the_place_of_its_client_before_that_of_its_text() -> None:
    assert place_in_traffic(exchange(x_client_id=b"ann"), "a text") == place_of(b"ann")
    assert place_in_traffic(exchange(), "a text") == place_of(b"a text")
    assert place_in_traffic(exchange(x_client_id=b""), "a text") == place_of(b"a text")
    assert 0 <= place_in_traffic(exchange(), "half \ud800") < 1


def test_what_comes_later_in_a_request_does_not_move_it() -> None:
    request = exchange()
    first = place_in_traffic(request, "a text")
    assert place_in_traffic(request, "another") == first


@pytest.mark.parametrize(
    ("given", "share"),
    [("10%", 0.1), ("0.1", 0.1), (" 2.5% ", 0.025), ("", 0.0), ("0", 0.0), ("100%", 1.0), ("1", 1.0)],
)
def test_a_share_is_given_in_percent_or_as_a_number(monkeypatch: pytest.MonkeyPatch, given: str, share: float) -> None:
    monkeypatch.setenv("TEXTOPS_CANARY", given)
    assert read_settings(ServingSettings).canary == pytest.approx(share)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"CANARY": "10"}, "TEXTOPS_CANARY is not possible: 10 is no share of the traffic: give 10%, 0.1 or 0"),
        ({"CANARY": "101%"}, "101% is no share"),
        ({"CANARY": "-0.1"}, "-0.1 is no share"),
        ({"SHADOW": "nan"}, "TEXTOPS_SHADOW is not possible: nan is no share"),
        ({"SHADOW": "half"}, "half is no share"),
        ({"SHADOW": "%"}, "% is no share"),
        ({"CANARY": "10%", "SHADOW": "20%"}, "TEXTOPS_SHADOW is not possible: TEXTOPS_CANARY is set too"),
        ({"CANDIDATE": "../x"}, "TEXTOPS_CANDIDATE is not possible: '../x' leads to no version"),
        ({"CANDIDATE": "tiny@a b"}, "TEXTOPS_CANDIDATE is not possible: 'a b' cannot be an alias"),
    ],
)
def test_what_is_impossible_is_one_line(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"TEXTOPS_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        read_settings(ServingSettings)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_is_no_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTOPS_CANDIDATE", " ")
    assert read_settings(ServingSettings).candidate is None
