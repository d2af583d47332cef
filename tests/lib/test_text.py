"""What people type is stored and shown without surprises."""

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.lib.text import clean_line, clean_message, search_key

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)  # lone surrogates too
OPENERS, CLOSERS = "\u202a\u202b\u2066\u2067\u2068", "\u202c\u2069"


def test_null_bytes_and_control_characters_vanish_and_lines_stay():
    assert clean_message("a\x00b\x1b[31mc\r\nd\re\u2028f\tg") == "ab[31mc\nd\ne\nf\tg"


def test_lone_surrogate_becomes_the_replacement_character():
    assert clean_message("a\ud83db") == "a\ufffdb"
    assert clean_line("a\ud83db", 10) == "a\ufffdb"


def test_direction_overrides_are_taken_out_of_messages():
    assert clean_message("invoice\u202efdp.exe") == "invoicefdp.exe"


def test_open_direction_is_closed_at_the_end_of_its_line():
    assert clean_message("\u2067abc\ndef") == "\u2067abc\u2069\ndef"


def test_closer_without_its_opener_is_dropped():
    assert clean_message("abc\u2069def\u202c") == "abcdef"


def test_emoji_families_and_persian_joiners_survive_in_messages():
    assert clean_message("👩‍👩‍👧 می‌خواهم") == "👩‍👩‍👧 می‌خواهم"


def test_stacks_of_accents_are_cut():
    assert clean_message("Z" + "\u0335" * 100) == "Z" + "\u0335" * 8


def test_name_is_one_visible_line():
    assert clean_line("  Ana\r\nBcc: x\u200b\u202e \u2066Lo\u00adpez\u2069\t ", 100) == "Ana Bcc: x Lopez"
    assert clean_line("\u3164\u200b\u2800", 100) == ""
    assert clean_line("María José Ñúñez", 100) == "María José Ñúñez"
    assert clean_line("e\u0301", 100) == "é"


def test_name_is_cut_to_its_limit():
    assert clean_line("abc def", 4) == "abc"
    assert len(clean_line("x" * 10_000_000, 100)) == 100


def test_search_key_has_no_accents_or_case():
    assert search_key("  ÁLVARO  Núñez ") == "alvaro nunez"
    assert search_key("Łukasz Øster Straße Þór Æsir") == "lukasz oster strasse thor aesir"
    assert search_key("ＦＵＬＬ Width") == "full width"
    assert search_key("Ιάσων Ηλίας") == search_key("ΙΑΣΩΝ ΗΛΙΑΣ")


@given(ANYTHING)
def test_a_clean_message_can_be_stored_and_stays_as_it_is(text: str):
    clean = clean_message(text)
    clean.encode()
    assert "\x00" not in clean and "\r" not in clean
    assert clean_message(clean) == clean


@given(ANYTHING)
def test_directions_are_balanced_in_every_line(text: str):
    for line in clean_message(text).split("\n"):
        assert sum(line.count(mark) for mark in OPENERS) == sum(line.count(mark) for mark in CLOSERS)


@given(ANYTHING, st.integers(1, 50))
def test_a_clean_line_is_one_line_within_its_limit(text: str, limit: int):
    clean = clean_line(text, limit)
    clean.encode()
    assert len(clean) <= limit
    assert not set(clean) & set("\r\n\x00\u2028\u2029")
    assert clean_line(clean, limit) == clean
