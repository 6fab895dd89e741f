from django.urls import URLPattern, URLResolver, path

from linli.bulletins.views import bulletins, ranking, templates

app_name = "bulletins"
urlpatterns: list[URLPattern | URLResolver] = [
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/monthly/", bulletins.new_monthly, name="new_monthly"),
    path("bulletins/special/", bulletins.new_special, name="new_special"),
    path("bulletins/<int:bulletin_id>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<int:bulletin_id>/text/", bulletins.text, name="text"),
    path("bulletins/<int:bulletin_id>/files", bulletins.make_files, name="make_files"),
    path("bulletins/<int:bulletin_id>/files/<int:made_id>.docx", bulletins.word, name="word"),
    path("bulletins/<int:bulletin_id>/files/<int:made_id>.pdf", bulletins.pdf, name="pdf"),
    path("bulletins/templates/", templates.templates, name="templates"),
    path("bulletins/templates/first/<str:bulletin_kind>.docx", templates.first, name="first"),
    path("bulletins/templates/<int:template_id>.docx", templates.template, name="template"),
    path("bulletins/templates/<int:template_id>/retire", templates.retire, name="retire"),
    path("ranking/", ranking.rankings, name="rankings"),
    path("ranking/<int:bulletin_id>/", ranking.ranking, name="ranking"),
]
