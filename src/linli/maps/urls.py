from django.urls import URLPattern, URLResolver, path

from linli.maps import views

app_name = "maps"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tiles/style.json", views.style, name="style"),
    path("tiles/<str:layer>/<str:z>/<str:x>/<str:y>.mvt", views.ground, name="ground"),
]
