from django.urls import URLPattern, URLResolver, path

from linli.analysis.views import asking, saved, stopping

app_name = "analysis"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", asking.ask, name="ask"),
    path("cases/", asking.cases, name="cases"),
    path("cases/keep", asking.keep, name="keep"),
    path("export/<str:kind>", asking.export, name="export"),
    path("saved/", saved.saved, name="saved"),
    path("saved/new", saved.save, name="save"),
    path("saved/<int:saved_id>/", saved.open_saved, name="open"),
    path("saved/<int:saved_id>/send", saved.send, name="send"),
    path("stop/<str:token>", stopping.stop, name="stop"),
    path("saved/<int:saved_id>/remove", saved.remove, name="remove"),
]
