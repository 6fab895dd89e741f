"""Who sees devices, and who sets them up. Devices hold nothing personal; their cases are seen by
those who see the cases."""

GRANT_SEE = "sensors.see"
GRANT_MANAGE = "sensors.manage"
LOOKING = (GRANT_SEE, GRANT_MANAGE)
