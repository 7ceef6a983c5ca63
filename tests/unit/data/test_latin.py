from textops.data.latin import latin_encoding


def test_letters_of_one_language_decide() -> None:
    assert latin_encoding("blåbär och smör på en höst".encode("cp1252")) == "cp1252"
    assert latin_encoding("będzie jeszcze lepiej, powiedział sąsiad w Łodzi".encode("cp1250")) == "cp1250"


def test_signs_alone_are_western() -> None:
    assert latin_encoding("it costs £5 – “so they say” – and no more".encode("cp1252")) == "cp1252"


def test_other_scripts_are_left_to_others() -> None:
    assert latin_encoding("Президент вчера заявил".encode("cp1251")) is None


def test_letters_of_no_language_give_no_answer() -> None:
    assert latin_encoding(b"plain words and then \x8e \xb9 \xdd \xfe \xd0 \xf5 \xb3 and more plain words") is None
