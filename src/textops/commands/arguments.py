"""Arguments that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

Overrides = Annotated[
    list[str] | None, typer.Argument(help="Hydra overrides: data=liar, model=lstm, trainer.max_epochs=1")
]
RunFolder = Annotated[Path | None, typer.Option("--run", help="Folder of a run; by default the last one.")]
BundleFolder = Annotated[Path | None, typer.Option("--bundle", help="Folder for the bundle; by default in the run.")]
ReportFolder = Annotated[
    Path | None, typer.Option("--report", help="Folder for figures and tables; by default in the run.")
]
ReferenceArgument = Annotated[
    str | None, typer.Argument(help="name@alias, name/3 or name; by default the only model there is.")
]
