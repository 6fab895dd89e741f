"""Controls drawn without Django's templates are what those templates draw."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template
from django.utils.safestring import mark_safe

from linli.kernel.drawing import FormRenderer

NASTY = '"><script>alert(1)</script>&amp;'


@pytest.mark.parametrize(
    ("widget", "value", "attrs"),
    [
        (forms.TextInput(), "路灯不亮", {"id": "id_a", "maxlength": 40, "required": True}),
        (forms.TextInput(), NASTY, {"data-x": NASTY, "hidden": False}),
        (forms.TextInput(), None, {}),
        (forms.TextInput(), mark_safe("&amp;"), {"title": mark_safe("&lt;")}),
        (forms.NumberInput(), 1234567, {"min": 0}),
        (forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), date(2026, 3, 2), {}),
        (forms.CheckboxInput(), True, {"id": "id_b"}),
        (forms.CheckboxInput(), False, {}),
        (forms.HiddenInput(), "x y", {}),
        (forms.PasswordInput(), "not shown", {}),
        (forms.Select(choices=[("a", "A")]), "a", {}),
        (forms.Textarea(), NASTY, {"rows": 3}),
        (forms.RadioSelect(choices=[("a", "A"), ("b", "B")]), "b", {"id": "id_c"}),
    ],
)
def test_a_control_is_what_django_draws(widget: Any, value: Any, attrs: dict[str, Any]) -> None:
    ours = widget.render("name", value, attrs, renderer=FormRenderer())
    assert ours == widget.render("name", value, attrs, renderer=DjangoTemplates())
    assert "<script>" not in ours


class Sample(forms.Form):
    words = forms.CharField(label="Words", help_text="Up to 40 letters")
    kind = forms.ChoiceField(choices=[("a", "A")], required=False, widget=forms.RadioSelect)
    mine = forms.BooleanField(label='Mine & "yours"', required=False)


def drawn(form: forms.Form, name: str) -> str:
    template = Template("{% load linli %}{% field bound css='field-compact' %}")
    return template.render(Context({"bound": form[name]}))


def test_a_field_names_its_label_help_and_errors_for_screen_readers() -> None:
    html = drawn(Sample({"words": ""}), "words")
    assert html.startswith('<div class="field field-compact field-wrong">')
    assert '<label class="form-label" for="id_words">Words</label><input type="text"' in html
    assert 'aria-describedby="id_words_help id_words_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="form-hint" id="id_words_help">Up to 40 letters</p>' in html
    assert 'id="id_words_error"><svg class="icon "' in html


def test_groups_and_boxes_have_labels_of_their_own_kind() -> None:
    group, box = drawn(Sample(), "kind"), drawn(Sample(), "mine")
    assert 'role="group" aria-labelledby="id_kind_label"' in group
    assert '<span class="form-label" id="id_kind_label">Kind <span class="optional">' in group
    assert "Mine &amp; &quot;yours&quot;" in box
    assert '<label class="form-check" for="id_mine"><input type="checkbox"' in box
