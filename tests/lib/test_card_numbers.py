"""Card numbers never reach a table; other numbers do. The numbers are those published for tests."""

import random
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.lib.card_numbers import MASK, scrub, scrub_over_messages

TEST_NUMBERS = [
    "4111111111111111",  # Visa
    "4012888888881881",
    "4222222222222",  # Visa, thirteen digits
    "5555555555554444",  # Mastercard
    "5105105105105100",
    "2223003122003222",  # Mastercard, series 2
    "378282246310005",  # American Express
    "371449635398431",
    "6011111111111117",  # Discover
    "6011000990139424",
    "30569309025904",  # Diners Club
    "38520000023237",
    "3530111333300000",  # JCB
    "3566002020360505",
    "6200000000000005",  # UnionPay
    "6205500000000000004",  # UnionPay, nineteen digits
    "6759649826438453",  # Maestro
    "6304000000000000",
]
ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPANISH = ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]


def in_groups(number: str, gap: str, size: int = 4) -> str:
    return gap.join(number[at : at + size] for at in range(0, len(number), size))


def of_script(number: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in number)


FORMATS = {
    "plain": str,
    "spaces": lambda n: in_groups(n, " "),
    "dashes": lambda n: in_groups(n, "-"),
    "dots": lambda n: in_groups(n, "."),
    "hard spaces": lambda n: in_groups(n, "\u00a0"),
    "dashes with spaces": lambda n: in_groups(n, " – "),
    "lines": lambda n: in_groups(n, "\n"),
    "digit by digit": lambda n: in_groups(n, " ", 1),
    "pairs": lambda n: in_groups(n, " ", 2),
    "full width": lambda n: of_script(n, "０"),
    "arabic": lambda n: in_groups(of_script(n, "٠"), " "),
    "devanagari": lambda n: of_script(n, "०"),
    "keycaps": lambda n: "".join(f"{digit}\ufe0f\u20e3" for digit in n),
    "zero width": "\u200b".join,
    "after a word": lambda n: f"visa{n}",
    "in a sentence": lambda n: f"Charge {in_groups(n, ' ')}, please. Expires 12/27.",
    "after another number": lambda n: f"Order 12 {in_groups(n, ' ')}",
    "in English words": lambda n: " ".join(ENGLISH[int(digit)] for digit in n),
    "in Spanish words": lambda n: ", ".join(SPANISH[int(digit)].title() for digit in n),
}


def digits_left(text: str) -> str:
    words = {word: str(digit) for names in (ENGLISH, SPANISH) for digit, word in enumerate(names)}
    for word, digit in words.items():
        text = text.lower().replace(word, digit)
    return "".join(
        str(unicodedata.digit(character)) for character in text if unicodedata.digit(character, None) is not None
    )


@pytest.mark.parametrize("number", TEST_NUMBERS)
@pytest.mark.parametrize("form", FORMATS)
def test_test_numbers_are_masked_however_they_are_written(number: str, form: str):
    written = FORMATS[form](number)
    masked = scrub(written)
    assert number[:-4] not in digits_left(masked)
    assert len(digits_left(written)) - len(digits_left(masked)) == len(number) - 4
    assert len(masked) == len(written)


def test_only_the_last_four_stay():
    assert scrub("My card is 4111 1111 1111 1111 ok?") == f"My card is {MASK * 4} {MASK * 4} {MASK * 4} 1111 ok?"
    assert scrub("378282246310005") == MASK * 11 + "0005"


def test_doubled_digits_in_words():
    spoken = "four double one one, triple one one, double one double one, triple one, one"
    masked = scrub(spoken)
    assert masked.endswith(" triple one, one")
    assert set(masked.removesuffix(" triple one, one")) == {MASK, ",", " "}


def test_slashes_are_believed_only_in_groups_as_printed():
    assert scrub("4111/1111/1111/1111").startswith(MASK * 4)
    assert scrub("41/111111/111111/11") == "41/111111/111111/11"


