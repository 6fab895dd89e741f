from django.urls import URLPattern, URLResolver, path

from linli.cockpit.views import case, counted, today, wall

app_name = "cockpit"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("counted/", counted.cases, name="counted"),
    path("counted/keep", counted.keep, name="keep"),
    path("ground/", counted.ground, name="ground"),
    path("wall/", wall.wall, name="wall"),
    path("wall/screen/", wall.screen, name="screen"),
    path("wall/cases/<int:z>/<int:x>/<int:y>.mvt", wall.tile, name="tile"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/moves/<str:move>", case.move, name="move"),
]
