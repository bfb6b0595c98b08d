"""Errors are written for the person who reads them."""

import pytest

from cartjury.data.errors import CartjuryError, InputError, PlanError


def test_an_error_reads_as_its_message_and_its_details_a_line_each() -> None:
    error = InputError("3 bad rows", ("row 1: bad", "row 2: worse"))
    assert str(error) == "3 bad rows\nrow 1: bad\nrow 2: worse"
    assert error.details == ("row 1: bad", "row 2: worse")


def test_without_details_the_message_stands_alone() -> None:
    assert str(InputError("there is no file")) == "there is no file"


@pytest.mark.parametrize("kind", [InputError, PlanError])
def test_whatever_is_raised_on_purpose_can_be_caught_as_one(kind: type[InputError]) -> None:
    with pytest.raises(CartjuryError):
        raise kind("no")
