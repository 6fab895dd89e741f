"""The case sheet as a document (standards §5.3)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from linli.audit.models import AccessLog
from linli.cases.models import CaseFile, ReportContact
from linli.files.services import storage
from linli.kernel import paper
from tests.cases.city import City
from tests.conftest import NOW
from tests.desk.conftest import Seated
from tests.desk.lives import make_case

pytestmark = pytest.mark.django_db


def test_the_case_sheet_is_a_document_with_the_photos_of_both_sides(
    city: City, at_desk: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reporter is masked; who took it is in the log."""
    case = make_case(city, "report_back")
    ReportContact.objects.update_or_create(
        case_id=case.pk, number=1, defaults={"name": "王小明", "phone": "13812345678"}
    )
    image = BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(image, "PNG")
    shots = [(purpose, f"shots/{uuid4()}") for purpose in ("report", "after", "check")]
    for number, (purpose, key) in enumerate(shots, 90):
        CaseFile.objects.create(
            case_id=case.pk, number=number, event_number=1, purpose=purpose, kind="photo",
            mime="image/jpeg", name="1.jpg", size_bytes=1, sha256="", key=key, added_at=NOW,
        )  # fmt: skip
        if purpose != "check":  # that one is lost
            image.seek(0)
            storage.put(key, image)
    set_by: list[tuple[dict[str, Any], dict[str, bytes]]] = []
    real = paper.pdf

    def pdf(source: Path, data: Any, pictures: Any) -> bytes:
        set_by.append((data, pictures))
        return real(source, data, pictures)

    monkeypatch.setattr(paper, "pdf", pdf)
    user = city.districts[0].user("street_operator")
    answer = at_desk(user).get(f"/desk/cases/{case.number}/sheet.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert f'filename="Case sheet-{case.number}.pdf"' in answer["Content-Disposition"]
    [(data, pictures)] = set_by
    sides = [[one["name"] for one in side["photos"]] for side in data["sides"]]
    assert sides == [["photo-90.jpg"], [*sides[1][:-2], "photo-91.jpg", ""]]
    assert Image.open(BytesIO(pictures["photo-90.jpg"])).size == (1000, 563)
    assert "13812345678" not in str(data)
    assert "王小明" not in str(data)
    assert dict(data["facts"])["Reporter"] == "138****5678"
    assert len(data["record"]["rows"]) == case.event_count
    assert dict(data["facts"])["What was reported"] == case.description
    assert case.description not in str(data["record"])
    taken = AccessLog.objects.get(action="cases.sheet_taken")
    assert (taken.user_id, taken.object_id) == (user.pk, case.number)
