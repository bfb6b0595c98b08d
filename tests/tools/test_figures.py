"""Numbers as the chat writes them."""

import pytest

from cartjury.tools.figures import adding_up, change, count, number, score, told, users_said


@pytest.mark.parametrize(
    ("users", "said"), [(None, "-"), (0, "0"), (1, "<20"), (19, "<20"), (20, "20"), (1234, "1,234")]
)
def test_fewer_than_twenty_users_are_only_called_that(users: int | None, said: str) -> None:
    assert count(users) == said


def test_scores_of_fewer_than_twenty_users_are_not_written() -> None:
    assert [score(0.51239, users) for users in (0, 19, 20)] == ["-", "-", "0.512"]


def test_one_user_is_one_user() -> None:
    assert [users_said(n) for n in (0, 7, 21)] == ["0 users", "<20 users", "21 users"]


def test_what_stays_is_written_once() -> None:
    assert (change("1", "1"), change("1", "2")) == ("1", "1 → 2")


def test_rounded_numbers_add_up_to_their_rounded_sum() -> None:
    assert adding_up([0.05, 0.05, 0.9], 1) == [0.1, 0.0, 0.9]
    assert adding_up([-0.26, 0.16], 1) == [-0.3, 0.2]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (85.0, "85"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (1 / 3, "0.3333"),
        (0.000123456, "0.0001235"),
        (64.123456, "64.1235"),
        (1_000_000.0, "1,000,000"),
        (1234567.891, "1,234,567.891"),
        (2.5e300, "2.5e+300"),
    ],
)
def test_numbers_in_sentences_are_plain(value: float, written: str) -> None:
    assert number(value) == written


def test_numbers_that_would_look_alike_keep_all_digits() -> None:
    assert told((0.51234, 0.51233)) == ["0.51234", "0.51233"]
    assert told((0.51234, 0.5, 0.51234)) == ["0.5123", "0.5", "0.5123"]
