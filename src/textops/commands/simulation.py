"""Traffic on demand, and the whole story of a model in production."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from textops.simulation.drift import Kind


def simulate(  # noqa: PLR0913 (options of a command)
    data: Annotated[
        Path | None,
        typer.Argument(
            help="A prepared data set, whose test split is played; by default that of the model that answers."
        ),
    ] = None,
    *,
    url: Annotated[str, typer.Option(envvar="TEXTOPS_API_URL", help="The API.")] = "http://127.0.0.1:8000",
    drift: Annotated[
        str, typer.Option(help="none, topics, source, years, typos, vocabulary or adversarial.")
    ] = "vocabulary",
    severity: Annotated[float, typer.Option(help="How much of it, 0 to 1.")] = 1.0,
    normal: Annotated[int, typer.Option(min=0, help="Requests before the drift.")] = 1_000,
    drifted: Annotated[int, typer.Option(min=0, help="Requests with it.")] = 1_000,
    rate: Annotated[float, typer.Option(min=0.01, help="Requests a second.")] = 50.0,
    labels: Annotated[float, typer.Option(min=0, max=1, help="Share of the answers that get a label.")] = 0.5,
    label_delay: Annotated[float, typer.Option(min=0, help="Seconds from an answer to its label.")] = 5.0,
    source: Annotated[Path | None, typer.Option(help="Another prepared data set, for --drift source.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the chance.")] = 0,
    key: Annotated[str | None, typer.Option(envvar="TEXTOPS_API_KEY", help="API key.", show_envvar=True)] = None,
) -> None:
    """Play held-out texts against the running API, then drifted ones, with labels that come later.

    Example: textops simulate data/processed/bbc_news --drift typos --severity 0.5 --rate 100
    """
    from rich.console import Console

    from textops.simulation.drift import Drift
    from textops.simulation.player import Behaviour
    from textops.simulation.pool import held_out_pool
    from textops.simulation.simulate import Simulation
    from textops.simulation.simulate import simulate as play
    from textops.simulation.summary import summarize, table_of

    kind = _kind(drift)
    key = None if key is None else _sound_key(key)
    pool = held_out_pool(data or _own_data(url, key))
    elsewhere = None if source is None else held_out_pool(source)
    simulation = Simulation(
        url, Drift(kind, severity), normal, drifted, Behaviour(rate, labels, label_delay), seed, key
    )
    Console().print(table_of(summarize(play(simulation, pool, elsewhere))))


def _sound_key(key: str) -> str:
    from textops.header_secret import header_value

    try:
        return header_value(key)
    except ValueError as error:
        raise ConfigurationError(f"--key (TEXTOPS_API_KEY) is not possible: {error}") from error


def _kind(drift: str) -> "Kind":
    from textops.simulation.drift import KINDS

    kind = next((each for each in KINDS if each == drift), None)
    if kind is None:
        raise ConfigurationError(f"--drift {drift} is not possible: give one of {', '.join(KINDS)}")
    return kind


def _own_data(url: str, key: str | None) -> Path:
    """Return where the data set of the model that answers lies."""
    import httpx

    from textops.data.places import folder_of
    from textops.errors import ServiceError

    try:
        response = httpx.get(f"{url}/model", headers={} if key is None else {b"X-API-Key": key.encode()}, timeout=10)
        response.raise_for_status()
        reference = response.json()["data"]
        return folder_of(Path("data/processed"), str(reference["name"]), str(reference["fingerprint"]))
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError) as error:
        raise ServiceError(f"{url} does not say which model answers ({error}): start it with textops serve") from error


def drill(
    overrides: Annotated[
        list[str] | None, typer.Argument(help="Which data and which model: data=liar_binary model=lstm")
    ] = None,
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Everything lies here; by default a folder that is removed in the end.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Where drill.json, drill.md and drill.png go.")] = Path("reports/drill"),
    drift: Annotated[str, typer.Option(help="As in textops simulate.")] = "vocabulary",
    severity: Annotated[float, typer.Option(help="How much of it, 0 to 1.")] = 1.0,
    rate: Annotated[float, typer.Option(min=1, help="Requests a second.")] = 40.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the chance.")] = 0,
) -> None:
    """Play the whole story: normal traffic, drift, alert, retraining, gate, promotion, reload, recovered accuracy.

    Exit code 1 if it does not go as it must. Example: textops drill data=bbc_news --drift adversarial
    """
    import tempfile

    from loguru import logger

    from textops.drill.drill import DrillPlan, shortfalls
    from textops.drill.drill import drill as play
    from textops.drill.report import markdown, write_report
    from textops.drill.story import Plot
    from textops.simulation.drift import Drift
    from textops.simulation.player import Behaviour

    plot = Plot(Drift(_kind(drift), severity), behaviour=Behaviour(rate, label_share=1.0, label_delay=2.0), seed=seed)
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="textops-drill-") as name:
            record = play(DrillPlan(Path(name), tuple(overrides or ()), plot))
    else:
        record = play(DrillPlan(folder, tuple(overrides or ()), plot))
    write_report(output, record)
    typer.echo(markdown(record))
    short = shortfalls(record)
    for line in short:
        logger.error("{}", line)
    if short:
        raise typer.Exit(1)
    logger.success("The loop has closed: {} shows how", output / "drill.png")
