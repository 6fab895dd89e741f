"""Every write of the sensors: readings in, alarms and their cases, devices and rules."""
