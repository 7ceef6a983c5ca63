"""What a bundle holds beside model and tokenizer, and the figures that lie beside the bundle."""

from pathlib import Path

from omegaconf import DictConfig

from textops.bundle import CARD_FILE, CONFIGURATION_FILE, MODEL_FILE, REFERENCE_FILE, TOKENIZER_FILE, WORDS_FILE
from textops.bundle_report import REPORT_FILE
from textops.evaluation.behaviour_file import BEHAVIOUR_FILE, write_suite
from textops.evaluation.bundle_report import make_report
from textops.evaluation.card import render_card
from textops.evaluation.confusion_figure import draw_confusion
from textops.evaluation.figures import draw_reliability_diagram
from textops.evaluation.label_figure import draw_labels
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.label_report import write_label_report
from textops.evaluation.measurements import write_measurements
from textops.evaluation.report import write_report
from textops.evaluation.robustness_figure import draw_robustness
from textops.evaluation.sections import further_sections
from textops.files import write_text
from textops.inference.answering import Answering
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.optimization.further_measurements import Plan
from textops.optimization.judged_bundle import Judged
from textops.optimization.judging import Scored
from textops.optimization.reference import Answered, write_reference
from textops.text.familiar_words import FamiliarWords
from textops.text.tokenizer import load_tokenizer
from textops.training.saved_configuration import portable_yaml

CONFUSION_FIGURE, ROBUSTNESS_FIGURE = "confusion_matrix.png", "robustness.png"


def write_contents(folder: Path, configuration: DictConfig, plan: Plan, test: Scored, judged: Judged) -> None:
    """Write all that lies in a bundle beside model and tokenizer, which are there already.

    Args:
        folder: Of the bundle.
        configuration: Of the run.
        plan: What is measured, on which data.
        test: The test set, and what the model says of it.
        judged: What was measured.
    """
    answering = Answering.of(judged.manifest)
    familiar = FamiliarWords.of_texts(plan.dataset.texts("train"))
    familiar.save(folder / WORDS_FILE)
    window = plan.dataset.window()
    live = None
    if window is not None and len(window):
        tokenizer, session = load_tokenizer(folder / TOKENIZER_FILE), open_session(folder / MODEL_FILE)
        logits = score_texts(session, tokenizer, window.texts)
        live = Answered(window, answering.probabilities(logits))
    answered = Answered(test.examples, answering.probabilities(test.logits))
    write_reference(folder / REFERENCE_FILE, answered, answering, familiar, live, plan.dataset.answers.names)
    write_text(folder / CARD_FILE, render_card(judged.manifest, plan.dataset.manifest, judged.measurements))
    report = make_report(
        (folder / MODEL_FILE).stat().st_size,
        judged.evaluation,
        judged.reliability,
        judged.measurements.robustness,
        judged.measurements.variants,
        plan.suite,
    )
    write_text(folder / REPORT_FILE, report.model_dump_json(indent=2) + "\n")
    if plan.suite is not None:
        write_suite(folder / BEHAVIOUR_FILE, plan.suite)
    write_text(folder / CONFIGURATION_FILE, portable_yaml(configuration))


def write_figures(folder: Path, judged: Judged) -> None:
    """Write figures and tables of what was measured.

    Args:
        folder: Of the report.
        judged: What was measured.
    """
    further = further_sections(judged.measurements)
    if isinstance(judged.evaluation, LabelEvaluation):
        write_label_report(folder, judged.evaluation, judged.calibration, further)
        draw_labels(judged.evaluation, folder / CONFUSION_FIGURE)
    else:
        write_report(folder, judged.evaluation, judged.calibration, further)
        draw_confusion(judged.evaluation, folder / CONFUSION_FIGURE)
    write_measurements(folder, judged.measurements)
    draw_reliability_diagram(*judged.reliability, folder / "reliability.png")
    if judged.measurements.robustness is not None:
        draw_robustness(judged.measurements.robustness, folder / ROBUSTNESS_FIGURE)
    else:
        # That of an earlier evaluation would be taken for one of this.
        (folder / ROBUSTNESS_FIGURE).unlink(missing_ok=True)
