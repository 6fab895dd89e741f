"""The pages on which accounts are set up; their secrets go in and never come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from linli.audit.models import AccessLog
from linli.wechat.models import AccessToken, Account, Template
from tests.cases.city import City
from tests.conftest import NOW
from tests.factories import make_post
from tests.wechat.server import APP_ID, KEY, OTHER_KEY, SECRET, TOKEN, Interface, WeChat, message

pytestmark = pytest.mark.django_db
PAGES = "/exchange/wechat/"


@pytest.fixture
def clerk(city: City, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A system administrator who has signed in with a second factor."""
    from linli.staff import middleware

    monkeypatch.setattr(middleware, "_has_second_factor", lambda *_given: True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_post("wechat.settings", unit=city.centre).user)
    return client


def form(city: City, **given: Any) -> dict[str, Any]:
    values = {
        "name": "邻里", "code": "city", "region": city.districts[0].region.code,
        "language": "zh-hans", "app_id": APP_ID, "app_secret": SECRET, "mode": "safe",
        "token": TOKEN, "aes_key": KEY, "api_base": "https://api.weixin.qq.com", "active": "on",
    }  # fmt: skip
    return values | given


def test_an_account_is_added_and_its_secrets_are_never_shown(
    clerk: Client, city: City, client: Client
) -> None:
    assert clerk.post(PAGES + "add", form(city)).status_code == 302
    row = Account.objects.get()
    assert (row.token, row.aes_key, row.app_secret) == (TOKEN, KEY, SECRET)
    pages = [clerk.get(PAGES), clerk.get(f"{PAGES}{row.pk}/")]
    pages.append(clerk.post(f"{PAGES}{row.pk}/", form(city, code="No!")))
    assert [page.status_code for page in pages] == [200, 200, 422]
    for page in pages:
        for secret in (TOKEN, KEY, SECRET):
            assert secret not in page.content.decode()
    assert "http://testserver/wechat/city/" in pages[1].content.decode()
    # Left empty, they stay; the log says which were changed and nothing else.
    kept = form(city, name="Other", token="", aes_key="", app_secret="")
    assert clerk.post(f"{PAGES}{row.pk}/", kept).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.token, row.aes_key, row.app_secret) == ("Other", TOKEN, KEY, SECRET)
    logged = AccessLog.objects.filter(action="wechat.changed").order_by("pk")
    details = list(logged.values_list("detail", flat=True))
    assert [one["secrets"] for one in details] == [["token", "aes_key", "app_secret"], []]
    # What was set serves at once.
    wechat = WeChat(client, "/wechat/city/")
    assert "紧急" in wechat.says("帮助")
    assert clerk.post(f"{PAGES}{row.pk}/", form(city, aes_key=OTHER_KEY)).status_code == 302
    assert "紧急" in wechat.says("帮助")  # sealed with the key before, within the hour
    row.refresh_from_db()
    assert row.old_until == NOW + timedelta(hours=1)
    clerk.post(f"{PAGES}{row.pk}/", form(city, active=""))
    assert wechat.hand_over(message(Content="帮助")).status_code == 404


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"token": ""}, "This field is required"),
        ({"aes_key": ""}, "aes_key is missing"),
        ({"app_secret": ""}, "This field is required"),
        ({"aes_key": "short"}, "43 letters"),
        ({"token": "a b"}, "3 to 32"),
        ({"code": "City!"}, "hyphens only"),
        ({"region": "nowhere"}, "code of a region"),
        ({"api_base": "http://10.0.0.1/"}, "private address"),
        ({"api_base": "ftp://x"}, "https://"),
        ({"app_id": "<b>"}, "letters and digits"),
        ({"code": "taken"}, "has it already"),
    ],
)
def test_what_cannot_serve_is_refused_by_name(
    clerk: Client, city: City, account: Account, given: dict[str, str], says: str
) -> None:
    Account.objects.update(code="taken")
    answer = clerk.post(PAGES + "add", form(city, **given))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Account.objects.count() == 1


def test_the_plain_mode_needs_no_key(clerk: Client, city: City) -> None:
    assert clerk.post(PAGES + "add", form(city, mode="plain", aes_key="")).status_code == 302


def test_templates_are_set_changed_and_removed(clerk: Client, city: City, account: Account) -> None:
    page = f"{PAGES}{account.pk}/solved/"
    good = {"template_id": "p3Yt0bAq9d-XkZ", "fields_text": "thing1.DATA = {status}\nphrase2 = 好"}
    assert clerk.post(page, good).status_code == 302
    row = Template.objects.get()
    assert row.fields == [["thing1", "{status}"], ["phrase2", "好"]]
    assert "thing1 = {status}" in clerk.get(page).content.decode()
    for bad, says in (
        ({"fields_text": "thing1"}, "not of the form"),
        ({"fields_text": "thing1 = {phone}"}, "{phone}"),
        ({"fields_text": ""}, "at least one field"),
        ({"template_id": "<script>"}, "letters, digits"),
    ):
        answer = clerk.post(page, good | bad)
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert clerk.get(f"{PAGES}{account.pk}/nothing/").status_code == 404
    assert clerk.post(page, {"template_id": "", "fields_text": ""}).status_code == 302
    assert not Template.objects.exists()


def test_appid_and_secret_are_tried_at_once(
    clerk: Client, city: City, reachable: Account, interface: Interface
) -> None:
    page = f"{PAGES}{reachable.pk}/"
    answer = clerk.post(page + "try", follow=True)
    assert "WeChat answers" in answer.content.decode()
    Account.objects.update(app_secret="wrong000")
    AccessToken.objects.all().delete()
    answer = clerk.post(page + "try", follow=True)
    assert "40125" in answer.content.decode()
    interface.down = True
    assert "503" in clerk.post(page + "try", follow=True).content.decode()


def test_only_the_system_administrator_sees_accounts(city: City, account: Account) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(city.user("chief"))
    for path in (PAGES, f"{PAGES}{account.pk}/", PAGES + "add"):
        assert client.get(path).status_code == 403
