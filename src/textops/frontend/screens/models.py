"""Models: which versions there are, how they compare, and what was measured of each."""

import streamlit as st

from textops.frontend.alias_history import history_table
from textops.frontend.context import context
from textops.frontend.escaping import plain
from textops.frontend.figure_format import kind_of
from textops.frontend.figure_table import show_table
from textops.frontend.known_model import known_model
from textops.frontend.known_versions import known_models, known_version
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import ask_again, show_problem, show_until_it_works
from textops.frontend.version_comparison import (
    MOST_COMPARED,
    Compared,
    comparison_chart,
    comparison_table,
    default_versions,
    label_of,
    metric_names,
    other_data,
    sound,
    versions_table,
)
from textops.frontend.version_details import show_details
from textops.registry.names import PRODUCTION
from textops.serving.registry_schemas import ModelList, ModelVersions

_MODEL, _COMPARED, _LOOKED_AT = "models_model", "models_compared", "models_looked_at"
# What is chosen of one model means nothing for another: these keys hold the model they belong to.
_CHOSEN_OF = "models_chosen_of"
FIELDS = (_MODEL, _COMPARED, _LOOKED_AT)


def show() -> None:
    """Show the page."""
    st.title("Models")
    try:
        found = known_models()
    except ServiceProblemError as problem:
        show_until_it_works(problem, context().api.models)
        return
    if not found.models:
        told = "**No models yet.** Train one and register it: `textops demo` does both. It shows here once it is there."
        st.info(told, icon=":material/deployed_code:")
        ask_again(_ask_for_some)
        return
    model = _chosen_model(found)
    _show_versions(model)
    versions = sound(model)
    if not versions:
        st.warning("None of its versions can be read: whoever runs the registry restores them from a copy.")
        return
    _forget_other_choices(model, versions)
    _show_comparison(versions)
    _show_version(model, versions)


def _ask_for_some() -> None:
    """Ask whether there is a model by now.

    Raises:
        ServiceProblemError: If there is none.
    """
    if not context().api.models().models:
        raise ServiceProblemError("The registry is empty.", "empty")
    known_models.clear()


def _chosen_model(found: ModelList) -> ModelVersions:
    by_name = {model.name: model for model in found.models}
    in_production = [
        model.name for model in found.models if any(PRODUCTION in version.aliases for version in model.versions)
    ]
    names = list(dict.fromkeys([*in_production, *by_name]))
    if st.session_state.get(_MODEL) not in by_name:
        st.session_state[_MODEL] = names[0]
    if len(names) == 1:
        return by_name[names[0]]
    return by_name[st.selectbox("Model", names, key=_MODEL)]


def _forget_other_choices(model: ModelVersions, versions: dict[int, Compared]) -> None:
    """Set what is chosen where nothing is, or what is no more."""
    state = st.session_state
    if state.get(_CHOSEN_OF) != model.name or _COMPARED not in state:
        state[_CHOSEN_OF] = model.name
        state[_COMPARED] = default_versions(model)
        state.pop(_LOOKED_AT, None)
    state[_COMPARED] = [number for number in state[_COMPARED] if number in versions]
    if state.get(_LOOKED_AT) not in versions:
        state[_LOOKED_AT] = default_versions(model)[0]


def _show_versions(model: ModelVersions) -> None:
    st.subheader(plain(model.name), anchor=False)
    answering = _answering(model)
    shown = len(model.versions)
    counted = f"{model.total:,} versions" if model.total > 1 else "1 version"
    if shown < model.total:
        counted = f"{counted}; here are the newest, and those with an alias"
    st.caption(f"{counted}. {'' if answering else 'None of them answers now.'}")
    if model.damaged is not None:
        st.warning(f"Its aliases are not known: {plain(model.damaged)}.", icon=":material/warning:")
    show_table(versions_table(model, answering), key="models_versions")


def _answering(model: ModelVersions) -> int | None:
    try:
        answering = known_model()
    except ServiceProblemError:
        # Without a model that answers, there are versions all the same.
        return None
    return answering.version if answering.name == model.name else None


def _show_comparison(versions: dict[int, Compared]) -> None:
    st.subheader("Side by side", anchor=False)
    chosen: list[int] = st.multiselect(
        "Versions to compare; the others are compared with the first",
        list(versions),
        key=_COMPARED,
        format_func=lambda number: label_of(versions[number]),
        max_selections=MOST_COMPARED,
        placeholder="Choose versions",
    )
    if not chosen:
        st.caption("Choose a version to see its figures.")
        return
    compared = [versions[number] for number in chosen]
    show_table(comparison_table(compared), key="models_comparison")
    _explain_comparison(compared)
    names = metric_names(compared)
    for place in range(0, len(names), 2):
        for column, name in zip(st.columns(2), names[place : place + 2], strict=False):
            chart = comparison_chart(compared, name)
            if chart is not None:
                with column:
                    st.altair_chart(chart, key=f"models_chart_{place}_{name}")


def _explain_comparison(compared: list[Compared]) -> None:
    others = other_data(compared)
    if others:
        numbers = ", ".join(map(str, others))
        st.warning(
            f"Measured on other data than version {compared[0].version}: {numbers}. Their differences may be those of "
            "the data.",
            icon=":material/warning:",
        )
    told = "Below each figure stands its 95 % interval on the test set."
    if len(compared) > 1:
        less = " and ".join(kind_of(name).title.lower() for name in ("log_loss", "ece"))
        told += (
            f" A difference has a colour where the intervals lie apart; elsewhere it may be luck. Of {less}, less is "
            "better."
        )
    st.caption(told)


def _show_version(model: ModelVersions, versions: dict[int, Compared]) -> None:
    st.subheader("One version", anchor=False)
    number = st.selectbox(
        "Version to look at",
        list(versions),
        key=_LOOKED_AT,
        format_func=lambda number: label_of(versions[number]),
    )
    figures, card, forms, history = st.tabs(["Figures", "Model card", "Size and speed", "Alias history"])
    with history:
        if model.moves:
            show_table(history_table(model.moves), key="models_history")
        else:
            st.caption("No alias was ever given to one of its versions.")
    try:
        detail = known_version(model.name, number)
    except ServiceProblemError as problem:
        with figures:
            show_problem(problem)
        return
    show_details(detail, figures, card, forms)
