from textops.registry.events import Action, AliasEvent, current_holders, earlier_holders


def log(*moves: tuple[str, int, Action]) -> list[AliasEvent]:
    return [
        AliasEvent(number=number, alias=alias, version=version, previous=None, action=action, reason=None, gate=None)
        for number, (alias, version, action) in enumerate(moves, start=1)
    ]


def test_an_alias_is_where_its_last_event_put_it() -> None:
    events = log(
        ("staging", 1, Action.PROMOTE),
        ("production", 1, Action.PROMOTE),
        ("staging", 2, Action.PROMOTE),
    )

    holders = current_holders(events)

    assert {alias: event.version for alias, event in holders.items()} == {"staging": 2, "production": 1}


def test_an_alias_goes_back_to_the_version_before() -> None:
    events = log(("production", 1, Action.PROMOTE), ("staging", 9, Action.PROMOTE), ("production", 2, Action.PROMOTE))

    assert earlier_holders(events, "production") == [1]


def test_the_first_holder_has_nothing_before_it() -> None:
    assert earlier_holders(log(("production", 1, Action.PROMOTE)), "production") == []


def test_a_rollback_is_not_rolled_back_to_what_it_left() -> None:
    events = log(
        ("production", 1, Action.PROMOTE),
        ("production", 2, Action.PROMOTE),
        ("production", 3, Action.PROMOTE),
        ("production", 2, Action.ROLLBACK),
    )

    assert earlier_holders(events, "production") == [1]


def test_a_promotion_after_a_rollback_stands_on_the_version_rolled_back_to() -> None:
    events = log(
        ("production", 1, Action.PROMOTE),
        ("production", 2, Action.PROMOTE),
        ("production", 1, Action.ROLLBACK),
        ("production", 3, Action.PROMOTE),
    )

    assert earlier_holders(events, "production") == [1]


def test_an_event_survives_its_file() -> None:
    (event,) = log(("production", 1, Action.PROMOTE))

    assert AliasEvent.model_validate_json(event.model_dump_json()) == event
