"""A reply to one company's customer must not name another company."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.records.conversations.brand_guard import Brand, find_foreign

AURORA = Brand(names=("Aurora Travel", "Aurora Travel Ltd", "auroratravel.example"), monogram="AT")
BOREALIS = Brand(names=("Borealis Bank", "Borealis Bank S.A.", "borealisbank.example"), monogram="BB")
NUNEZ = Brand(names=("Núñez e Hijos", "nunez-hijos.example"), monogram="NH")
OTHERS = [BOREALIS, NUNEZ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Welcome to Borealis Bank!", ["Borealis Bank"]),
        ("welcome to BOREALIS  bank", ["BOREALIS  bank"]),
        ("Borealis\nBank", ["Borealis\nBank"]),
        ("Borealis-Bank or BorealisBank", ["Borealis-Bank", "BorealisBank"]),
        ("Bor\u200bealis Ba\u00adnk", ["Bor\u200bealis Ba\u00adnk"]),
        ("Ｂｏｒｅａｌｉｓ Ｂａｎｋ", ["Ｂｏｒｅａｌｉｓ Ｂａｎｋ"]),
        ("Bórealis Bänk", ["Bórealis Bänk"]),
        ("nunez E HIJOS, gracias", ["nunez E HIJOS"]),
        ("Nu\u0301n\u0303ez e Hijos", ["Nu\u0301n\u0303ez e Hijos"]),
        ("see https://www.borealisbank.example/cards?x=1", ["borealisbank.example"]),
        ("write to help@borealisbank.example.", ["borealisbank.example"]),
        ("of Borealis Bank S.A.", ["Borealis Bank S.A"]),
        ("Regards,\nInés, Borealis Bank", ["Borealis Bank"]),
        ("Have a nice day!\n— Inés, BB", ["BB"]),
        ("Inés (BB)", ["BB"]),
        ("Borealis Bank and Borealis Bank", ["Borealis Bank"]),
    ],
)
def test_another_company_is_found_as_it_is_written(text: str, found: list[str]):
    assert find_foreign(text, AURORA, OTHERS) == found


@pytest.mark.parametrize(
    "text",
    [
        "Aurora Travel Ltd, www.auroratravel.example, help@auroratravel.example",
        "The aurora borealis is best seen in March",
        "Your bank will tell you",
        "Borealis Banking",  # whole words only
        "hyperborealis bank",
        "BB guns are not allowed on board, see you at noon",
        "Inés (AT)",
        "",
    ],
)
def test_own_names_and_common_words_pass(text: str):
    assert find_foreign(text, AURORA, OTHERS) == []


def test_own_name_that_contains_anothers_is_own():
    short, long = Brand(names=("Aurora",)), Brand(names=("Aurora Travel",))
    assert find_foreign("Thank you for choosing Aurora Travel", long, [short]) == []
    assert find_foreign("Thank you for choosing Aurora", long, [short]) == ["Aurora"]
    assert find_foreign("Thank you for choosing Aurora Travel", short, [long]) == ["Aurora Travel"]


def test_name_both_companies_use_is_own():
    assert find_foreign("Our group Nordwind", Brand(names=("A1", "Nordwind")), [Brand(names=("B1", "Nordwind"))]) == []


def test_same_monogram_as_the_own_company_passes():
    assert find_foreign("— Inés, AT", AURORA, [Brand(names=("Alpine Trains",), monogram="AT")]) == []


def test_names_in_scripts_without_spaces():
    polar, thai = Brand(names=("極光旅行",)), Brand(names=("แสงเหนือ",))
    assert find_foreign("感謝您選擇極光旅行!", BOREALIS, [polar]) == ["極光旅行"]
    assert find_foreign("ขอบคุณที่เลือกแสงเหนือนะคะ", BOREALIS, [thai]) == ["แสงเหนือ"]
    assert find_foreign("極光", BOREALIS, [polar]) == []
    assert find_foreign("오로라여행은 좋습니다", BOREALIS, [Brand(names=("오로라여행",))]) == ["오로라여행"]


def test_cyrillic_and_greek_ignore_case():
    assert find_foreign("в СЕВЕРНЫЙ банк", AURORA, [Brand(names=("Северный Банк",))]) == ["СЕВЕРНЫЙ банк"]
    assert find_foreign("ΑΥΓΗ ΤΑΞΙΔΙΑ", BOREALIS, [Brand(names=("Αυγή Ταξίδια",))]) == ["ΑΥΓΗ ΤΑΞΙΔΙΑ"]


WORDS = st.sampled_from(["hello", "¿qué", "tal?", "the", "42", "Aurora", "Travel", "bank", "—", "👋", "a", "\n"])


def disguise(name: str, choices: list[int]) -> str:
    """The same name to a reader: other case, accents apart, invisible characters between the letters."""
    letters = []
    for character, choice in zip(name, choices, strict=False):
        shown = character.upper() if choice % 2 else character.lower()
        shown = unicodedata.normalize("NFD", shown) if choice % 3 else shown
        letters.append(shown + ("\u200b" if choice % 5 == 0 and character != " " else ""))
    return "".join(letters)


@given(
    st.lists(WORDS, max_size=8),
    st.sampled_from([name for brand in OTHERS for name in brand.names]),
    st.lists(WORDS, max_size=8),
    st.lists(st.integers(0, 29), min_size=40, max_size=40),
)
def test_a_disguised_name_is_always_found(before: list[str], name: str, after: list[str], choices: list[int]):
    text = " ".join([*before, disguise(name, choices), *after])
    assert find_foreign(text, AURORA, OTHERS)


@given(st.lists(st.sampled_from([*AURORA.names, "AT"]), max_size=5))
def test_own_names_never_hit(own: list[str]):
    parts_of_ours = Brand(names=("Aurora", "Travel Ltd", "Travel"))
    assert find_foreign(" | ".join(own), AURORA, [*OTHERS, parts_of_ours]) == []


@given(st.text(max_size=300))
def test_what_is_found_stands_in_the_text(text: str):
    assert all(found in text for found in find_foreign(text, AURORA, OTHERS))
