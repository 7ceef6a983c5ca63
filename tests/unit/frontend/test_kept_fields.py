"""What stands in a field is there again when its page is shown again."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    # Streamlit runs the text of this function alone.
    import streamlit as st

    from textops.frontend.kept_fields import forget_fields, keep_fields

    keep_fields(("name",))
    if st.toggle("Shown", value=True, key="shown"):
        st.text_input("Name", key="name")
    if st.button("Forget", key="forget"):
        forget_fields(("name",))


def filled_and_left() -> AppTest:
    app = AppTest.from_function(page, default_timeout=60).run()
    app.text_input(key="name").set_value("Ann").run()
    app.toggle(key="shown").set_value(False).run()
    assert not app.text_input
    return app


def test_a_field_is_as_it_was_left_also_where_streamlit_has_forgotten_it() -> None:
    # given
    app = filled_and_left()
    # when
    del app.session_state["name"]  # as where a part of another page was built anew
    app.toggle(key="shown").set_value(True).run()
    # then
    assert app.text_input(key="name").value == "Ann"


def test_a_field_that_is_to_be_forgotten_is_empty() -> None:
    # given
    app = filled_and_left()
    # when
    app.button(key="forget").click().run()
    app.toggle(key="shown").set_value(True).run()
    # then
    assert app.text_input(key="name").value == ""
