from django.urls import URLPattern, URLResolver, include, path

from linli.api import views

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", views.root, name="root"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    path("v1/docs", views.docs, name="docs"),
    path("v1/", include(views.all_patterns())),
    path("", views.nothing),
    path("<path:rest>", views.nothing),
]
