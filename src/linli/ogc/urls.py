from django.urls import URLPattern, URLResolver, path

from linli.ogc.views import about, items

app_name = "ogc"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", about.landing, name="landing"),
    path("conformance", about.conformance, name="conformance"),
    path("api", about.api, name="api"),
    path("collections", about.collections, name="collections"),
    path("collections/<str:collection>", about.collection, name="collection"),
    path("collections/<str:collection>/items", items.items, name="items"),
    path("collections/<str:collection>/items/<str:feature>", items.item, name="item"),
    path("<path:rest>", about.nothing),
]
