from __future__ import annotations

import pytest

from linli.appraisal.models import Scheme
from linli.staff.models import PostTemplate
from linli.staff.services import seed_templates


@pytest.mark.django_db
def test_a_city_whose_roles_are_seeded_has_their_schemes_at_once() -> None:
    assert not PostTemplate.objects.exists()
    seed_templates()
    assert Scheme.objects.filter(role__code="grid_worker").count() == 1
    seed_templates()
    assert Scheme.objects.filter(role__code="grid_worker").count() == 1
