"""What a person should hear about the live traffic that a retraining found, on the console."""

from loguru import logger

from textops.data.nearest import LISTED, listed
from textops.retraining.lesson import Lesson


def announce(lesson: Lesson) -> None:
    """Log what becomes of the feedback, and warn of whatever is odd about it."""
    traffic, placement = lesson.traffic.counts, lesson.placement.counts
    logger.info(
        "{:,} answers with feedback, {:,} different texts: {:,} new for training, {:,} new for measuring, {:,} with "
        "another label than before, {:,} known",
        traffic.predictions,
        traffic.texts,
        placement.train,
        placement.window,
        placement.corrected,
        placement.known,
    )
    _announce_strangers(lesson)
    left_out = {
        "whose text the log did not keep (TEXTOPS_LOG_TEXT)": traffic.without_text,
        "to blank texts": traffic.blank,
    }
    for reason, count in left_out.items():
        if count:
            logger.warning("Left out {:,} answers {}", count, reason)
    if traffic.unknown:
        logger.warning("Left out feedback on {:,} predictions that are not in the log", traffic.unknown)
    if traffic.contradicted:
        logger.warning(
            "{:,} texts were given several labels: the most frequent counts, {:,} without one are left out",
            traffic.contradicted,
            traffic.undecided,
        )
    if traffic.future:
        logger.warning("{:,} answers are dated later than now and used all the same: check the clocks", traffic.future)
    if traffic.redacted:
        logger.info("{:,} texts are used as the log keeps them, without what named a person", traffic.redacted)
    if placement.held_out + placement.between:
        logger.info(
            "Left out {:,} texts: {:,} are nearly texts of val or test, {:,} are nearly one of train and one of an "
            "earlier window",
            placement.held_out + placement.between,
            placement.held_out,
            placement.between,
        )
    if placement.disputed:
        logger.warning(
            "{:,} texts of the data set were given another label, which it does not take", placement.disputed
        )


def _announce_strangers(lesson: Lesson) -> None:
    strangers = lesson.traffic.counts.strangers
    if strangers:
        counted = sorted(strangers.items(), key=lambda item: (-item[1], item[0]))[:LISTED]
        logger.warning(
            "Left out {:,} answers whose feedback names no class of the model ({}): a retraining keeps its classes; to "
            "add {}, train anew on data that hold it (textops train)",
            sum(strangers.values()),
            ", ".join(f"{count} times {listed([name])}" for name, count in counted),
            "one" if len(strangers) > 1 else "it",
        )
