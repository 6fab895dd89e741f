"""The case sheet by the interface: what the page shows, masked, and written to the access log."""

from __future__ import annotations

from typing import Any

import pytest

from linli.audit.models import AccessLog
from linli.cases.models import ReportContact
from tests.cases.city import City
from tests.desk.lives import make_case

pytestmark = pytest.mark.django_db


def test_the_sheet_is_data_and_document_masked_and_logged(city: City, call: Any) -> None:
    case = make_case(city, "report_back")
    ReportContact.objects.update_or_create(
        case_id=case.pk, number=1, defaults={"name": "王小明", "phone": "13812345678"}
    )
    shown = {"street_operator": "138****5678", "handler": "***"}  # who calls back; who handles
    for name, reporter in shown.items():
        answer = call(name).get(f"/cases/{case.number}/sheet")
        assert answer.status_code == 200, answer.content.decode()
        text, sheet = answer.content.decode(), answer.json()
        assert "13812345678" not in text
        assert "王小明" not in text
        facts = {one["label"]: one["words"] for one in sheet["facts"]}
        assert (facts["Reporter"], facts["Number of reports"]) == (reporter, "1")
        assert [one["event"] for one in sheet["record"]] == list(range(1, case.event_count + 1))
        assert [one["state"] for one in sheet["steps"]][3:5] == ["done", "now"]
        assert sheet["after"], "the photo of the work"
        files = call(name).get(f"/cases/{case.number}/files").json()["files"]
        assert sheet["after"][0]["url"] in {one["url"] for one in files}
    document = call("handler").get(sheet["document"])
    assert document.content.startswith(b"%PDF-")
    assert document["Content-Type"] == "application/pdf"
    taken = AccessLog.objects.filter(action="cases.sheet_taken", object_id=case.number)
    posts = city.districts[0].posts
    assert list(taken.order_by("pk").values_list("user_id", flat=True)) == [
        posts[name].user_id for name in ("street_operator", "handler", "handler")
    ]  # fmt: skip


def test_a_foreign_case_has_no_sheet_and_leaves_no_trace(city: City, call: Any) -> None:
    case = make_case(city, "report_back")
    for path in ("sheet", "sheet.pdf"):
        answer = call("street_operator", 1).get(f"/cases/{case.number}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not AccessLog.objects.filter(action="cases.sheet_taken").exists()
