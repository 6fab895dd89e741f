"""The addresses that the events process writes into what it draws: where numbers of boards lead.

The process answers none of them. All addresses of the site would bring all its views into memory,
some twenty megabytes that nobody there uses; a test holds that both say the same.
"""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("cockpit/", include("linli.cockpit.urls")),
    path("desk/", include("linli.desk.urls")),
    path("evaluation/", include("linli.evaluation.urls")),
]
