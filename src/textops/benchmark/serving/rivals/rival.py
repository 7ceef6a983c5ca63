"""What is known of another model server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rival:
    """Another model server, and how a good user of it starts it.

    `{python}` in commands stands for the Python of its environment, `{folder}` for a folder of its own, `{port}` for
    a free port, and so do `{second_port}` and `{third_port}`.

    Attributes:
        name: As it calls itself.
        package: Its distribution on PyPI.
        requirement: What pip is asked for.
        serve: Starts it.
        body: What it takes of a text, as JSON has it.
        path: Path that predicts.
        ready: Path that answers 200 once it can.
        prepare: Command that is run once before, none where nothing is to prepare.
        files: Files of its folder by name.
        environment: Variables, without `{...}` but `{port}` and its like.
        note: How it is set, in words.
    """

    name: str
    package: str
    requirement: str
    serve: Sequence[str]
    body: Callable[[str], object]
    path: str
    ready: str
    prepare: Sequence[str] = ()
    files: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
