from django.urls import URLPattern, URLResolver, path, re_path

from linli.desk.views import case, exporting, finding, inbox, intake, lists, moves, notices, search

app_name = "desk"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("cases/", lists.case_list, name="cases"),
    re_path(r"^cases/export\.(?P<kind>csv|xlsx)$", exporting.export, name="export"),
    path("cases/total", lists.case_total, name="total"),
    path("cases/columns", lists.choose_columns, name="columns"),
    path("cases/filters", lists.save_filter, name="save_filter"),
    path("cases/filters/<int:filter_id>/delete", lists.delete_filter, name="delete_filter"),
    path("cases/<str:number>/", case.case, name="case"),
    path("cases/<str:number>/print/", case.sheet, name="print"),
    path("cases/<str:number>/moves/<str:move>", moves.move, name="move"),
    path(
        "cases/<str:number>/reports/<int:report_number>/contact",
        case.show_contact,
        name="contact",
    ),
    path("intake/", intake.intake, name="intake"),
    path("intake/done/", intake.intake_done, name="intake_done"),
    path("intake/similar", intake.similar, name="similar"),
    path("intake/places", finding.find_places, name="find_places"),
    path("intake/where", finding.where, name="where"),
    path("intake/join/<str:number>", intake.join, name="join"),
    path("find/units", finding.find_units, name="find_units"),
    path("find/classes", finding.find_classes, name="find_classes"),
    path("find/conditions", finding.find_conditions, name="find_conditions"),
    path("search", search.search, name="search"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:notice_id>/open", notices.open_notice, name="open_notice"),
    path("notices/read", notices.read_all, name="read_all"),
]
