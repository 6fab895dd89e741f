"""The forms of our own pages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.forms import RegionField
from linli.catalogue import queries as catalogue
from linli.kernel.forms import PlainSelect
from linli.open311.queries import exchange
from linli.open311.rules.attributes import DataType
from linli.open311.rules.kinds import Answering, ForwardState
from linli.staff import queries as staff
from linli.staff.models import ApiToken, Post, Unit

FIND_REGIONS = "console:find_regions"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
_CLASS = re.compile(r"[CE][0-9]{0,4}", re.ASCII)


class ClassesField(forms.CharField):
    """Beginnings of class codes, parted by spaces or commas."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Only these classes"))
        more.setdefault(
            "help_text",
            gettext_lazy("Beginnings of class codes, such as E05 C0101. Empty: all classes."),
        )
        super().__init__(max_length=300, required=False, **more)

    def clean(self, value: Any) -> list[str]:
        found = re.split(r"[\s,，、]+", str(super().clean(value)).upper().strip())
        for code in filter(None, found):
            if not _CLASS.fullmatch(code):
                raise forms.ValidationError(
                    _("“%(code)s” is not the beginning of a class code such as E05.")
                    % {"code": code[:20]}
                )
        return [code for code in dict.fromkeys(found) if code]


class PairsField(forms.CharField):
    """Lines of `key = value`, as a list of pairs."""

    def __init__(self, **more: Any) -> None:
        area = forms.Textarea(attrs={"rows": 4})
        super().__init__(max_length=5000, required=False, widget=area, **more)

    def clean(self, value: Any) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for line in str(super().clean(value)).splitlines():
            if not line.strip():
                continue
            key, sign, rest = (part.strip() for part in line.partition("="))
            if not (key and sign and rest) or len(key) > 60 or len(rest) > 200:
                raise forms.ValidationError(
                    _("“%(line)s” is not of the form key = value.") % {"line": line[:40]}
                )
            if key in dict(found):
                raise forms.ValidationError(_("“%(key)s” is there twice.") % {"key": key})
            found.append((key, rest))
        return found


def paired(rows: Any) -> str:
    """What `PairsField` reads, of pairs."""
    return "\n".join(f"{key} = {value}" for key, value in rows)


class SettingsForm(forms.Form):
    contact = forms.CharField(
        label=gettext_lazy("Whom programmers ask"), max_length=200, required=False
    )
    key_service = forms.CharField(
        label=gettext_lazy("How to get a key"), max_length=400, required=False,
        help_text=gettext_lazy("An address or a sentence; discovery shows it."),
    )  # fmt: skip
    is_test = forms.BooleanField(
        label=gettext_lazy("This is a test system"), required=False,
        help_text=gettext_lazy("Clients then know that nobody comes to clean up."),
    )  # fmt: skip


class JurisdictionForm(forms.Form):
    code = forms.CharField(
        label="jurisdiction_id", max_length=60,
        help_text=gettext_lazy("What clients send, such as city.example or 310109000000."),
    )  # fmt: skip
    region = RegionField(
        source=FIND_REGIONS, help_text=gettext_lazy("Reports from elsewhere are refused by name.")
    )
    class_codes = ClassesField()
    answering = forms.ChoiceField(
        label=gettext_lazy("A report is answered"), choices=Answering.choices
    )
    active = forms.BooleanField(label=pgettext_lazy("open311", "In use"), required=False)

    def clean_code(self) -> str:
        """Letters, digits, dots and hyphens."""
        code = str(self.cleaned_data["code"]).strip()
        if not _CODE.fullmatch(code):
            raise forms.ValidationError(_("Use letters, digits, dots and hyphens only."))
        return code


