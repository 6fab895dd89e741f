"""Steps by their kind and moment, with all that figures of posts read of them."""

from django.db import migrations, models

from linli.kernel.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # the index is built while facts are written
    dependencies = [("evaluation", "0004_strata_of_before")]

    operations = [
        AddIndexBeside(
            "stepfact",
            models.Index(
                fields=["step", "done_at"],
                include=["post_id", "on_time", "good", "stratum"],
                name="step_done",
            ),
        ),
        migrations.RemoveIndex("stepfact", "step_done_at"),
    ]
