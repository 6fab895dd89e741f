from django.urls import URLPattern, URLResolver, path

from linli.cockpit.views import case, today

app_name = "cockpit"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/moves/<str:move>", case.move, name="move"),
]
