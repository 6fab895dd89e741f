"""Events are never updated and never deleted: the database itself refuses (design §3)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION cases_event_is_forever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION cases_event_is_forever();
"""
BACKWARD = """
DROP TRIGGER cases_event_append_only ON cases_caseevent;
DROP FUNCTION cases_event_is_forever();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
