from django.urls import URLPattern, URLResolver, path

from linli.evaluation.views import figures, formulas, frozen

app_name = "evaluation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", figures.figures, name="figures"),
    path("cases/", figures.cases, name="cases"),
    path("cases/keep", figures.keep, name="keep"),
    path("mine/", figures.mine, name="mine"),
    path("export/<str:kind>", figures.export, name="export"),
    path("periods/", frozen.periods, name="periods"),
    path("periods/<int:freeze_id>/differences/", frozen.differences, name="differences"),
    path("formulas/", formulas.versions, name="versions"),
    path("formulas/new", formulas.begin_draft, name="begin_draft"),
    path("formulas/<int:version_id>/", formulas.version, name="version"),
    path("formulas/<int:version_id>/new/", formulas.formula, name="new_formula"),
    path("formulas/<int:version_id>/<int:indicator_id>/", formulas.formula, name="formula"),
    path("formulas/<int:version_id>/<int:indicator_id>/remove", formulas.remove_formula,
         name="remove_formula"),
    path("formulas/<int:version_id>/edges/", formulas.edges, name="edges"),
    path("formulas/<int:version_id>/publish/", formulas.publish, name="publish"),
    path("formulas/<int:version_id>/drop", formulas.drop_draft, name="drop_draft"),
]  # fmt: skip
