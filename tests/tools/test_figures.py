"""Numbers as the chat writes them."""

import pytest

from cartjury.tools.figures import adding_up, change, count, score, users_said


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
