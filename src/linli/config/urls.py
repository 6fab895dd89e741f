"""Where each face and each package of pages begins."""

from django.urls import URLPattern, URLResolver, include, path

from linli.staff.views import choose_language, start

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("linli.kernel.urls")),
    path("", include("linli.portal.urls")),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("start/", start, name="start"),
    path("account/", include("linli.staff.urls")),
    path("desk/", include("linli.desk.urls")),
    path("hotline/", include("linli.hotline.urls")),
    path("field/", include("linli.field.urls")),
    path("cockpit/", include("linli.cockpit.urls")),
    path("analysis/", include("linli.analysis.urls")),
    path("evaluation/", include("linli.evaluation.urls")),
    path("appraisal/", include("linli.appraisal.urls")),
    path("", include("linli.bulletins.urls")),
    path("console/", include("linli.console.urls")),
    path("api/", include("linli.api.urls")),
    path("announcements/", include("linli.announcements.urls")),
    path("map/marks/", include("linli.marks.urls")),
    path("", include("linli.maps.urls")),
    path("ogc/", include("linli.ogc.urls")),
    path("", include("linli.workorders.urls")),
    path("", include("linli.open311.urls")),
    path("", include("linli.wechat.urls")),
    path("sensors/", include("linli.sensors.urls")),
    path("", include("linli.live.urls")),
    path("errands/", include("linli.errands.urls")),
    path("supervision/", include("linli.cards.urls")),
    path("files/", include("linli.files.urls")),
    path("messages/", include("linli.notices.urls")),
    path("cases/", include("linli.cases.urls")),
]
handler400 = "linli.kernel.views.bad_request"
handler403 = "linli.kernel.views.forbidden"
handler404 = "linli.kernel.views.not_found"
handler500 = "linli.kernel.views.server_error"
