from django.urls import URLPattern, URLResolver, path

from linli.files import views

app_name = "files"
urlpatterns: list[URLPattern | URLResolver] = [
    path("upload", views.upload, name="upload"),
    path("upload/<uuid:upload_id>/thumb", views.thumb, name="thumb"),
    path("upload/<uuid:upload_id>", views.discard, name="discard"),
]
