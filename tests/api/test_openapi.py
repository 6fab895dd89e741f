"""The description and the interface agree: every operation, with whatever is sent to it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from linli.cases.rules import MOVES
from linli.kernel import paper
from tests.api.conftest import API, Caller, report_of, token_of
from tests.cases.city import make_city


@pytest.fixture
def schema(client: Client, db: None) -> dict[str, Any]:
    answer = client.get(f"{API}/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_the_description_is_public_and_lists_every_move_with_its_inputs(
    schema: dict[str, Any],
) -> None:
    for name, move in MOVES.items():
        operation = schema["paths"][f"{API}/cases/{{number}}/moves/{name}"]["post"]
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = schema["components"]["schemas"][reference.rpartition("/")[2]]
        assert set(body["properties"]) == {i.name for i in move.inputs} | {"seen"}
        assert set(body.get("required", [])) == {i.name for i in move.inputs if i.required}
        assert body["additionalProperties"] is False


def test_the_page_for_people_shows_every_operation_without_a_script_of_its_own(
    client: Client, schema: dict[str, Any]
) -> None:
    page = client.get(f"{API}/docs")
    assert page.status_code == 200
    text = page.content.decode()
    for path in schema["paths"]:
        assert path.replace("&", "&amp;") in text
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>", text)
    assert "https://" not in text


CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=5,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_described(
    mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bounded search by schemathesis: no fault of ours, no status or shape unheard of."""
    monkeypatch.setattr(paper, "pdf", lambda *_given: b"%PDF-")  # slow, and proved in test_sheet
    city = make_city()
    posts = city.districts[0].posts
    operator, chief = token_of(posts["operator"]), token_of(posts["chief"])
    filed = Caller(operator, Client()).post("/cases", report_of(city))
    described = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", get_wsgi_application())
    statuses: dict[str, set[int]] = {}

    def try_out(operation: Any) -> None:
        seen = statuses.setdefault(operation.label, set())

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode), own=st.booleans())
        def send(case: schemathesis.Case, own: bool) -> None:
            if own and "number" in case.path_parameters:
                case.path_parameters["number"] = filed.json()["number"]
            for token in (operator, chief):
                answer = case.call(headers={"Authorization": f"Bearer {token}"})
                seen.add(answer.status_code)
                case.validate_response(answer, checks=CHECKS)

        send()

    for found in described.get_all_operations():
        try_out(found.ok())
    assert len(statuses) == 26 + len(MOVES)
    assert any(200 in seen or 201 in seen for seen in statuses.values())
    assert any(400 in seen for seen in statuses.values())
