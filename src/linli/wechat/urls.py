from django.urls import URLPattern, URLResolver, path

from linli.wechat.views import pages
from linli.wechat.views.receive import receive

app_name = "wechat"
_PAGES = "exchange/wechat/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("wechat/<slug:code>/", receive, name="receive"),
    # -- for staff: below another address, for WeChat has no session -------------------------------
    path(_PAGES, pages.overview, name="overview"),
    path(_PAGES + "add", pages.account, name="add"),
    path(_PAGES + "<int:account_id>/", pages.account, name="account"),
    path(_PAGES + "<int:account_id>/try", pages.try_account, name="try"),
    path(_PAGES + "<int:account_id>/<slug:news>/", pages.template, name="template"),
]
