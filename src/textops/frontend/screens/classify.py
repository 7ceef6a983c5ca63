"""Classify: one text, its class, how sure the model is, the words that decided, and what a person says of it."""

from dataclasses import dataclass, replace

import streamlit as st

from textops.frontend.answered_labels import explained_label, in_words, labels_of, most_probable
from textops.frontend.context import context
from textops.frontend.escaping import plain
from textops.frontend.examples import examples_of
from textops.frontend.known_model import known_model
from textops.frontend.marked_text import show_marked_text
from textops.frontend.probability_bars import percent, show_probability_bars
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import show_problem, show_until_it_works
from textops.frontend.text_file import NoTextError, decode
from textops.serving.explanation_schemas import ExplanationResponse
from textops.serving.schemas import ModelDescription, PredictionResponse

TITLE, TEXT = "classify_title", "classify_text"
FIELDS = (TITLE, TEXT)
# More than any text that somebody reads; a batch of texts has a page of its own.
_MOST_FILE_MEGABYTES = 5
_FILE, _NOTE, _ANSWER, _ASKED, _RIGHT_CLASS, _RIGHT_LABELS = (
    "classify_file",
    "classify_note",
    "classify_answer",
    "classify_asked",
    "classify_right_class",
    "classify_right_labels",
)


@dataclass(frozen=True)
class Answered:
    """A text that was answered, and what became of the answer.

    Attributes:
        title: As it was sent.
        text: As it was sent.
        prediction: The answer.
        explanation: What each word added; None where it was not asked for yet.
        feedback: The class or the labels that the person gave, in words; None before that.
        problem: Why the last question about the answer has failed.
    """

    title: str
    text: str
    prediction: PredictionResponse
    explanation: ExplanationResponse | None = None
    feedback: str | None = None
    problem: ServiceProblemError | None = None


def show() -> None:
    """Show the page."""
    st.title("Classify a text")
    # A place of its own, also where it is empty: what comes and goes in there must not move the form, which Streamlit
    # would build anew, in the middle of a word.
    with st.container():
        model = _model()
    _show_examples(model)
    asked = _show_form() or st.session_state.pop(_ASKED, False)
    _show_file()
    # Where nobody answers, that is told above, and once is enough.
    if asked and model is not None:
        st.session_state[_ANSWER] = None
        st.session_state.pop(_RIGHT_CLASS, None)
        st.session_state.pop(_RIGHT_LABELS, None)
        _ask()
    if st.session_state.get(_ANSWER) is not None:
        _show_answer(model)


def _model() -> ModelDescription | None:
    try:
        return known_model()
    except ServiceProblemError as problem:
        show_until_it_works(problem, context().api.model)
        return None


