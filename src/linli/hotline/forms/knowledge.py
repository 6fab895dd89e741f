"""An article of the knowledge base, and the filter of their list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.cases.forms import RegionField
from linli.cases.queries import choosing
from linli.hotline.models import Article
from linli.hotline.rules import ArticleKind
from linli.hotline.rules.knowledge import MOST_BODY, MOST_TITLE
from linli.kernel.forms import DayField, Suggested, say_what_is_missing


class ArticleForm(forms.Form):
    """`values()` is what `services.add_article` takes."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("knowledge", "Kind"),
        choices=ArticleKind.choices,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=pgettext_lazy("knowledge", "Title"), max_length=MOST_TITLE)
    body = forms.CharField(
        label=pgettext_lazy("knowledge", "Text"),
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "As it can be read out. No names or telephone numbers of residents."
        ),
    )
    class_words = forms.CharField(
        label=pgettext_lazy("knowledge", "Class"),
        required=False,
        max_length=80,
        widget=Suggested("desk:find_classes"),
        help_text=gettext_lazy("A class, or the beginning of a code such as E01. Empty: any."),
    )
    region = RegionField(
        required=False,
        help_text=gettext_lazy(
            "Name or code of a district, street or community. Empty: everywhere."
        ),
    )
    valid_from = DayField(label=pgettext_lazy("knowledge", "Holds from"))
    last_on = DayField(
        label=pgettext_lazy("knowledge", "Last day"),
        required=False,
        help_text=gettext_lazy(
            "Empty: until further notice. A day that is over takes it out of use."
        ),
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        say_what_is_missing(self)

    @staticmethod
    def initial_of(article: Article) -> dict[str, Any]:
        """What the form of an article begins with."""
        names = ("kind", "title", "body", "valid_from", "last_on", "version")
        return {name: getattr(article, name) for name in names} | {
            "class_words": article.class_code,
            "region": article.region.code if article.region else "",
        }

    def clean_class_words(self) -> str:
        words = str(self.cleaned_data["class_words"]).strip()
        if not words:
            return ""
        code = choosing.class_code_of(words)
        if code is None:
            raise forms.ValidationError(_("Choose a class from the list, or type its code."))
        return code

    def values(self) -> dict[str, Any]:
        """What `services.add_article` takes, but for who and when."""
        cleaned = self.cleaned_data
        names = ("kind", "title", "body", "valid_from", "last_on")
        return {name: cleaned[name] for name in names} | {
            "class_code": cleaned["class_words"],
            "region_id": cleaned["region"].pk if cleaned["region"] else None,
        }


class ArticleFilter(forms.Form):
    """The filter of the list of articles."""

    q = forms.CharField(label=pgettext_lazy("hotline", "Words"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=pgettext_lazy("knowledge", "Kind"),
        required=False,
        choices=lambda: [("", gettext_lazy("all")), *ArticleKind.choices],
    )
    on = DayField(label=gettext_lazy("Holds on"), required=False)
