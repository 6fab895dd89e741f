"""Sensors, decided purely: verdicts, alarms, what a message says, what a chart shows."""
