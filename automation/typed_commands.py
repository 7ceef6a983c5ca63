"""Commands as pages and workflows show them: whether what is typed there is one of ours, with options that it has."""

import contextlib
import io
import shlex
import sys
from pathlib import Path

import typer
from invoke.exceptions import ParseError
from invoke.parser import Parser
from typer.core import TyperGroup

from textops.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]
# ClickException, by way of UsageError: later versions of Typer bring a Click of their own.
_REFUSED: type[Exception] = typer.BadParameter.mro()[2]


def check_command(line: str) -> None:
    """See that a line that begins with `textops` or `invoke` can be typed.

    Raises:
        ConfigurationError: If there is no such verb, task or option, or one lacks its value.
    """
    program, *words = shlex.split(line, comments=True)
    if program == "invoke":
        _check_task(line, words)
    else:
        _check_verb(line, words)


def _check_task(line: str, words: list[str]) -> None:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    # Loads what no page or workflow needs.
    from tasks import namespace

    if words[:1] in (["--list"], ["-l"]):
        return
    try:
        Parser(contexts=namespace.to_contexts()).parse_argv(words)
    except ParseError as error:
        raise ConfigurationError(f"{line}: {error}") from error


def _check_verb(line: str, words: list[str]) -> None:
    from textops.cli import application

    command = typer.main.get_command(application)
    context = None
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            while isinstance(command, TyperGroup):
                context = command.make_context(command.name, list(words), parent=context)
                # Nothing is run, so nothing has taken the words of the next verb out of it.
                _, verb, words = command.resolve_command(context, [*context._protected_args, *context.args])  # noqa: SLF001
                command = verb or command
            command.make_context(command.name, list(words), parent=context)
    except typer.Exit:  # --help was shown
        return
    except _REFUSED as error:
        raise ConfigurationError(f"{line}: {' '.join(str(error).split())[:200]}") from error
