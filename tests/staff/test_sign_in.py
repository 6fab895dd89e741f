"""Signing in: wrong passwords, idle time, first password, second factor (standards 5.6)."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from linli.audit.models import AccessLog
from linli.staff import queries, services
from linli.staff.middleware import BY_ITSELF, SEEN_AT
from linli.staff.models import User
from tests.factories import PASSWORD, make_post, make_user

pytestmark = pytest.mark.django_db
LOGIN, SESSIONS = "/account/login/", "/account/sessions/"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": username, "password": password})


def actions() -> list[str]:
    return list(AccessLog.objects.order_by("id").values_list("action", flat=True))


def test_the_right_password_opens_and_is_logged(client: Client) -> None:
    user = make_user(password=PASSWORD)
    answer = sign_in(client, user.username)
    assert (answer.status_code, answer["Location"]) == (302, "/start/")
    assert client.get(SESSIONS).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(SESSIONS).status_code == 302
    assert actions() == ["staff.signed_in", "staff.signed_out"]
    assert AccessLog.objects.filter(user_id=user.pk, address="").count() == 0


def test_five_wrong_passwords_lock_for_thirty_minutes_and_the_page_says_until_when(
    client: Client,
) -> None:
    user, other = make_user(password=PASSWORD), make_user(password=PASSWORD)
    for _try in range(4):
        assert sign_in(client, user.username, "wrong").status_code == 200
    locked = sign_in(client, user.username, "wrong")
    assert locked.status_code == 429
    until = locked.context["until"]
    assert timedelta(minutes=29) < until - timezone.now() <= timedelta(minutes=30)
    assert timezone.localtime(until).strftime("%H:%M") in locked.content.decode()
    again = sign_in(Client(), user.username)
    assert again.status_code == 429, "the right password does not open it either"
    assert again.context["until"] == until, "trying again does not make it longer"
    assert sign_in(Client(), other.username).status_code == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert sign_in(Client(), user.username).status_code == 302


def test_what_was_typed_as_an_unknown_user_name_is_not_kept(client: Client) -> None:
    sign_in(client, "my-secret-password-typed-here")
    (entry,) = AccessLog.objects.all()
    assert (entry.action, entry.object_id, entry.detail) == ("staff.sign_in_failed", "", {})


def test_a_security_administrator_unlocks(client: Client) -> None:
    user = make_user(password=PASSWORD)
    for _try in range(5):
        sign_in(client, user.username, "wrong")
    services.unlock_account(actor=make_post("staff.sessions").user, user=user, now=timezone.now())
    assert sign_in(client, user.username).status_code == 302


def test_an_idle_session_ends_and_leads_back_here_after_signing_in(
    client: Client, settings: Any
) -> None:
    user = make_user(password=PASSWORD)
    sign_in(client, user.username)
    assert client.get(SESSIONS).status_code == 200

    def last_seen(minutes_ago: int) -> None:
        session = client.session
        session[SEEN_AT] = int(timezone.now().timestamp()) - minutes_ago * 60
        session.save()

    last_seen(settings.IDLE_MINUTES - 1)
    client.get(SESSIONS, headers={BY_ITSELF: "1"})
    assert client.session[SEEN_AT] < timezone.now().timestamp() - 60, "no sign of a person"
    assert client.get(SESSIONS).status_code == 200
    assert client.session[SEEN_AT] > timezone.now().timestamp() - 60
    last_seen(settings.IDLE_MINUTES + 1)
    answer = client.get(SESSIONS)
    assert answer["Location"] == f"{LOGIN}?next={SESSIONS}"
    assert actions()[-1] == "staff.idled_out"
    assert "_auth_user_id" not in client.session


def test_a_first_password_must_be_changed_before_anything_else(client: Client) -> None:
    user, password = services.open_account(
        actor=queries.system_actor(), username="xiaowang", name="小王", now=timezone.now()
    )
    sign_in(client, user.username, password)
    change = reverse("account_change_password")
    assert client.get("/start/")["Location"] == change
    form = {"oldpassword": password, "password1": "short", "password2": "short"}
    assert client.post(change, form).status_code == 200
    form |= {"password1": password, "password2": password}
    assert client.post(change, form).status_code == 200, "the same one again is refused"
    form |= {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(change, form).status_code == 302
    assert client.get("/start/")["Location"] != change
    user.refresh_from_db()
    assert not user.must_change_password
    assert "staff.password_changed" in actions()


def test_none_of_the_last_five_passwords_is_used_again() -> None:
    user = make_user()
    words = [f"Passphrase-number-{number}" for number in range(6)]
    for word in words:
        services.change_password(user=user, password=word, now=timezone.now())
    validate_password(words[0], user)
    for word in words[1:]:
        with pytest.raises(ValidationError) as refused:
            validate_password(word, user)
        assert [error.code for error in refused.value.error_list] == ["password_used"]


@pytest.mark.parametrize("password", ["alllowercase", "lower12345678", "UPPER12345678"])
def test_a_password_needs_three_kinds_of_characters(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "password_kinds" in [error.code for error in refused.value.error_list]


def test_an_administrator_sets_up_a_second_factor_first_and_keeps_it(client: Client) -> None:
    user = make_user(password=PASSWORD)
    make_post("staff.accounts", user=user, valid_from=timezone.now() - timedelta(days=1))
    sign_in(client, user.username)
    activate = reverse("mfa_activate_totp")
    assert client.get("/start/")["Location"] == activate
    confirm = client.get(activate)["Location"]
    assert confirm.startswith(reverse("account_reauthenticate"))
    assert client.post(confirm, {"password": PASSWORD})["Location"] == activate
    page = client.get(activate)
    assert page.status_code == 200
    secret = page.context["form"].secret
    counter = next(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value(secret, counter))
    assert client.post(activate, {"code": code}).status_code == 302
    assert client.get("/start/")["Location"] != activate
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data), "sealed at rest"
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(pk=kept.pk).exists()
    answer = sign_in(Client(), user.username)
    assert answer["Location"].startswith(reverse("mfa_authenticate"))


def test_nobody_signs_up_and_nobody_signs_in_as_the_system(client: Client) -> None:
    system = queries.system_actor()
    assert sign_in(client, system.username, "!").status_code == 200
    count = User.objects.count()
    form = {"username": "intruder", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), form)
    assert User.objects.count() == count


def test_a_closed_account_is_out_at_once(client: Client) -> None:
    user = make_user(password=PASSWORD)
    sign_in(client, user.username)
    client.get(SESSIONS)
    services.close_account(actor=queries.system_actor(), user=user, now=timezone.now())
    assert client.get(SESSIONS).status_code == 302
    assert sign_in(Client(), user.username)["Location"] != "/start/"


def test_sessions_are_seen_and_ended_by_their_owner_and_the_security_administrator() -> None:
    user, laptop, phone = make_user(password=PASSWORD), Client(), Client()
    for browser in (laptop, phone):
        sign_in(browser, user.username)
    security = make_post("staff.sessions", valid_from=timezone.now() - timedelta(days=1)).user
    newest, oldest = queries.sessions_of(security, user)
    services.end_session(actor=security, session_id=oldest.id, now=timezone.now())
    assert laptop.get(SESSIONS).status_code == 302
    assert phone.get(SESSIONS).status_code == 200
    assert [session.id for session in queries.sessions_of(user, user)] == [newest.id]


def test_create_admin_makes_three_separated_administrators(capsys: Any, client: Client) -> None:
    call_command("create_admin")
    lines = capsys.readouterr().out.splitlines()
    logins = dict(line.split() for line in lines[:3])
    kinds = [User.objects.get(username=username).admin_kind for username in logins]
    assert kinds == ["system", "security", "audit"]
    assert sign_in(client, "sysadmin", logins["sysadmin"])["Location"] == "/start/"


# -- age of passwords, and language --------------------------------------------------------------
def test_a_password_older_than_ninety_days_is_changed_before_anything_else(
    client: Client, settings: Any
) -> None:
    now = timezone.now()
    user = make_user(password=PASSWORD, password_changed_at=now - timedelta(days=91))
    make_post("cases.see", user=user, valid_from=now - timedelta(days=1))
    sign_in(client, user.username)
    answer = client.get("/start/")
    assert answer["Location"] == reverse("account_change_password")
    assert "90" in client.get(answer["Location"]).content.decode()
    client.post(
        answer["Location"],
        {"oldpassword": PASSWORD, "password1": "Quite-New-2027", "password2": "Quite-New-2027"},
    )
    assert client.get("/start/")["Location"] != reverse("account_change_password")
    user.refresh_from_db()
    assert not user.password_is_due(now)

    settings.PASSWORD_DAYS = 0
    user.password_changed_at = now - timedelta(days=4000)
    assert not user.password_is_due(now)


def test_a_password_of_ninety_days_is_young_enough() -> None:
    now = timezone.now()
    assert not make_user(password_changed_at=now - timedelta(days=90)).password_is_due(now)
    assert make_user(password_changed_at=now, must_change_password=True).password_is_due(now)


@pytest.mark.parametrize(
    ("language", "lang"), [("en", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant")]
)
def test_pages_speak_the_language_of_the_account_whatever_the_browser_asks_for(
    client: Client, language: str, lang: str
) -> None:
    user = make_user(password=PASSWORD, language=language)
    sign_in(client, user.username)
    for asked in ("en", "zh-CN"):
        page = client.get("/account/sessions/", headers={"accept-language": asked})
        assert f'<html lang="{lang}"' in page.content.decode()


def test_the_language_chosen_at_the_head_of_a_page_stays_with_the_account(client: Client) -> None:
    user = make_user(password=PASSWORD)
    sign_in(client, user.username)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    other = Client()
    sign_in(other, user.username)
    assert '<html lang="en"' in other.get("/account/sessions/").content.decode()
    client.post(reverse("set_language"), {"language": "xx", "next": "/"})
    user.refresh_from_db()
    assert user.language == "en"


def test_a_stranger_chooses_a_language_for_the_browser_alone(client: Client) -> None:
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert answer.status_code == 302
    assert client.cookies["django_language"].value == "en"
