"""`textops models`: what the registry holds, and what is done with it as a whole."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger
from typer.core import TyperGroup

from textops.commands.defaults import open_registry

if TYPE_CHECKING:
    from rich.table import Table

_WIDTH_OF_A_PIPE = 400
_LIST = "list"


class ListingGroup(TyperGroup):
    """A group whose first word may be the name of a model: then it lists."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the verb in where there is none; a model that is called like a verb is listed by `list NAME`."""
        if not args or (not args[0].startswith("-") and args[0] not in self.commands):
            args = [_LIST, *args]
        return super().parse_args(ctx, args)


models = typer.Typer(
    cls=ListingGroup,
    help="List the versions in the registry; compare, remove and mirror them. Example: textops models",
)

ModelArgument = Annotated[str | None, typer.Argument(help="Only this model.")]


@models.command(_LIST)
def list_models(name: ModelArgument = None) -> None:
    """List the versions with their figures and aliases; the verb can be left out.

    Example: textops models list bbc_news
    """
    from textops.registry.listing import versions_table
    from textops.registry.mirror import MirrorSettings, mirror_quietly
    from textops.registry.settings import read_settings

    registry = open_registry()
    _show(versions_table(registry, name))
    mirror_quietly(registry, read_settings(MirrorSettings))


@models.command("diff")
def diff_models(
    first: Annotated[str, typer.Argument(help="name/1, name@alias or name.")],
    second: Annotated[str, typer.Argument(help="name/2, name@alias or name.")],
) -> None:
    """Compare two versions: metrics, model, data, configuration.

    Example: textops models diff bbc_news/1 bbc_news@production
    """
    from textops.registry.difference import difference_table

    registry = open_registry()
    _show(difference_table(registry.find(first), registry.find(second)))


@models.command("gc")
def collect_garbage(
    name: ModelArgument = None,
    *,
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest versions stay.")] = 5,
    rollbacks: Annotated[int, typer.Option(min=0, help="How many rollbacks of each alias stay possible.")] = 3,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove versions that no alias holds or can be rolled back to, and what killed writers left over a day ago.

    Example: textops models gc bbc_news --keep 3 --dry-run
    """
    from textops.registry.garbage import collect, find_garbage, models_with_garbage

    registry = open_registry()
    if name is not None and not registry.versions(name):
        registry.find(name)  # says what is missing
    for model in [name] if name is not None else models_with_garbage(registry):
        action = find_garbage if dry_run else collect
        garbage = action(registry, model, keep=keep, rollbacks=rollbacks)
        verb = "would be removed" if dry_run else "removed"
        for number in garbage.versions:
            logger.info("{}/{} {}", model, number, verb)
        for path in garbage.left_over:
            logger.info("left over {} {}", path, verb)
        if not garbage:
            logger.info("nothing of {} can go", model)


@models.command("mirror")
def mirror_models() -> None:
    """Give Weights & Biases the versions and aliases that it lacks, now. Exit code 2 where it does not take them.

    Example: textops models mirror
    """
    from textops.registry.mirror import MirrorSettings, mirror_now
    from textops.registry.settings import read_settings

    mirror_now(open_registry(), read_settings(MirrorSettings))


def _show(table: "Table") -> None:
    from rich.console import Console

    # A pipe or a file has no width: what reads it wants each row whole and on one line.
    Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE).print(table)
