from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_words_and_quiet_hours"),
    ]

    operations = [
        migrations.CreateModel(
            name="BadAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "Text message")], max_length=5
                    ),
                ),
                ("mark", models.BinaryField(max_length=16)),
                ("says", models.CharField(max_length=200)),
                ("since", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "mark"), name="notices_bad_address_once"
                    )
                ],
            },
        ),
    ]
