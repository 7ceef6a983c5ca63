"""`textops shard`: a prepared data set for trainings that outgrow one machine."""

from pathlib import Path
from typing import Annotated

import typer


def shard(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder of a prepared data set.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write; nothing may be there.")],
    *,
    shards: Annotated[int | None, typer.Option(min=1, help="Files of the training examples.")] = None,
    rows_per_shard: Annotated[
        int | None, typer.Option(min=1, help="Examples of a file, instead; by default 50,000.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the order of the training examples.")] = 0,
) -> None:
    """Cut a prepared data set into shards, training examples in a random order, for trainings that read as they go.

    Example: textops shard data/processed/bbc_news data/sharded/bbc_news --shards 16
    """
    from loguru import logger

    from textops.data.sharding import Sharding, shard_dataset
    from textops.files import shown

    index = shard_dataset(dataset, out, Sharding(rows_per_shard, shards), seed)
    files = [each for split in index.splits.values() for each in split]
    size = sum(each.bytes for each in files)
    logger.success("Wrote {:,} files, {:,.1f} MB: {}", len(files), size / 1e6, shown(out))
    typer.echo(f"textops train streaming.shards={shown(out)} data=...")
