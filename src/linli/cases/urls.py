from django.urls import URLPattern, URLResolver, path

from linli.cases import views

app_name = "cases"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:number>/files/<int:file_number>", views.file, name="file"),
    path("<str:number>/files/<int:file_number>/thumb", views.thumb, name="thumb"),
]
