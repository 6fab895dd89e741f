"""Events of components are never updated and never deleted; posts that see cases see components."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION components_event_is_forever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'component events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER components_event_append_only BEFORE UPDATE OR DELETE ON components_componentevent
    FOR EACH ROW EXECUTE FUNCTION components_event_is_forever();
-- Rows come in the order of their codes and are seldom rewritten in place; a twentieth of each page is
-- left free for those that are.
ALTER TABLE components_component SET (fillfactor = 95, autovacuum_analyze_scale_factor = 0.02);
"""
BACKWARD = """
ALTER TABLE components_component RESET (fillfactor, autovacuum_analyze_scale_factor);
DROP TRIGGER components_event_append_only ON components_componentevent;
DROP FUNCTION components_event_is_forever();
"""
# A post that exists keeps what it has; what it sees of cases it sees of components from now on.
POSTS = "\n".join(
    f"""
    INSERT INTO staff_knowngrant (code, kind) VALUES ('{grant}', '{kind}') ON CONFLICT DO NOTHING;
    UPDATE staff_post SET grants = grants || '{{{grant}}}'::varchar[]
        WHERE grants && '{{{likes}}}'::varchar[] AND NOT '{grant}' = ANY (grants);
    UPDATE staff_posttemplate SET grants = grants || '{{{grant}}}'::varchar[]
        WHERE grants && '{{{likes}}}'::varchar[] AND NOT '{grant}' = ANY (grants);"""
    for grant, kind, likes in (
        ("components.see", "common", "cases.see"),
        ("components.inspect", "work", "cases.check,cases.verify,cases.handle"),
        ("components.export", "work", "cases.export"),
        ("components.import", "system", "catalogue.edit"),
    )
)
NO_POSTS = "\n".join(
    f"UPDATE {table} SET grants = array_remove(grants, '{grant}'::varchar)"
    f" WHERE '{grant}' = ANY (grants);"
    for table in ("staff_post", "staff_posttemplate")
    for grant in (
        "components.see", "components.inspect", "components.export", "components.import"
    )
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("components", "0001_components"), ("staff", "0001_accounts_and_posts")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(POSTS, NO_POSTS),
    ]
