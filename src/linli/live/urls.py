from django.urls import URLPattern, URLResolver, path

from linli.live import views

app_name = "live"
urlpatterns: list[URLPattern | URLResolver] = [path("events", views.events, name="events")]
