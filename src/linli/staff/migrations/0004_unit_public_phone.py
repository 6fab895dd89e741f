from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_first_proposals"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="public_phone",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=30,
                verbose_name="public telephone",
            ),
        ),
    ]
