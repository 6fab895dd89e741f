from django.urls import URLPattern, URLResolver, path

from linli.maps import views

app_name = "maps"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tiles/style.json", views.style, name="style"),
    path("tiles/bounds.json", views.bounds, name="bounds"),
    path("tiles/cases/<str:z>/<str:x>/<str:y>.mvt", views.cases, name="cases"),
    path("tiles/nearby/<str:z>/<str:x>/<str:y>.mvt", views.nearby, name="nearby"),
    path("tiles/<str:layer>/<str:z>/<str:x>/<str:y>.mvt", views.ground, name="ground"),
]
