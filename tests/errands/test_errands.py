"""Long work: asked for, done once, called off, failed in words, its files kept for a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from linli.audit.models import AccessLog
from linli.errands import queries, services
from linli.errands.models import Errand, ErrandFile
from linli.errands.rules import MOST_OPEN, MOST_STARTS, State, TooManyErrands
from linli.errands.services import running
from linli.files import services as files
from linli.files.models import LooseObject
from linli.kernel.errors import NotFound, NotYours, Stale
from linli.kernel.progress import tell
from linli.notices.models import Notice
from linli.staff.models import User
from linli.staff.services import end_post
from tests.conftest import NOW
from tests.errands import kinds  # noqa: F401  signs its kinds in
from tests.factories import make_post, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


@pytest.fixture
def asker() -> User:
    return User.objects.get(pk=make_post("cases.see", "cases.export").user_id)


def ask(user: User, kind: str = "tests.count", **asks: Any) -> Errand:
    return services.start_errand(actor=user, kind=kind, name="all cases", asks=asks, now=NOW)


def run(errand: Errand) -> Errand:
    services.run_errand(errand_id=errand.pk, clock=lambda: NOW + timedelta(minutes=1))
    return Errand.objects.get(pk=errand.pk)


def traces() -> int:
    return Notice.objects.filter(url="/trace/").count()


def test_an_errand_is_queued_done_and_told(asker: User) -> None:
    errand = ask(asker)
    assert errand.state == State.WAITING
    assert errand.post_id == asker.seats[0].post_id
    job = ProcrastinateJob.objects.get(task_name="errands.run")
    assert job.args == {"errand_id": errand.pk}
    assert job.lock == f"errands.{errand.pk % 2}"

    ended = run(errand)
    assert (ended.state, ended.outcome, ended.percent) == (State.DONE, "10 counted.", 100)
    (file,) = ended.files.all()
    assert (file.name, file.size_bytes) == ("count.csv", 8)
    with storages["default"].open(file.key) as kept:
        assert kept.read() == b"a,b\n1,2\n"
    assert not LooseObject.objects.exists(), "used and unused keys are both accounted for"
    told = Notice.objects.get(kind="tests.count.done", url=f"/errands/{errand.pk}/")
    assert told.user_id == asker.pk
    assert told.sentence.startswith("Counting")


def test_a_second_run_of_the_same_errand_does_nothing(asker: User) -> None:
    errand = ask(asker)
    first, second = run(errand), run(errand)
    assert traces() == 1
    assert second.starts == first.starts == 1
    assert ErrandFile.objects.count() == 1


def test_a_refusal_is_the_outcome_in_its_own_words_and_leaves_nothing(asker: User) -> None:
    ended = run(ask(asker, refuse=True))
    assert (ended.state, ended.outcome) == (State.FAILED, "The file has no head.")
    assert traces() == 0
    assert Notice.objects.filter(kind="tests.count.failed").count() == 1


def test_work_by_steps_leaves_what_it_did_and_says_so(asker: User) -> None:
    ended = run(ask(asker, kind="tests.steps", refuse=True))
    assert ended.state == State.FAILED
    assert traces() == 1
    errand = ask(asker, kind="tests.steps")
    Errand.objects.filter(pk=errand.pk).update(state=State.RUNNING, starts=MOST_STARTS)
    assert "从中断处继续" in run(errand).outcome
    assert run(ask(asker, kind="tests.steps")).outcome == "10 counted."


def test_a_bug_is_told_by_a_number_and_not_swallowed(asker: User) -> None:
    errand = ask(asker, bug=True)
    with pytest.raises(ZeroDivisionError):
        run(errand)
    ended = Errand.objects.get(pk=errand.pk)
    assert ended.state == State.FAILED
    assert traces() == 0
    assert "ZeroDivision" not in ended.outcome

    Errand.objects.filter(pk=errand.pk).update(asks={})
    services.retry_errand(actor=asker, errand_id=errand.pk, now=NOW)
    assert run(errand).state == State.DONE


def test_work_that_is_called_off_stops_and_leaves_nothing(
    asker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TOLD_EVERY_S", 0)
    errand = ask(asker, count=1000)

    def called_off(*args: Any) -> None:
        Errand.objects.filter(pk=errand.pk).update(cancel_asked=True)
        tell(1, 1000)

    monkeypatch.setattr("tests.errands.kinds.counted", lambda things, **_: called_off() or things)
    ended = run(errand)
    assert ended.state == State.CANCELLED
    assert traces() == 0
    assert not Notice.objects.exists(), "who called it off need not be told"


def test_a_waiting_errand_is_called_off_at_once(asker: User) -> None:
    errand = ask(asker)
    services.cancel_errand(actor=asker, errand_id=errand.pk, now=NOW)
    assert run(errand).state == State.CANCELLED
    assert traces() == 0
    with pytest.raises(Stale):
        services.cancel_errand(actor=asker, errand_id=errand.pk, now=NOW)


def test_what_was_stopped_three_times_in_the_middle_fails_with_a_sentence(asker: User) -> None:
    errand = ask(asker)
    Errand.objects.filter(pk=errand.pk).update(state=State.RUNNING, starts=MOST_STARTS)
    ended = run(errand)
    assert ended.state == State.FAILED
    assert "3" in ended.outcome
    assert traces() == 0


def test_a_post_that_ended_meanwhile_gets_nothing(asker: User) -> None:
    errand = ask(asker)
    post = asker.posts.get()
    end_post(actor=make_post("staff.posts").user, post=post, now=NOW)
    services.run_errand(errand_id=errand.pk)
    ended = Errand.objects.get(pk=errand.pk)
    assert ended.state == State.FAILED
    assert not ErrandFile.objects.exists()


def test_nobody_fills_the_queue_alone(asker: User) -> None:
    for _one in range(MOST_OPEN):
        ask(asker)
    with pytest.raises(TooManyErrands):
        ask(asker)
    with pytest.raises(NotYours):
        ask(make_user())


def test_others_see_only_what_is_shared_with_their_grant(asker: User) -> None:
    mine = ask(asker)
    admin = User.objects.get(pk=make_post("staff.units").user_id)
    theirs = ask(admin, kind="tests.shared")
    second = User.objects.get(pk=make_post("staff.units").user_id)
    assert queries.errand_for(second, theirs.pk) == theirs
    assert [row.pk for row in queries.errands_for(second, everybody=True).rows] == [theirs.pk]
    assert queries.errands_for(second).rows == []
    for stranger in (asker, make_user()):
        with pytest.raises(NotFound):
            queries.errand_for(stranger, theirs.pk)
    with pytest.raises(NotFound):
        queries.errand_for(second, mine.pk)
    with pytest.raises(NotFound):
        services.cancel_errand(actor=second, errand_id=theirs.pk, now=NOW)


def test_files_go_after_a_week_and_lost_errands_can_be_tried_again(
    asker: User, django_capture_on_commit_callbacks: Any
) -> None:
    done, lost = run(ask(asker)), ask(asker)
    ProcrastinateJob.objects.filter(args__errand_id=lost.pk).delete()
    key = done.files.get().key
    with django_capture_on_commit_callbacks(execute=True):
        services.tidy(now=NOW + timedelta(days=8))
    assert not storages["default"].exists(key)
    assert Errand.objects.get(pk=lost.pk).state == State.FAILED
    with pytest.raises(NotFound):
        queries.file_of(done, "result", now=NOW + timedelta(days=8))
    assert services.tidy(now=NOW + timedelta(days=99)) == 2, "both errands are forgotten"


# -- pages ---------------------------------------------------------------------------------------
def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_the_page_shows_the_bar_and_then_the_file(
    asker: User, django_assert_max_num_queries: Any
) -> None:
    client, errand = browser(asker), ask(asker)
    Errand.objects.filter(pk=errand.pk).update(
        state=State.RUNNING, done=1250, total=5000, says="Writing rows"
    )
    page = client.get(f"/errands/{errand.pk}/").content.decode()
    assert 'max="5000" value="1250"' in page
    assert "Writing rows" in page
    assert "1,250 / 5,000" in page
    bar = client.get(f"/errands/{errand.pk}/bar", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in bar.headers

    services.run_errand(errand_id=errand.pk)
    bar = client.get(f"/errands/{errand.pk}/bar", headers={"HX-Request": "true"})
    assert bar["HX-Refresh"] == "true"
    page = client.get(f"/errands/{errand.pk}/").content.decode()
    assert f"/errands/{errand.pk}/result" in page
    answer = client.get(f"/errands/{errand.pk}/result")
    assert b"".join(answer.streaming_content) == b"a,b\n1,2\n"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert AccessLog.objects.filter(action="errands.fetched", object_id=str(errand.pk)).count() == 1
    with django_assert_max_num_queries(12):
        assert "10 counted." in client.get("/errands/").content.decode()


def test_who_lost_the_grant_loses_the_file(asker: User) -> None:
    errand = ask(asker)
    services.run_errand(errand_id=errand.pk)
    asker.posts.update(grants=["cases.see"])
    client = browser(asker)
    assert client.get(f"/errands/{errand.pk}/").status_code == 200
    assert (
        f"/errands/{errand.pk}/result" not in client.get(f"/errands/{errand.pk}/").content.decode()
    )
    assert client.get(f"/errands/{errand.pk}/result").status_code == 404


def test_cancelling_and_trying_again_by_button(asker: User) -> None:
    client, errand = browser(asker), ask(asker)
    client.post(f"/errands/{errand.pk}/cancel")
    assert Errand.objects.get(pk=errand.pk).state == State.CANCELLED
    client.post(f"/errands/{errand.pk}/retry")
    assert Errand.objects.get(pk=errand.pk).state == State.WAITING
    assert client.post(f"/errands/{errand.pk}/retry").status_code == 302
    assert client.get("/errands/999999/").status_code == 404


def test_reserved_keys_of_a_killed_process_are_found(asker: User) -> None:
    keys = files.reserve(2, now=timezone.now())
    assert set(LooseObject.objects.values_list("key", flat=True)) == set(keys)
