from django.urls import URLPattern, URLResolver, path

from linli.portal.views import cards, follow, grids, labels, nearby, pages, report

app_name = "portal"
_LINK = "r/<str:number>/<str:secret>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("privacy/", pages.privacy, name="privacy"),
    path("help/", pages.help_page, name="help"),
    path("report/", report.report, name="report"),
    path("report/places", report.places, name="places"),
    path("report/where", report.where, name="where"),
    path("report/similar", report.similar, name="similar"),
    path("report/components", report.components_near, name="components_near"),
    path("c/<str:code>/", labels.label, name="label"),
    path("report/suggested", report.suggested, name="suggested"),
    path("report/classes", report.classes, name="classes"),
    path("follow/", follow.find, name="find"),
    path(_LINK, follow.follow, name="follow"),
    path(_LINK + "receipt/", follow.receipt, name="receipt"),
    path(_LINK + "answer", follow.answer, name="answer"),
    path(_LINK + "add", follow.add, name="add"),
    path(_LINK + "rate", follow.rate, name="rate"),
    path(_LINK + "dispute", follow.dispute, name="dispute"),
    path(_LINK + "files/<int:case_id>/<int:file_number>", follow.file, name="file"),
    path(_LINK + "files/<int:case_id>/<int:file_number>/thumb", follow.thumb, name="thumb"),
    path("nearby/", nearby.nearby, name="nearby"),
    path("nearby/map.json", nearby.points, name="points"),
    path("nearby/results/<str:number>/<int:file_number>", nearby.result, name="result"),
    path("grids/", grids.grids, name="grids"),
    path("grids/<str:code>/", grids.board, name="board"),
    path("grids/<str:code>/worker.jpg", grids.portrait, name="portrait"),
    path("cards/", cards.cards, name="cards"),
    path("cards/<uuid:batch>/", cards.card_sheet, name="card_sheet"),
]
