from django.urls import URLPattern, URLResolver, path

from linli.kernel import kit, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("areas/", kit.areas, name="areas"),
    path("kit/", kit.kit, name="kit"),
]
