"""`textops init`: an experiment file for data that nobody here has seen."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger

from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from textops.proposing.candidate import Ranking
    from textops.proposing.looked import Looked
    from textops.proposing.proposal import Answers, Proposal

_SHOWN = 9
_NONE = "none of these"


def init(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, a folder, a glob or an address.")],
    *,
    name: Annotated[
        str | None, typer.Option(help="Of data set, model and experiment; by default that of the file.")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="The label, where it is known.")] = None,
    text: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="The text, where it is known; repeatable.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take what was found, and ask nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an experiment file of this name.")] = False,
) -> None:
    """Look at a new data set, write configs/experiment/NAME.yaml for it, and say what to type next.

    Example: textops init reviews.csv

    Without questions: textops init 'mails/*.csv' --name mails --yes
    """
    from textops.proposing.experiment_place import check_place, place_of
    from textops.proposing.looked import check_paths, look, require_rows
    from textops.proposing.proposal import Answers, propose
    from textops.proposing.summary import guesses, summary
    from textops.proposing.verification import verify

    check_paths(paths)
    chosen = check_place(name, paths[0], force=force)
    looked = look(paths)
    require_rows(looked)
    if not yes and not sys.stdin.isatty():
        raise ConfigurationError("nobody can be asked here, for this is no terminal: add --yes to take what is found")
    said = Answers(label=label, texts=tuple(text or ()) or None, name=chosen)
    proposal = propose(looked, said if yes else _asked(looked, said))
    typer.echo("\n".join([*summary(looked, proposal), *(guesses(looked, proposal) if yes else [])]))
    logger.info("Checking that the data can be prepared so")
    verify(proposal.source)
    place = place_of(chosen)
    if not yes:
        typer.confirm(f"Write {place}?", default=True, abort=True)
    _write(proposal, place)
    logger.success("Wrote {}", place)
    _show_next_steps(chosen)


def _asked(looked: "Looked", said: "Answers") -> "Answers":
    """Ask what is not sure; what was said is not asked."""
    from dataclasses import replace

    from textops.proposing.proposal import chosen_label, chosen_texts

    label = said.label or _choice("Which of these is the label?", looked.labels)
    label = chosen_label(looked, label)
    texts = said.texts
    if (
        texts is None
        and not looked.texts(label).is_sure
        and (one := _choice("Which is the text?", looked.texts(label)))
    ):
        texts = chosen_texts(looked, label, (one,)) if one != _first(looked.texts(label)) else None
    taken = (label, *chosen_texts(looked, label, texts))
    time = _choice("Which is the time?", looked.times(taken), optional=True)
    best = _first(looked.times(taken)) if time is None else time
    split = _choice("How shall the examples be divided?", looked.splits(best or None))
    return replace(said, label=label, texts=texts, time=time, split=split)


def _first(ranking: "Ranking") -> str | None:
    return None if ranking.best is None else ranking.best.value


def _choice(question: str, ranking: "Ranking", *, optional: bool = False) -> str | None:
    """Ask for one of several candidates, unless it is sure; None for the first, empty for none of them."""
    from textops.proposing.summary import numbered

    shown = ranking.candidates[:_SHOWN]
    if not shown or ranking.is_sure or (len(shown) == 1 and not optional):
        return None
    typer.echo(question)
    typer.echo("\n".join([*numbered(shown), *([f"  0  {_NONE}"] if optional else [])]))
    number = _number(0 if optional else 1, len(shown))
    return "" if number == 0 else shown[number - 1].value


def _number(least: int, most: int) -> int:
    while True:
        number: int = typer.prompt("Number", default=1, type=int)
        if least <= number <= most:
            return number
        typer.echo(f"a number from {least} to {most}")


def _write(proposal: "Proposal", place: Path) -> None:
    """Write the file, and read it back as a training would: what does not come back is not left behind."""
    from textops.files import write_text
    from textops.proposing.experiment_file import experiment_yaml

    before = place.read_text(encoding="utf-8") if place.is_file() else None
    write_text(place, experiment_yaml(proposal.source, proposal.model, proposal.remarks))
    if _reads_back(place.stem, proposal):
        return
    if before is None:
        place.unlink()
    else:
        write_text(place, before)
    raise ConfigurationError(f"{place} would not say what is meant: give columns and classes names of plain letters")


def _reads_back(name: str, proposal: "Proposal") -> bool:
    from textops.training.configuration import compose_configuration
    from textops.training.source import source_of

    try:
        return source_of(compose_configuration([f"experiment={name}"])) == proposal.source
    except ConfigurationError as error:
        logger.warning("{}", error)
        return False


def _show_next_steps(name: str) -> None:
    from textops.proposing.next_steps import next_steps

    steps = next_steps(name)
    width = max(len(command) for command, _ in steps)
    typer.echo("What to type next:")
    for command, what in steps:
        typer.echo(f"  {command:<{width}}  # {what}")
