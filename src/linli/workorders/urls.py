from django.urls import URLPattern, URLResolver, path

from linli.workorders.views import door, orders, platforms

app_name = "workorders"
_PAGES, _PLATFORMS = "exchange/workorders/", "exchange/hotline-platforms/"
_ONE, _OF = _PAGES + "<int:order_id>/", _PLATFORMS + "<int:platform_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("workorders/v1/orders", door.door, name="door"),
    # -- for staff: below another address, for programs have no session ----------------------------
    path(_PAGES, orders.orders, name="orders"),
    path(_ONE, orders.order, name="order"),
    path(_ONE + "take", orders.take, name="take"),
    path(_ONE + "join", orders.join, name="join"),
    path(_ONE + "mend", orders.mend, name="mend"),
    path(_ONE + "return", orders.give_back, name="return"),
    path(_ONE + "more-time", orders.more_time, name="more_time"),
    path(_ONE + "tell-again", orders.tell_again, name="tell_again"),
    path(_ONE + "message", orders.message, name="message"),
    path(_PLATFORMS, platforms.platforms, name="platforms"),
    path(_PLATFORMS + "add", platforms.platform, name="add_platform"),
    path(_OF, platforms.platform, name="platform"),
    path(_OF + "mapping", platforms.mapping, name="mapping"),
    path(_OF + "answers", platforms.wording, name="wording"),
    path(_OF + "secret", platforms.secret, name="secret"),
    path(_OF + "header-key", platforms.header_key, name="header_key"),
    path(_OF + "retry", platforms.retry, name="retry_held"),
]
