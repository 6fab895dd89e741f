from django.urls import URLPattern, URLResolver, path

from linli.appraisal.views import paper, schemes, sheets

app_name = "appraisal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", sheets.sheets, name="sheets"),
    path("mine/", sheets.mine, name="mine"),
    path("open/", sheets.open_sheets, name="open"),
    path("month/print/", paper.print_month, name="print_month"),
    path("month.csv", paper.export_month, name="export_month"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/new/", schemes.write, name="write_scheme"),
    path("schemes/<int:scheme_id>/", schemes.scheme, name="scheme"),
    path("<int:sheet_id>/", sheets.sheet, name="sheet"),
    path("<int:sheet_id>/print/", paper.print_sheet, name="print"),
    path("<int:sheet_id>/cases/", sheets.cases, name="cases"),
    path("<int:sheet_id>/score", sheets.score, name="score"),
    path("<int:sheet_id>/adjust", sheets.adjust, name="adjust"),
    path("<int:sheet_id>/adjust/<int:adjustment_number>/remove", sheets.unadjust, name="unadjust"),
    path("<int:sheet_id>/figures", sheets.renew, name="renew"),
    path("<int:sheet_id>/do/<str:deed>", sheets.act, name="act"),
]
