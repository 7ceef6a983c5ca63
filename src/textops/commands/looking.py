"""Looking at the whole: the state of this machine, and the life of a model."""

import typer

from textops.commands.arguments import Overrides


def doctor() -> None:
    """Say what is installed, reachable and configured, and what is missing. Exit code 2 if something is wrong.

    Example: textops doctor
    """
    from rich.console import Console

    from textops.doctor import examine, findings_table, has_problem

    findings = examine()
    Console().print(findings_table(findings))
    if has_problem(findings):
        raise typer.Exit(2)


def demo(overrides: Overrides = None) -> None:
    """Live through the whole life of a model: prepare, train, evaluate, register, promote, serve, ask.

    Example: textops demo
    """
    from textops.training.configuration import compose_configuration

    # Before torch is imported, so that a typing error is answered at once.
    configuration = compose_configuration(overrides or [])
    from textops.demo import run_demo

    run_demo(configuration)