@pytest.mark.parametrize("number", TEST_NUMBERS)
def test_number_sent_in_pieces_is_masked_in_all_of_them(number: str):
    earlier, last = scrub_over_messages(["Here it comes", number[:4], number[4:9]], f"{number[9:]} thanks")
    assert earlier[0] == "Here it comes"
    assert digits_left("".join(earlier) + last) == number[-4:]
    assert last.endswith(" thanks")


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # check digit wrong
        "1234567812345670",  # passes Luhn, no issuer has it
        "Call +49 176 1234567 8 or +34 600 123 456",
        "+4917612345678",
        "IBAN ES91 2100 0418 4502 0005 1332 please",
        "GB29NWBK60161331926819, DE89370400440532013000",
        "a3bb189e-8bf9-3888-9912-ace4e6543002",
        "from 30.11.2026 to 31.12.2026, 2026-11-24 10:30:00",
        "Booking AU-7F3K2 of 1764000000000, 8412345678905",
        "£1,250.00 and £3,400.50 and £5,105.10",
        "one two three four five",
        "",
    ],
)
def test_other_numbers_are_left_alone(text: str):
    assert scrub(text) == text


def test_false_hits_in_everyday_messages_are_at_most_one_in_a_thousand():
    chance = random.Random(20261124)

    def number(length: int) -> str:
        return str(chance.randint(1, 9)) + "".join(str(chance.randint(0, 9)) for _ in range(length - 1))

    makers = [
        lambda: f"My booking is {number(chance.randint(5, 10))}, for 2 people",
        lambda: f"Call me at +{number(chance.randint(10, 14))}",
        lambda: f"Llámame al {chance.randint(600, 799)} {number(3)} {number(3)}",
        lambda: f"or 020 {number(4)} {number(4)}",
        lambda: f"It cost {number(3)}.{number(2)} euros on {chance.randint(1, 28)}/{chance.randint(1, 12)}/2026",
        lambda: f"{chance.randint(10, 28)}.{chance.randint(10, 12)}.2026 {chance.randint(10, 28)}.12.2027",
        lambda: f"Parcel 1Z{number(8)}{number(8)}",
        lambda: f"Tracking {number(22)}",
        lambda: f"Product 84{number(11)}",
        lambda: (
            f"Seen at 2026-11-{chance.randint(10, 28)} {chance.randint(10, 23)}:{chance.randint(10, 59)}:07.{number(6)}"
        ),
        lambda: f"Order {number(8)}, customer {number(6)}, invoice 2026-{number(5)}",
        lambda: f"Postcodes {number(5)} {number(5)}",
    ]
    messages = [chance.choice(makers)() for _ in range(20_000)]
    assert sum(scrub(message) != message for message in messages) <= 20


@given(st.text(max_size=300))
def test_scrubbing_keeps_length_and_twice_is_once(text: str):
    once = scrub(text)
    assert len(once) == len(text)
    assert scrub(once) == once


@given(
    st.lists(st.sampled_from(TEST_NUMBERS), min_size=1, max_size=4),
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from(["Hello ", "¿Qué tal? ", "\n", "(", "№ "]),
)
def test_no_number_survives_between_other_words(numbers: list[str], form: str, before: str):
    written = [FORMATS[form](number) for number in numbers]
    masked = scrub(before + " and ".join(written) + " please")
    left = [digits_left(part) for part in masked.split(" and ")]
    assert all(number[-4:] in digits for number, digits in zip(numbers, left, strict=True))
    assert all(form_of_it not in masked for form_of_it in written)
    assert masked.count(MASK) >= sum(len(number) - 4 for number in numbers)


def test_a_wall_of_digits_is_read_in_time():
    started = time.perf_counter()
    scrub("4 " * 2500)
    scrub("4" * 5000)
    scrub("four " * 1000)
    scrub_over_messages(["4 " * 2500] * 6, "4 " * 2500)
    assert time.perf_counter() - started < 2
