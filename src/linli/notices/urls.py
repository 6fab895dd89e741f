from django.urls import URLPattern, URLResolver, path

from linli.notices import views

app_name = "notices"
urlpatterns: list[URLPattern | URLResolver] = [
    path("bounces", views.bounces, name="bounces"),
]
