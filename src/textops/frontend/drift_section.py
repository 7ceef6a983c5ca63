"""The drift: the verdict as a sentence, what it is made of, and one feature looked at closely."""

import streamlit as st

from textops.frontend.chart import show_chart
from textops.frontend.context import context
from textops.frontend.drift_charts import (
    MOST_PARTS,
    bin_rows,
    distributions_chart,
    feature_rows,
    features_chart,
)
from textops.frontend.escaping import plain
from textops.frontend.moments import ago, moment_in_words, zone_of_reader
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import show_problem
from textops.monitoring.drift_schemas import DriftStatus, FeatureDetail
from textops.monitoring.findings import DriftCheck

FEATURE = "monitor_feature"

_HEADINGS = {
    "ok": "No drift",
    "warn": "Something moves",
    "drift": "Drift",
    "too few": "No verdict yet",
}
_MEANINGS = {
    "characters": "length of the text",
    "words": "number of words",
    "word_characters": "mean length of the words",
    "upper_share": "share of upper case",
    "digit_share": "share of digits",
    "punctuation_share": "share of punctuation",
    "other_script_share": "share of characters beyond ASCII",
    "letter_entropy": "entropy of the letters: languages, codes and noise differ in it",
    "unseen_share": "share of words that the training texts did not have",
    "confidence": "how sure the model is",
    "entropy": "how unsure the model is between all classes",
    "label": "the class that the model gives",
}
_SKETCH = "what the text is about, as one of eight numbers"


def show_drift(status: DriftStatus) -> None:
    """Show what is known of the drift.

    Args:
        status: What the drift service says.
    """
    st.subheader("Drift", anchor=False)
    _show_verdict(status)
    found = status.check
    if found is None:
        return
    if status.problem:
        when = moment_in_words(found.created, zone_of_reader())
        st.warning(f"The last look has failed: {plain(status.problem)}. What is shown is of {when}.")
    _show_window(found)
    if found.features:
        _show_features(found)


def _show_verdict(status: DriftStatus) -> None:
    if status.starting:
        st.info(
            "**The first look is under way**\n\nThe drift service compares the live answers with the held-out texts; "
            "the verdict comes in some seconds, by itself.",
            icon=":material/hourglass_empty:",
        )
        return
    sentence = plain(_sentence(status))
    match status.verdict:
        case "ok":
            st.success(f"**{_HEADINGS['ok']}**\n\n{sentence}", icon=":material/check_circle:")
        case "warn":
            st.warning(f"**{_HEADINGS['warn']}**\n\n{sentence}", icon=":material/trending_up:")
        case "drift":
            st.error(f"**{_HEADINGS['drift']}**\n\n{sentence}", icon=":material/error:")
        case "too few":
            st.info(f"**{_HEADINGS['too few']}**\n\n{sentence}", icon=":material/pending:")
        case _:
            st.warning(
                f"**Drift cannot be checked**\n\n{sentence} This page asks again by itself.",
                icon=":material/hourglass_empty:",
            )


def _sentence(status: DriftStatus) -> str:
    said = status.summary.rstrip(".") + "."
    named = status.check is not None and any(said.startswith(each.name) for each in status.check.features)
    return said if named else said[:1].upper() + said[1:]


def _show_window(found: DriftCheck) -> None:
    zone = zone_of_reader()
    window = found.window
    said = [f"{plain(found.model)}, looked at {ago(found.created)}: {window.rows:,} answers"]
    if window.first is not None and window.last is not None:
        said.append(f"from {moment_in_words(window.first, zone)} to {moment_in_words(window.last, zone)}")
    said.append(f"beside {found.reference_rows:,} held-out texts.")
    st.caption(" ".join(said))
    if found.separation is not None:
        st.caption(
            f"A classifier tells live answers from held-out texts with an area under the curve of "
            f"{found.separation.area.value:.2f}; 0.5 is the toss of a coin."
        )
    for note in found.notes:
        st.caption(f":material/info: {plain(note[:1].upper() + note[1:])}.")


def _show_features(found: DriftCheck) -> None:
    rows = feature_rows(found.features)
    if len(rows):
        st.markdown("##### Features by effect size")
        show_chart(features_chart(rows), rows, "monitor_features")
        st.caption(
            "Population stability index less what chance gives, with its 95 % interval. By default 0.1 is worth a "
            "look, 0.25 is drift."
        )
    names = list(rows["feature"]) if len(rows) else []
    names += [each.name for each in found.features if each.name not in names]
    if st.session_state.get(FEATURE) not in names:
        st.session_state[FEATURE] = names[0]
    chosen = st.selectbox("Look closely at", names, key=FEATURE, format_func=_explained)
    try:
        detail = context().drift.feature(chosen)
    except ServiceProblemError as problem:
        show_problem(problem)
        return
    _show_detail(detail)


def _show_detail(detail: FeatureDetail) -> None:
    drift = detail.drift
    if not detail.bins:
        st.caption("Its distributions cannot be shown: the held-out texts or the live answers do not have it.")
    else:
        rows = bin_rows(detail.bins)
        show_chart(distributions_chart(rows["part"].nunique()), rows, f"monitor_feature_{drift.name}")
    if len(detail.bins) > MOST_PARTS:
        st.caption(f"The {MOST_PARTS} of {len(detail.bins):,} that have moved most.")
    said = []
    if drift.reference_mean is not None and drift.window_mean is not None:
        said.append(f"Mean {drift.reference_mean:.4g} in held-out texts, {drift.window_mean:.4g} in live answers.")
    if drift.missing_share:
        said.append(f"{drift.missing_share:.0%} of the live answers lack it.")
    if drift.note:
        said.append(f"{plain(drift.note)}.")
    if said:
        st.caption(" ".join(said))


def _explained(name: str) -> str:
    meaning = _SKETCH if name.startswith("sketch_") else _MEANINGS.get(name)
    return name if meaning is None else f"{name}: {meaning}"
