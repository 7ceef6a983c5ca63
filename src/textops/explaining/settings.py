"""The configuration that was used, with what was found in the place of `auto`, ready to save."""

from textops.data.configuration import SourceConfiguration
from textops.data.locations import format_of
from textops.data.stages import Stages
from textops.explaining.page import Code, Paragraph, Section
from textops.proposing.experiment_file import experiment_yaml
from textops.proposing.looked import reading_as_found
from textops.proposing.model import fitting_model

EXPERIMENT_FILE = "experiment.yaml"


def source_as_found(source: SourceConfiguration, stages: Stages) -> SourceConfiguration:
    """Return the configuration with what was found."""
    formats = {known for file in stages.files if (known := format_of(file.relative)) is not None}
    return source.model_copy(update={"read": reading_as_found(source.read, stages.notes, formats)})


def experiment_of(source: SourceConfiguration, stages: Stages) -> str:
    """Return the experiment file of data as they were read."""
    names = {row.label for row in stages.validated.rows}
    classes = len({label for name in names for label in source.labels_of(name)})
    model = fitting_model(max(1, stages.passed), max(2, classes))
    return experiment_yaml(source_as_found(source, stages), model, (f"model: {model.reason}",))


def describe_settings(source: SourceConfiguration, experiment: str) -> Section:
    """Show the experiment file, and what to do with it."""
    return Section(
        "Configuration",
        (
            Paragraph(
                f"What was configured or found by looking. It lies beside this page as {EXPERIMENT_FILE}; saved as "
                f"configs/experiment/{source.name}.yaml it is used by experiment={source.name}."
            ),
            Code(experiment, "yaml"),
        ),
    )
