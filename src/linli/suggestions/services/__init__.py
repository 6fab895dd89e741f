"""Learning, taking into use and back, switching off."""

from linli.suggestions.services.learning import (
    TooLittle,
    ask_to_learn,
    learn_from_cases,
    learn_from_catalogue,
    learn_from_texts,
    retrain,
)
from linli.suggestions.services.versions import (
    GRANT,
    adopt,
    change_settings,
    put_in_force,
    step_back_if_worse,
)

__all__ = [
    "GRANT",
    "TooLittle",
    "adopt",
    "ask_to_learn",
    "change_settings",
    "learn_from_cases",
    "learn_from_catalogue",
    "learn_from_texts",
    "put_in_force",
    "retrain",
    "step_back_if_worse",
]
