"""The examples of docs/howto/use-the-api.md do what the page says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from linli.cases.models import Case
from tests.api.conftest import report_of
from tests.cases.city import City
from tests.files.makers import photo

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "use-the-api.md"


def commands() -> list[str]:
    """Every curl of the page, its lines joined."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.S)
    lines = "".join(blocks).replace("\\\n", " ").split("\n")
    return [line for line in lines if line.startswith("curl ")]


def run(command: str, client: Any, token: str, number: str) -> Any:
    """One curl against the test client."""
    filled = command.replace("$LINLI", "/api/v1").replace("$TOKEN", token)
    words = shlex.split(filled.replace("$NUMBER", number))[1:]
    headers, path, body, form = {}, "", None, {}
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        elif word == "-F":
            name, _equals, value = words.pop(0).partition("=@")
            form[name] = SimpleUploadedFile(value, photo())
        elif word != "-s":
            path = word
    if form:
        return client.post(path, form, headers=headers)
    if body is not None:
        return client.post(path, body, headers.pop("Content-Type"), headers=headers)
    return client.get(path, headers=headers)


def test_the_examples_of_the_page_work(city: City, call: Any) -> None:
    operator = call("operator")
    number = operator.post("/cases", report_of(city)).json()["number"]
    answers = {c: run(c, operator.client, operator.token, number) for c in commands()}
    assert len(answers) >= 11
    for command, answer in answers.items():
        if '"lon": "121"' in command:
            assert answer.status_code == 400
            assert json.loads(answer.content)["field"] == "lon"
        else:
            assert answer.status_code in (200, 201), (command, answer.content.decode())
    assert Case.objects.get(description="Rubbish beside the road").case_class.code == "E0102"
