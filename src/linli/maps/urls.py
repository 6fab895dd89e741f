from django.urls import URLPattern, URLResolver, path

from linli.maps.views import grounds, page, things, tiles

app_name = "maps"
urlpatterns: list[URLPattern | URLResolver] = [
    path("map/", page.case_map, name="map"),
    path("map/summary/", page.summary, name="summary"),
    path("map/here/", page.here, name="here"),
    path("map/search/", page.search, name="search"),
    path("map/print/", page.print_map, name="print"),
    path("map/components/", things.component_map, name="component_map"),
    path("map/components/summary/", things.component_summary, name="component_summary"),
    path("map/components/print/", things.print_components, name="component_print"),
    path("map/buildings/<int:building>/", grounds.building, name="building"),
    path("map/grids/<str:code>/", grounds.grid, name="grid"),
    path("map/grids/<str:code>/outline.json", grounds.grid_outline, name="grid_outline"),
    path("map/regions/<str:code>/", grounds.region, name="region"),
    path("map/regions/<str:code>/outline.json", grounds.region_outline, name="region_outline"),
    path("tiles/style.json", tiles.style, name="style"),
    path("tiles/bounds.json", tiles.bounds, name="bounds"),
    path("tiles/cases/<str:z>/<str:x>/<str:y>.mvt", tiles.cases, name="cases"),
    path("tiles/components/<str:z>/<str:x>/<str:y>.mvt", tiles.components, name="components"),
    path("tiles/marks/<str:z>/<str:x>/<str:y>.mvt", tiles.marks, name="marks"),
    path("tiles/nearby/<str:z>/<str:x>/<str:y>.mvt", tiles.nearby, name="nearby"),
    path("tiles/<str:layer>/<str:z>/<str:x>/<str:y>.mvt", tiles.ground, name="ground"),
]
