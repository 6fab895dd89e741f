"""Units, accounts, posts, duties and tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.console.forms.parts import (
    GrantBoxes,
    RegionField,
    UnitChoice,
    day,
    words,
)
from linli.console.queries import people
from linli.staff import queries
from linli.staff.models import DutyRole, Post, PostKind, Reach, Unit, UnitKind
from linli.territory.models import Grid


class UnitForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 100)
    short_name = words(_("Short name"), 40, required=False)
    name_en = words(_("Name in English"), 100, required=False)
    kind = forms.ChoiceField(label=pgettext_lazy("console", "Kind"), choices=UnitKind.choices)
    code = words(pgettext_lazy("console", "Code"), 40, help_text=_("Unique among all units."))
    parent = UnitChoice(label=_("Above it"), queryset=Unit.objects.none(), required=False)
    region = RegionField(required=False)
    public_phone = words(
        _("Public telephone"),
        30,
        required=False,
        help_text=_("Shown to residents: the unit's own number, never a person's."),
    )
    valid_from = day(_("Valid from"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = queries.units()


class UnitEditForm(UnitForm):
    valid_to = day(_("Valid to"), required=False, help_text=_("The first day without it."))
    is_active = forms.BooleanField(
        label=_("In use"), required=False, help_text=_("Without it nothing is dispatched there.")
    )


class AccountForm(forms.Form):
    name = words(pgettext_lazy("person", "Name"), 80)
    email = words(_("E-mail"), 254, required=False)
    phone = words(_("Telephone"), 30, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class NewAccountForm(AccountForm):
    username = words(_("User name"), 150, help_text=_("Letters, digits and @ . + - _"))
    field_order = ["name", "username"]


class PostForm(forms.Form):
    """Changing a post; `grants` carries the codes of the register."""

    title = words(_("Post title"), 60)
    grants = forms.MultipleChoiceField(label=_("Permissions"), required=False, widget=GrantBoxes())
    reach = forms.ChoiceField(
        label=_("Reach"),
        choices=Reach.choices,
        help_text=_("Which cases the post covers: a region, the grids of duty, or its unit."),
    )
    region = RegionField(
        required=False, help_text=_("Empty: the region of the unit. Code or name.")
    )
    class_codes = words(
        _("Only these classes"),
        200,
        required=False,
        help_text=_("Beginnings of class codes, such as E05 C0101. Empty: all classes."),
    )
    valid_to = day(_("Ends on"), required=False, help_text=_("The first day without it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(PostKind.choices)
        grants: Any = self.fields["grants"]
        grants.choices = [(labels[kind], pairs) for kind, pairs in people.grants_by_kind() if pairs]

    def clean_class_codes(self) -> list[str]:
        """The prefixes, parted by spaces or commas."""
        text: str = self.cleaned_data["class_codes"]
        return text.upper().replace(",", " ").replace("，", " ").replace("、", " ").split()


class NewPostForm(forms.Form):
    """Giving a post: what the role says, narrowed to a place. Permissions are edited afterwards."""

    template = forms.ModelChoiceField(label=_("Role"), queryset=queries.templates().none())
    unit = UnitChoice(label=pgettext_lazy("console", "Unit"), queryset=Unit.objects.none())
    title = words(_("Post title"), 60, required=False, help_text=_("Empty: the name of the role."))
    region = RegionField(
        required=False, help_text=_("Empty: the region of the unit. Code or name.")
    )
    valid_from = day(_("Begins on"), required=False, help_text=_("Empty: now."))
    valid_to = day(_("Ends on"), required=False, help_text=_("Empty: until somebody ends it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template: Any = self.fields["template"]
        template.queryset = queries.templates()
        unit: Any = self.fields["unit"]
        unit.queryset = queries.units()


class TemplateForm(forms.Form):
    name = words(pgettext_lazy("console", "Name"), 60)
    name_en = words(_("Name in English"), 60, required=False)
    grants = forms.MultipleChoiceField(label=_("Permissions"), required=False, widget=GrantBoxes())
    reach = forms.ChoiceField(label=_("Reach"), choices=Reach.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(PostKind.choices)
        grants: Any = self.fields["grants"]
        grants.choices = [(labels[kind], pairs) for kind, pairs in people.grants_by_kind() if pairs]


class PostChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # the plugin asks for a model
    """A post by its person."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user.name} · {obj.unit.label} · {obj.title}"


class DutyForm(forms.Form):
    post = PostChoice(
        label=_("Grid worker"),
        queryset=Post.objects.none(),
        help_text=_("Posts whose reach is “grids of duty”."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=DutyRole.choices)
    valid_from = day(_("From"), required=False, help_text=_("Empty: now."))
    valid_to = day(
        _("Until"), required=False, help_text=_("Substitutes need an end. The first day without.")
    )

    def __init__(self, *args: Any, posts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        post: Any = self.fields["post"]
        post.queryset = posts


def candidates_for(grid: Grid, chosen: str, found: Any) -> Any:
    """The posts a duty form accepts: those it offered, and the one that was sent."""
    ids = [post.pk for post in found]
    if chosen.isdigit():
        ids.append(int(chosen))
    return Post.objects.filter(pk__in=ids, reach="grids").select_related("user", "unit")


class TokenForm(forms.Form):
    name = words(
        pgettext_lazy("console", "Name"),
        80,
        help_text=_("Which system uses it, such as “12345 hotline”."),
    )
    grants = forms.MultipleChoiceField(
        label=_("Permissions"), widget=GrantBoxes(), help_text=_("At most those of the post.")
    )
    expires_on = day(_("Ends on"), required=False, help_text=_("Empty: until it is revoked."))

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(PostKind.choices)
        grants: Any = self.fields["grants"]
        grants.choices = [
            (labels[kind], own)
            for kind, pairs in people.grants_by_kind()
            if (own := [pair for pair in pairs if pair[0] in post.grants])
        ]
