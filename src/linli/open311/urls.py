from django.urls import URLPattern, URLResolver, path

from linli.open311.views import discovery, pages, pictures, requests, updates
from linli.open311.views.door import nothing

app_name = "open311"
_V2, _PAGES = "open311/v2/", "exchange/open311/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_V2, nothing, name="endpoint"),
    path(_V2 + "discovery.<slug:form>", discovery.discovery, name="discovery"),
    path(_V2 + "services.<slug:form>", discovery.service_list, name="services"),
    path(_V2 + "services/<str:code>.<slug:form>", discovery.service_definition, name="service"),
    path(_V2 + "requests.<slug:form>", requests.request_list, name="requests"),
    path(_V2 + "requests/<str:number>.<slug:form>", requests.one_request, name="request"),
    path(_V2 + "tokens/<str:token>.<slug:form>", requests.token, name="token"),
    path(_V2 + "servicerequestupdates.<slug:form>", updates.updates, name="updates"),
    path("open311/picture/<str:token>.jpg", pictures.picture, name="picture"),
    path("open311/", nothing),
    path("open311/<path:rest>", nothing),
    # -- for staff: below another address, for programs have no session ----------------------------
    path(_PAGES, pages.overview, name="overview"),
    path(_PAGES + "settings", pages.settings, name="settings"),
    path(_PAGES + "jurisdictions/add", pages.jurisdiction, name="add_jurisdiction"),
    path(_PAGES + "jurisdictions/<int:jurisdiction_id>/", pages.jurisdiction, name="jurisdiction"),
    path(_PAGES + "questions/add", pages.attribute, name="add_attribute"),
    path(_PAGES + "questions/<int:attribute_id>/", pages.attribute, name="attribute"),
    path(
        _PAGES + "questions/<int:attribute_id>/remove",
        pages.remove_attribute,
        name="remove_attribute",
    ),
    path(_PAGES + "destinations/add", pages.destination, name="add_destination"),
    path(_PAGES + "destinations/<int:destination_id>/", pages.destination, name="destination"),
    path(
        _PAGES + "destinations/<int:destination_id>/try",
        pages.try_destination,
        name="try_destination",
    ),
    path(_PAGES + "sent/", pages.forwards, name="forwards"),
    path(_PAGES + "sent/<int:forward_id>/retry", pages.retry, name="retry"),
    path(_PAGES + "sent/<int:forward_id>/drop", pages.drop, name="drop"),
]
