import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_accounts_and_posts"),
    ]

    operations = [
        migrations.AddField(
            model_name="posttemplate",
            name="proposed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), editable=False, null=True, size=None
            ),
        ),
    ]
