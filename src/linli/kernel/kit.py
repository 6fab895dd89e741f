"""The living style guide at /kit/: every component with made-up values."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.kernel.navigation import Navigation, granted

BASES = {
    "desk": "staff_base.html",
    "public": "public_base.html",
    "phone": "phone_base.html",
    "wall": "wall_base.html",
}


class SampleForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), help_text=gettext_lazy("In a few words."))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", "–"), ("1", "暴露垃圾"), ("2", "井盖缺失")]
    )
    urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        widget=forms.RadioSelect,
        choices=[("phone", "12345"), ("wechat", "微信"), ("grid", "网格员")],
    )
    words = forms.CharField(
        label=gettext_lazy("Description"), widget=forms.Textarea, required=False
    )


def kit(request: HttpRequest) -> HttpResponse:
    """Every component of the kit on the base that `?base=` names. Staff only, unless DEBUG."""
    if not (settings.DEBUG or request.user.is_authenticated):
        return redirect_to_login(request.get_full_path())
    base = request.GET.get("base", "desk")
    context = {"base": BASES.get(base, BASES["desk"]), "bases": list(BASES), **_samples(request)}
    return render(request, "kernel/kit.html", context)


def areas(request: HttpRequest) -> HttpResponse:
    """The areas of work alone, with fresh badges, as the page at `?at=` shows them."""
    here = request.GET.get("at", "/")
    context = {"navigation": Navigation(granted(request), here), "here": here}
    return render(request, "kit/areas.html", context)


def _samples(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    wrong = SampleForm({"title": "", "kind": "1", "channel": "grid"})
    wrong.add_error(None, _("A case without class, grid and point is not filed."))
    names = ("问题上报", "案卷建立", "任务指派", "调查落实", "处理反馈", "结案归档", "跟踪评价")
    steps = [
        {
            "label": name,
            "state": "done" if at < 3 else "now" if at == 3 else "todo",
            "who": ("张兰", "受理员 王敏", "派遣员 李强", "市政养护一队")[at] if at < 4 else "",
            "at": now - timedelta(hours=9 - 2 * at) if at < 4 else None,
        }
        for at, name in enumerate(names)
    ]
    before = {"url": _picture("#c9d3d6", "M10 90 60 40 95 75 125 55 150 90z"), "at": now}
    after = {"url": _picture("#e3ecee", "M10 90 150 90 150 84 10 84z"), "at": now}
    photos = [{"thumb_url": p["url"], "url": p["url"], "alt": ""} for p in (before, after)]
    story = [
        {
            "icon": "message-report",
            "title": "上报",
            "who": "张兰",
            "post": "居民",
            "at": now - timedelta(hours=9),
            "text": "路口的井盖翘起来了，晚上很危险。",
            "photos": photos[:1],
        },
        {
            "icon": "clipboard-check",
            "title": "立案",
            "who": "王敏",
            "post": "受理员",
            "at": now - timedelta(hours=7),
            "details": [{"label": "类别", "value": "部件 · 污水井盖"}],
        },
        {
            "icon": "clock",
            "title": "时限已设定",
            "who": "",
            "post": "",
            "at": now - timedelta(hours=7),
            "quiet": True,
        },
        {
            "icon": "tool",
            "title": "反馈",
            "who": "市政养护一队",
            "post": "处置单位",
            "at": now - timedelta(minutes=20),
            "text": "已更换。",
            "before": before,
            "after": after,
        },
    ]
    rows = [
        {
            "number": f"2611-0{at}371-{at}",
            "place": "解放路与人民街交叉口东北角，" * at,
            "kind": "污水井盖",
            "stage": "处置中",
            "due": now + timedelta(hours=6 - 4 * at, minutes=7),
            "light": light,
        }
        for at, light in enumerate(("green", "yellow", "red"), start=1)
    ]
    return {
        "form": SampleForm(),
        "wrong": wrong,
        "steps": steps,
        "story": story,
        "before": before,
        "after": after,
        "photos": photos,
        "rows": rows,
        "soon": now + timedelta(hours=2, minutes=5),
        "late": now - timedelta(hours=3, minutes=10),
        "span": timedelta(days=2, hours=5, minutes=9),
        "earlier": now - timedelta(minutes=5),
        "purposes": [("callback", _("Call back about this case"))],
        "tabs": [
            {"label": "待派遣", "url": "?", "count": 12, "current": True},
            {"label": "处置中", "url": "?x=1", "count": 148, "current": False},
            {"label": "待核查", "url": "?x=2", "count": 0, "current": False},
        ],
        "saved": [{"label": "我的超期", "url": "?", "current": True}],
    }


def _picture(ground: str, shape: str) -> str:
    """A made-up picture as a data URL."""
    body = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 160 120'>"
        f"<rect width='160' height='120' fill='{ground}'/><path d='{shape}' fill='#7c8d93'/></svg>"
    )
    return "data:image/svg+xml," + body.replace("#", "%23").replace("<", "%3C").replace(">", "%3E")
