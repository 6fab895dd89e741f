"""Events by their moment, for those who ask again and again what has moved lately (Open311)."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations

from linli.kernel.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # the index is built while cases are written

    dependencies = [("cases", "0010_channel_work_order")]

    operations = [
        AddIndexBeside(
            "caseevent",
            BrinIndex(fields=["at"], name="case_event_at", pages_per_range=32, autosummarize=True),
        )
    ]
