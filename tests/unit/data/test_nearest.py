from textops.data.nearest import LISTED, LONGEST, did_you_mean, listed, nearest


def test_a_typo_leads_to_the_name_that_was_meant() -> None:
    assert nearest("lable_column", ["label_column", "text_columns"]) == "label_column"


def test_case_and_spaces_do_not_hide_the_name() -> None:
    assert nearest("TEXT ", ["text", "label"]) == "text"


def test_nothing_is_suggested_when_nothing_is_alike() -> None:
    assert nearest("zzz", ["text", "label"]) is None
    assert did_you_mean("zzz", ["text"]) == ""


def test_a_suggestion_reads_as_a_question() -> None:
    assert did_you_mean("txet", ["text"]) == "; did you mean 'text'?"


def test_long_lists_are_cut_and_say_so() -> None:
    text = listed(str(number) for number in range(LISTED + 3))

    assert text.endswith("and 3 more")
    assert listed(["x" * 100]) == f"'{'x' * LONGEST}...'"
    assert listed(["a", "b"]) == "'a', 'b'"
