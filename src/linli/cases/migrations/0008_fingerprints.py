from django.db import migrations, models

from linli.kernel.indexes import index_beside

# The four quarters of a fingerprint, each with its place (cases.rules.likeness.bands_of).
BANDS = (
    "ARRAY[(fingerprint & 65535)::int, 65536 | (fingerprint >> 16 & 65535)::int,"
    " 131072 | (fingerprint >> 32 & 65535)::int, 196608 | (fingerprint >> 48 & 65535)::int]"
)


class Migration(migrations.Migration):
    """Fingerprints of photos, and their index. All are null when it is made, so it is made of
    nothing, after one reading of the table; writers go on meanwhile."""

    atomic = False

    dependencies = [("cases", "0007_component_of_a_case")]

    operations = [
        migrations.AddField(
            model_name="casefile", name="fingerprint", field=models.BigIntegerField(null=True)
        ),
        index_beside(
            "case_picture", f"cases_casefile USING gin (({BANDS})) WHERE fingerprint IS NOT NULL"
        ),
    ]
