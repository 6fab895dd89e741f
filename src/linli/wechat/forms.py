"""The forms of the administrator's pages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.forms.regions import RegionField
from linli.wechat.models import API
from linli.wechat.rules.kinds import Mode
from linli.wechat.rules.wording import GAPS

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9_-]{4,64}", re.ASCII)
_NEW = gettext_lazy("Sealed when it is saved, and never shown again.")
_KEEPS = gettext_lazy("Never shown again. Left empty, the one there is stays.")


def _secret(label: Any) -> forms.CharField:
    box = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(
        label=label, max_length=100, required=False, widget=box, help_text=_KEEPS
    )


class AccountForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("wechat", "Name"), max_length=60)
    code = forms.CharField(
        label=gettext_lazy("Code in the address"), max_length=40,
        help_text=gettext_lazy("Small letters, digits and hyphens, such as city-centre."),
    )  # fmt: skip
    region = RegionField(
        source="console:find_regions",
        help_text=gettext_lazy("Its centre takes reports in that name no point on the map."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    app_id = forms.CharField(label="AppID", max_length=64)
    app_secret = _secret("AppSecret")
    mode = forms.ChoiceField(label=gettext_lazy("Messages come"), choices=Mode.choices)
    token = _secret("Token")
    aes_key = _secret("EncodingAESKey")
    original_id = forms.CharField(
        label=gettext_lazy("Original ID"), max_length=64, required=False,
        help_text=gettext_lazy("Begins with gh_. Given, messages for other accounts are refused."),
    )  # fmt: skip
    api_base = forms.CharField(
        label=gettext_lazy("WeChat's interface"), max_length=200, initial=API,
        help_text=gettext_lazy("Another address only where calls go through a gateway."),
    )  # fmt: skip
    active = forms.BooleanField(label=pgettext_lazy("wechat", "In use"), required=False)

    def __init__(self, *args: Any, new: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("app_secret", "token", "aes_key") if new else ():
            self.fields[name].help_text = _NEW
            self.fields[name].required = name != "aes_key"  # the plain mode has none

    def clean_code(self) -> str:
        return self._matched("code", _CODE, _("Use small letters, digits and hyphens only."))

    def clean_app_id(self) -> str:
        return self._matched("app_id", _PLAIN, _("An AppID has letters and digits only."))

    def clean_token(self) -> str:
        return self._matched("token", _TOKEN, _("A token has 3 to 32 letters and digits."))

    def clean_aes_key(self) -> str:
        return str(self.cleaned_data["aes_key"]).strip()

    def clean_app_secret(self) -> str:
        words = _("An AppSecret has letters and digits only.")
        return self._matched("app_secret", _PLAIN, words)

    def clean_original_id(self) -> str:
        return self._matched("original_id", _PLAIN, _("An original ID begins with gh_."))

    def _matched(self, name: str, pattern: re.Pattern[str], words: str) -> str:
        value = str(self.cleaned_data[name]).strip()
        if value and not pattern.fullmatch(value):
            raise forms.ValidationError(words)
        return value


class TemplateForm(forms.Form):
    template_id = forms.CharField(
        label=gettext_lazy("Template ID"), max_length=80, required=False,
        help_text=gettext_lazy("Empty: no template; it is said in the talk for 48 hours."),
    )  # fmt: skip
    fields_text = forms.CharField(
        label=gettext_lazy("Fields"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "A line each, as the template names them: character_string1 = {number}. Facts: %s."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        box = self.fields["fields_text"]
        box.help_text = str(box.help_text) % " ".join(f"{{{gap}}}" for gap in GAPS)

    def clean_template_id(self) -> str:
        value = str(self.cleaned_data["template_id"]).strip()
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{10,80}", value, re.ASCII):
            raise forms.ValidationError(_("A template ID has letters, digits, _ and - only."))
        return value

    def clean_fields_text(self) -> list[tuple[str, str]]:
        """Lines of `field = text`."""
        found: list[tuple[str, str]] = []
        for line in str(self.cleaned_data["fields_text"]).splitlines():
            if not line.strip():
                continue
            key, sign, text = (part.strip() for part in line.partition("="))
            if not (key and sign and text):
                raise forms.ValidationError(
                    _("“%(line)s” is not of the form field = text.") % {"line": line[:40]}
                )
            found.append((key, text))
        return found
