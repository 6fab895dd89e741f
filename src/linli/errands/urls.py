from django.urls import URLPattern, URLResolver, path, re_path

from linli.errands import views

app_name = "errands"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.errands, name="errands"),
    path("<int:errand_id>/", views.errand, name="errand"),
    path("<int:errand_id>/bar", views.bar, name="bar"),
    path("<int:errand_id>/cancel", views.cancel, name="cancel"),
    path("<int:errand_id>/retry", views.retry, name="retry"),
    re_path(r"^(?P<errand_id>[0-9]{1,18})/(?P<role>result|errors)$", views.fetch, name="fetch"),
]
