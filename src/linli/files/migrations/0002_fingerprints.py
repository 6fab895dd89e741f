from django.db import migrations, models


class Migration(migrations.Migration):
    """Fingerprints of photos, from now on; a null column costs nothing to add."""

    dependencies = [("files", "0001_uploads")]

    operations = [
        migrations.AddField(
            model_name="upload", name="fingerprint", field=models.BigIntegerField(null=True)
        ),
    ]