class AttributeForm(forms.Form):
    class_code = forms.ChoiceField(label=gettext_lazy("Class"), widget=PlainSelect)
    code = forms.CharField(
        label=pgettext_lazy("open311", "Code"), max_length=40,
        help_text=gettext_lazy("What clients send it by, such as LAMP_NUMBER."),
    )  # fmt: skip
    description = forms.CharField(label=gettext_lazy("Question"), max_length=200)
    description_en = forms.CharField(
        label=gettext_lazy("Question in English"), max_length=200, required=False
    )
    datatype = forms.ChoiceField(
        label=pgettext_lazy("open311", "Kind of answer"), choices=DataType.choices
    )
    values = PairsField(
        label=gettext_lazy("Values of a list"),
        help_text=gettext_lazy("A line each: key = name, or key = name | name in English."),
    )
    datatype_description = forms.CharField(
        label=gettext_lazy("How to answer"), max_length=200, required=False
    )
    order = forms.IntegerField(
        label=pgettext_lazy("open311", "Place"), min_value=1, max_value=99,
        help_text=gettext_lazy("1 comes first; each place once a class."),
    )  # fmt: skip
    required = forms.BooleanField(
        label=gettext_lazy("A report without it is refused"), required=False
    )
    variable = forms.BooleanField(
        label=gettext_lazy("It is asked"), required=False,
        help_text=gettext_lazy("Without it, it is only told to whoever reports."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = catalogue.current().classes(on=timezone.localdate(), public=True)
        choice: Any = self.fields["class_code"]
        choice.choices = [(one.code, f"{one.code} {one.label}") for one in every]

    def clean_code(self) -> str:
        """What may stand between the brackets of attribute[…]."""
        code = str(self.cleaned_data["code"]).strip()
        if not _CODE.fullmatch(code) or len(code) > 40:
            raise forms.ValidationError(_("Use letters, digits, dots and hyphens only."))
        return code

    def clean_values(self) -> list[list[str]]:
        """[key, name, name in English]."""
        rows = []
        for key, rest in self.cleaned_data["values"]:
            name, _bar, english = (part.strip() for part in rest.partition("|"))
            rows.append([key, name, english])
        return rows


class PostChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the plugin asks for a model
    """A post by its unit and person."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.label} · {obj.title} · {obj.user.name}"


class DestinationForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("open311", "Name"), max_length=80)
    endpoint = forms.CharField(
        label=gettext_lazy("Endpoint"), max_length=300,
        help_text=gettext_lazy("Up to v2, such as https://city.example/open311/v2"),
    )  # fmt: skip
    jurisdiction_id = forms.CharField(label="jurisdiction_id", max_length=60, required=False)
    api_key = forms.CharField(
        label=gettext_lazy("Their api_key"), max_length=400, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Kept sealed and shown to nobody. Empty: stays as it is."),
    )  # fmt: skip
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Work of the unit"), queryset=Unit.objects.none(), required=False,
        widget=PlainSelect,
        help_text=gettext_lazy("Cases go there once they are dispatched to it. Empty: all cases, "
                               "once they are filed."),
    )  # fmt: skip
    class_codes = ClassesField()
    region = RegionField(
        source=FIND_REGIONS,
        required=False,
        help_text=gettext_lazy("Empty: wherever the post sees."),
    )
    services = PairsField(
        label=gettext_lazy("Their codes"),
        help_text=gettext_lazy("A line each: our class = their service_code. Others keep ours."),
    )
    post = PostChoice(
        label=gettext_lazy("On behalf of"), queryset=Post.objects.none(), widget=PlainSelect,
        help_text=gettext_lazy("Only what this post sees is sent."),
    )  # fmt: skip
    acts = forms.BooleanField(
        label=gettext_lazy("Their answers are the unit's"), required=False,
        help_text=gettext_lazy("The post accepts a case that has arrived there, and reports back "
                               "with their words and picture once it is closed there."),
    )  # fmt: skip
    sends_words = forms.BooleanField(
        label=gettext_lazy("Send the words and the address too"), required=False,
        help_text=gettext_lazy("They may be personal: only where the agreement with the receiver "
                               "allows it. Without: class, point and deadline."),
    )  # fmt: skip
    sends_photos = forms.BooleanField(
        label=gettext_lazy("Send a picture too"), required=False,
        help_text=gettext_lazy("The report names an address at which its newest picture can be "
                               "fetched for seven days. Only where the agreement allows it."),
    )  # fmt: skip
    token = forms.CharField(
        label=gettext_lazy("Token with which they post updates"), max_length=60, required=False,
        help_text=gettext_lazy("Its beginning, linli_…; issue one for them first. Empty: they are "
                               "asked every five minutes."),
    )  # fmt: skip
    active = forms.BooleanField(label=pgettext_lazy("open311", "In use"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = staff.units().exclude(kind="centre")
        post: Any = self.fields["post"]
        now = timezone.now()
        post.queryset = (
            Post.objects.select_related("unit", "user")
            .filter(
                grants__contains=["cases.see"], reach__in=("region", "unit"), valid_from__lte=now
            )
            .exclude(valid_to__lte=now)
            .order_by("unit__path", "id")
        )

    def clean_services(self) -> dict[str, str]:
        """Our class code to theirs."""
        return {key.upper(): value for key, value in self.cleaned_data["services"]}

    def clean_token(self) -> int | None:
        """The id of the token that begins so."""
        text = str(self.cleaned_data["token"]).strip()
        if not text:
            return None
        prefix = text.removeprefix("linli_").partition("_")[0].rstrip("…")
        found = ApiToken.objects.filter(prefix=prefix, revoked_at=None).first()
        if found is None:
            raise forms.ValidationError(
                _("No token in use begins so. The page of tokens shows the beginnings.")
            )
        return int(found.pk)


class ForwardFilter(forms.Form):
    """What narrows the list of what was sent on."""

    state = forms.ChoiceField(label=pgettext_lazy("open311", "State"), required=False)
    destination = forms.ChoiceField(
        label=gettext_lazy("Destination"), required=False, widget=PlainSelect
    )
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state: Any = self.fields["state"]
        state.choices = [("", _("All")), *ForwardState.choices]
        destination: Any = self.fields["destination"]
        rows = exchange.destinations().values_list("pk", "name")
        destination.choices = [("", _("All")), *((str(pk), name) for pk, name in rows)]


class DropForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
