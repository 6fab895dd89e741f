from django.urls import URLPattern, URLResolver, path

from linli.hotline.views import calling, calling_back, knowledge, lines

app_name = "hotline"
_CALL, _BACK, _LINE = (
    "calls/<int:call_id>/",
    "call-backs/<int:call_back_id>/",
    "lines/<int:line_id>/",
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", calling.desk, name="desk"),
    path("take", calling.take, name="take"),
    path("keys/", calling.keys, name="keys"),
    path(_CALL, calling.call, name="call"),
    path(_CALL + "caller", calling.caller, name="caller"),
    path(_CALL + "similar", calling.similar, name="similar"),
    path(_CALL + "knowledge", calling.knowledge, name="call_knowledge"),
    path(_CALL + "answer", calling.answer, name="answer"),
    path(_CALL + "case", calling.open_case, name="open_case"),
    path(_CALL + "join/<str:number>", calling.join, name="join"),
    path(_CALL + "drop", calling.drop, name="drop"),
    path(_CALL + "note", calling.note, name="note"),
    path(_CALL + "who", calling.who, name="who"),
    path("call-backs/", calling_back.call_backs, name="call_backs"),
    path(_BACK, calling_back.call_back, name="call_back"),
    path(_BACK + "in-vain", calling_back.in_vain, name="in_vain"),
    path(_BACK + "needless", calling_back.needless, name="needless"),
    path(_BACK + "number", calling_back.number, name="number"),
    path("knowledge/", knowledge.articles, name="articles"),
    path("knowledge/new/", knowledge.add, name="add_article"),
    path("knowledge/<int:article_id>/", knowledge.article, name="article"),
    path("knowledge/<int:article_id>/edit/", knowledge.edit, name="edit_article"),
    path("lines/", lines.line_list, name="lines"),
    path("lines/new/", lines.line, name="add_line"),
    path(_LINE, lines.line, name="line"),
    path(_LINE + "kinds/new/", lines.kind, name="add_kind"),
    path(_LINE + "kinds/<int:kind_id>/", lines.kind, name="kind"),
    path("figures/", lines.figures, name="figures"),
]
