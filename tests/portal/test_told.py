"""What residents are told without asking, and what they see again of what they sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from linli.cases import services
from linli.cases.models import CaseFile
from linli.cases.rules.inputs import Contact
from linli.notices.models import Message
from linli.notices.rules import letter
from tests.cases.city import City
from tests.files import makers
from tests.portal.conftest import send, today
from tests.portal.test_journey import case_of, status_of, work

REACHED = {"phone": "13800001234", "email": "wang@example.org"}


@pytest.fixture(autouse=True)
def doors(settings: Any, tmp_path: Path) -> None:
    settings.PUBLIC_ORIGIN = "https://city.example"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }


def kinds() -> list[tuple[str, str]]:
    return [(m.kind, m.channel) for m in Message.objects.order_by("id")]


def ask(city: City, number: str) -> None:
    services.perform(
        "ask_reporter",
        case_id=case_of(number).pk,
        actor=city.districts[0].user("street_operator"),
        now=today(),
        opinion="哪一栋楼？",
    )


def test_a_report_with_an_address_is_answered_by_letter_and_text(city: City, web: Client) -> None:
    number, secret = send(web, city, **REACHED)
    assert kinds() == [("cases.received", "sms"), ("cases.received", "email")]
    message = Message.objects.latest("id")
    words = letter(message.kind, message.channel, message.params)
    assert f"https://city.example/r/{number}/{secret}/" in words.body
    assert message.language == "en"
    assert web.get(f"/r/{number}/{secret}/").status_code == 200


def test_who_left_no_address_is_not_written_to(city: City, web: Client) -> None:
    number, _secret = send(web, city)
    work(city, number, "close")
    assert kinds() == []


def test_without_an_address_of_the_site_nobody_is_written_to(
    city: City, web: Client, settings: Any
) -> None:
    settings.PUBLIC_ORIGIN = ""
    number, _secret = send(web, city, **REACHED)
    work(city, number, "close")
    assert kinds() == []


def test_a_telephone_on_a_wall_gets_no_text_and_breaks_nothing(city: City, web: Client) -> None:
    number, _secret = send(web, city, phone="021-63210000")
    work(city, number, "close")
    assert kinds() == []


def test_question_and_closing_are_written_and_the_text_leaves_out_what_was_said(
    city: City, web: Client
) -> None:
    number, secret = send(web, city, **REACHED)
    ask(city, number)
    question = Message.objects.filter(kind="cases.asked")
    text, mail = (letter(m.kind, m.channel, m.params).body for m in question.order_by("id"))
    assert "哪一栋楼？" in mail
    assert "哪一栋楼？" not in text
    web.post(f"/r/{number}/{secret}/answer", {"words": "三号楼"})
    work(city, number, "close")
    web.post(f"/r/{number}/{secret}/dispute", {"words": "还在那里"})
    told = [kind for kind, channel in kinds() if channel == "sms"]
    assert told == ["cases.received", "cases.asked", "cases.solved", "cases.open_again"]


def test_everybody_who_joined_is_told_with_a_link_of_their_own(city: City, web: Client) -> None:
    number, _secret = send(web, city, **REACHED)
    joined = services.add_report(
        case_id=case_of(number).pk,
        description="我也看到了",
        now=today(),
        channel="portal",
        contact=Contact("", "13900001234", ""),
    )
    Message.objects.all().delete()
    work(city, number, "close")
    links = {str(m.params["link"]) for m in Message.objects.all()}
    assert len(links) == 2
    assert f"https://city.example/r/{number}/{joined.secret}/" in links


def test_photos_of_an_answer_are_shown_to_their_sender_and_to_nobody_else(
    city: City, web: Client
) -> None:
    number, secret = send(web, city)
    other = services.add_report(
        case_id=case_of(number).pk, description="我也看到了", now=today(), channel="portal"
    )
    ask(city, number)
    file = SimpleUploadedFile("p.jpg", makers.photo())
    given = {"words": "在三号楼东侧", "photos_file": file}
    assert web.post(f"/r/{number}/{secret}/answer", given).status_code == 302
    row = CaseFile.objects.get(case_id=case_of(number).pk)
    mine = f"/r/{number}/{secret}/files/{row.case_id}/{row.number}/thumb"
    page = web.get(f"/r/{number}/{secret}/").content.decode()
    assert mine in page
    assert "在三号楼东侧" in page
    assert status_of(web, mine) == 200
    theirs = web.get(f"/r/{number}/{other.secret}/").content.decode()
    assert "在三号楼东侧" not in theirs
    assert f"/files/{row.case_id}/{row.number}" not in theirs
    assert status_of(web, mine.replace(secret, other.secret)) == 404


def test_photos_of_a_dispute_are_shown_to_their_sender(city: City, web: Client) -> None:
    number, secret = send(web, city)
    work(city, number, "close")
    file = SimpleUploadedFile("p.jpg", makers.photo())
    given = {"words": "还在那里", "photos_file": file}
    assert web.post(f"/r/{number}/{secret}/dispute", given).status_code == 302
    row = CaseFile.objects.filter(case_id=case_of(number).pk).latest("number")
    page = web.get(f"/r/{number}/{secret}/").content.decode()
    assert f"/r/{number}/{secret}/files/{row.case_id}/{row.number}/thumb" in page
