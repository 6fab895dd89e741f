from django.urls import URLPattern, URLResolver, path

from linli.marks import views

app_name = "marks"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.marks, name="marks"),
    path("new/", views.add, name="add"),
    path("summary/", views.summary, name="summary"),
    path("<int:mark_id>/", views.mark, name="mark"),
    path("<int:mark_id>/remove", views.remove, name="remove"),
]