def _show_examples(model: ModelDescription | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Start from an example:", width="content")
        for number, example in enumerate(examples_of(model.examples if model else ())):
            st.button(plain(example.label), key=f"classify_example_{number}", on_click=_take_text, args=(example.text,))


def _take_text(text: str) -> None:
    """Put a text into the form, and have it answered."""
    st.session_state[TITLE], st.session_state[TEXT] = "", text
    st.session_state[_ASKED] = True


def _show_form() -> bool:
    with st.form("classify", border=False):
        st.text_input("Title", key=TITLE, placeholder="May stay empty")
        st.text_area("Text", key=TEXT, height=180, placeholder="Type or paste a text")
        return st.form_submit_button("Classify", type="primary", icon=":material/label:")


def _show_file() -> None:
    with st.expander("Take the text from a file", icon=":material/upload_file:"):
        st.file_uploader("A file with one text", key=_FILE, on_change=_take_file, max_upload_size=_MOST_FILE_MEGABYTES)
        note = st.session_state.pop(_NOTE, "")
        if note:
            st.warning(plain(note))


def _take_file() -> None:
    uploaded = st.session_state[_FILE]
    if uploaded is None:
        return
    try:
        decoded = decode(uploaded.getvalue())
    except NoTextError as error:
        st.session_state[_NOTE] = str(error)
        return
    if decoded.is_guess:
        st.session_state[_NOTE] = f"The file is not UTF-8; it was read as {decoded.encoding}: look whether it is right."
    _take_text(decoded.text)


def _ask() -> None:
    title, text = st.session_state[TITLE].strip(), st.session_state[TEXT]
    if not text.strip():
        st.warning("Give a text first: there is none to classify.")
        return
    try:
        prediction = context().api.predict(text, title)
    except ServiceProblemError as problem:
        show_until_it_works(problem, context().api.model)
        return
    st.session_state[_ANSWER] = Answered(title, text, prediction)


def _show_answer(model: ModelDescription | None) -> None:
    answered: Answered = st.session_state[_ANSWER]
    prediction = answered.prediction
    with st.container(key="answer"):
        labels = labels_of(prediction)
        st.subheader(f"{plain(in_words(labels))} · {percent(prediction.probability)}", anchor=False)
        show_probability_bars(prediction.probabilities, *labels)
        _show_review(prediction, model)
        _show_feedback(answered, model)
        _show_explanation(model)


def _show_review(prediction: PredictionResponse, model: ModelDescription | None) -> None:
    name = plain(f"{prediction.model.name}/{prediction.model.version}")
    if prediction.truncated:
        st.warning("The text is longer than the service takes: its end was not looked at.")
    if model is None or (model.name, model.version) != (prediction.model.name, prediction.model.version):
        # The bounds of another version say nothing about this answer.
        st.caption(f"{'Needs review. ' if prediction.needs_review else ''}Answered by {name}.")
        return
    if model.decision is not None and prediction.label != most_probable(prediction.probabilities):
        st.caption(
            "Another class is more probable; this one is the answer because the model's rule of decision "
            f"(`{model.decision.rule}`) weighs classes."
        )
    if model.several is not None:
        st.caption("The percentage is how probably exactly these labels are right; the bars are those of each label.")
    review = model.review
    outside = f"on held-out texts, {percent(review.accuracy_outside)} of the answers above that were right"
    if prediction.needs_review:
        st.warning(
            f"**Needs review.** The model is less sure than {percent(review.below)}; {outside}, and "
            f"{percent(review.share)} of all answers were below it, where a person should look.",
            icon=":material/visibility:",
        )
        st.caption(f"Answered by {name}.")
    else:
        st.caption(f"Answered by {name}. Needs no review: it is surer than {percent(review.below)}; {outside}.")


def _show_feedback(answered: Answered, model: ModelDescription | None) -> None:
    label = answered.prediction.label
    classes = list(model.classes) if model else list(answered.prediction.probabilities)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if answered.prediction.labels is not None:
            _ask_for_labels(classes, tuple(answered.prediction.labels))
        else:
            _ask_for_class(classes, label)
    if answered.problem is not None:
        show_problem(answered.problem)
    elif answered.feedback is not None:
        st.success(f"Thank you: noted as {plain(answered.feedback)}.", icon=":material/check:")


def _ask_for_class(classes: list[str], label: str) -> None:
    st.button("Right", icon=":material/check:", on_click=_give_feedback, args=(label,))
    st.selectbox(
        "Wrong, it is",
        [name for name in classes if name != label],
        index=None,
        placeholder="Choose the right class",
        key=_RIGHT_CLASS,
        on_change=_give_chosen_class,
    )


def _ask_for_labels(classes: list[str], labels: tuple[str, ...]) -> None:
    st.button("Right", icon=":material/check:", on_click=_give_feedback, args=(labels,))
    st.multiselect("Wrong, it is", classes, placeholder="Choose all that are right, or none", key=_RIGHT_LABELS)
    st.button("Send", icon=":material/send:", on_click=_give_chosen_labels)


def _give_chosen_labels() -> None:
    _give_feedback(tuple(st.session_state[_RIGHT_LABELS]))


def _give_chosen_class() -> None:
    chosen = st.session_state[_RIGHT_CLASS]
    if chosen is not None:
        _give_feedback(chosen)


def _give_feedback(right: str | tuple[str, ...]) -> None:
    answered: Answered = st.session_state[_ANSWER]
    try:
        context().api.give_feedback(answered.prediction.prediction_id, right)
    except ServiceProblemError as problem:
        st.session_state[_ANSWER] = replace(answered, problem=problem)
        return
    said = right if isinstance(right, str) else in_words(right)
    st.session_state[_ANSWER] = replace(answered, feedback=said, problem=None)


def _show_explanation(model: ModelDescription | None) -> None:
    answered: Answered = st.session_state[_ANSWER]
    explanation = answered.explanation
    # Where nobody answers, that is told above.
    if explanation is None and model is None:
        return
    st.subheader("The words that decided", anchor=False)
    if explanation is None:
        try:
            with st.spinner("Looking at the words"):
                explanation = context().api.explain(answered.text, answered.title)
        except ServiceProblemError as problem:
            show_until_it_works(problem, context().api.model)
            return
        st.session_state[_ANSWER] = replace(answered, explanation=explanation)
    label = explained_label(explanation)
    show_marked_text(answered.title, answered.text, explanation.words, label)
    how = (
        "what each adds to the score of the class, exactly"
        if explanation.method == "exact"
        else "by how much the model is less sure without them"
    )
    st.caption(
        f"Blue with a solid line speaks for {plain(label)}, orange with dots against it: {how}. "
        "The pointer on a word shows its figure."
    )
