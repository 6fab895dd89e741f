from django.urls import URLPattern, path

from linli.sensors.views import devices, intake, rules, setting

app_name = "sensors"
urlpatterns: list[URLPattern] = [
    path("v1/readings", intake.readings, name="readings"),
    path("", devices.devices, name="devices"),
    path("devices/add", setting.edit_device, name="add_device"),
    path("devices/import", setting.import_devices, name="import_devices"),
    path("devices/<int:device_id>/", devices.device, name="device"),
    path("devices/<int:device_id>/edit", setting.edit_device, name="edit_device"),
    path("imports/<int:import_id>/faults.csv", setting.faults, name="faults"),
    path("rules/", rules.rules, name="rules"),
    path("rules/add", rules.rule, name="add_rule"),
    path("rules/<int:rule_id>/", rules.try_rule, name="try_rule"),
    path("rules/<int:rule_id>/edit", rules.rule, name="rule"),
    path("rules/<int:rule_id>/state", rules.steer_rule, name="steer_rule"),
    path("setup/", setting.setup, name="setup"),
    path("kinds/add", setting.kind, name="add_kind"),
    path("kinds/<int:kind_id>/", setting.kind, name="kind"),
    path("senders/add", setting.sender, name="add_sender"),
    path("senders/<int:sender_id>/", setting.sender, name="sender"),
    path("senders/<int:sender_id>/secret", setting.issue_secret, name="issue_secret"),
]
