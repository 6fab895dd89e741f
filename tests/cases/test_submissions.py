"""What makes two submissions the same."""

from __future__ import annotations

from linli.cases.rules.inputs import Place
from linli.cases.rules.submissions import submission_key


def test_the_same_form_with_the_same_words_is_the_same_submission() -> None:
    said = ("desk", "k" * 32, "井盖松动", Place(121.0, 31.0), None, 2)
    assert submission_key(*said) == submission_key(*said)
    assert len(submission_key(*said)) <= 80


def test_another_form_other_words_and_another_door_are_other_submissions() -> None:
    keys = {
        submission_key("desk", "k" * 32, "a", "bc"),
        submission_key("desk", "k" * 32, "ab", "c"),
        submission_key("desk", "l" * 32, "a", "bc"),
        submission_key("field", "k" * 32, "a", "bc"),
        submission_key("desk", "k" * 32, "a", "bc", 1),
    }
    assert len(keys) == 5
