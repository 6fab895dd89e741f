from django.urls import URLPattern, URLResolver, path

from linli.field.views import app, cases, grid, me, reporting, tasks

app_name = "field"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", tasks.tasks, name="tasks"),
    path("tasks/<str:number>/", tasks.task, name="task"),
    path("report/", reporting.report, name="report"),
    path("report/components", reporting.components, name="components"),
    path("report/similar", reporting.similar, name="similar"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("grid/", grid.grid, name="grid"),
    path("grid/outline.json", grid.outline, name="outline"),
    path("me/", me.me, name="me"),
    path("me/portrait", me.portrait, name="portrait"),
    path("me/profile", me.profile, name="profile"),
    path("me/notices/<int:notice_id>/open", me.open_notice, name="open_notice"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
]
