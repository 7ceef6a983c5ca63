from pathlib import Path

import pytest

from textops.errors import RegistryError
from textops.registry.events import Action, AliasEvent, CollectionEvent
from textops.registry.folder_storage import FolderStorage
from textops.registry.log import EventLog


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(FolderStorage(tmp_path), "tiny")


def promote(log: EventLog, version: int, after: AliasEvent | None) -> AliasEvent:
    return log.append("live", version, after=after, action=Action.PROMOTE, reason=None, gate=None)


def test_events_of_both_kinds_are_read_in_their_order(log: EventLog) -> None:
    first = promote(log, 2, None)
    second = log.collect(lambda events: [1] if len(events) == 1 else [])
    third = promote(log, 3, first)

    assert log.read() == [first, second, third]
    assert isinstance(second, CollectionEvent)
    assert [event.number for event in log.read()] == [1, 2, 3]


def test_nothing_chosen_is_no_event(log: EventLog) -> None:
    assert log.collect(lambda _: []) is None
    assert log.read() == []


def test_an_alias_cannot_move_to_what_was_removed(log: EventLog) -> None:
    log.collect(lambda _: [1])

    with pytest.raises(RegistryError, match="tiny/1 was removed as garbage meanwhile"):
        promote(log, 1, None)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b'{"number": 1, "action": "explode"}', b""])
def test_a_damaged_event_is_one_line(log: EventLog, tmp_path: Path, content: bytes) -> None:
    promote(log, 1, None)
    (tmp_path / "tiny/events/00000001.json").write_bytes(content)

    with pytest.raises(RegistryError, match=r"event tiny/events/00000001.json is not valid .*restore it") as error:
        log.read()
    assert "\n" not in str(error.value)


def test_a_lost_event_is_noticed(log: EventLog, tmp_path: Path) -> None:
    first = promote(log, 1, None)
    promote(log, 2, first)
    (tmp_path / "tiny/events/00000001.json").unlink()

    with pytest.raises(RegistryError, match="the log tiny/events is damaged at event 1: restore it"):
        log.read()


def test_an_event_under_a_wrong_name_is_noticed(log: EventLog, tmp_path: Path) -> None:
    promote(log, 1, None)
    events = tmp_path / "tiny/events"
    (events / "00000002.json").write_bytes((events / "00000001.json").read_bytes())

    with pytest.raises(RegistryError, match="damaged at event 2"):
        log.read()


def test_other_files_beside_events_are_passed_over(log: EventLog, tmp_path: Path) -> None:
    event = promote(log, 1, None)
    (tmp_path / "tiny/events/notes.txt").write_text("mine")

    assert log.read() == [event]
