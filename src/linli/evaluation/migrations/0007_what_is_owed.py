"""What is owed at a moment is found without all that was ever late: the indexes of that go, once
those of what is still owed and of when it was done late are there."""

from django.db import migrations, models

from linli.kernel.indexes import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False  # the indexes are built while facts are written
    dependencies = [("evaluation", "0006_what_stands")]

    operations = [
        AddIndexBeside(
            model_name="casefact",
            index=models.Index(
                condition=models.Q(("handled_at__isnull", True), ("out_at__isnull", True)),
                fields=["due_at"],
                name="fact_owed_work",
            ),
        ),
        AddIndexBeside(
            model_name="casefact",
            index=models.Index(
                condition=models.Q(("handled_at__gt", models.F("due_at"))),
                fields=["handled_at"],
                include=("due_at", "out_at"),
                name="fact_late_work",
            ),
        ),
        AddIndexBeside(
            model_name="casefact",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("out_at__isnull", True)),
                fields=["due_at"],
                name="fact_owed_close",
            ),
        ),
        AddIndexBeside(
            model_name="casefact",
            index=models.Index(
                condition=models.Q(("closed_at__gt", models.F("due_at"))),
                fields=["closed_at"],
                include=("due_at", "out_at"),
                name="fact_late_close",
            ),
        ),
        AddIndexBeside(
            model_name="casefact",
            index=models.Index(
                condition=models.Q(("out_at__isnull", False)), fields=["out_at"], name="fact_out_at"
            ),
        ),
        AddIndexBeside(
            model_name="stepfact",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True), ("out_at__isnull", True)),
                fields=["due_at"],
                name="step_owed_work",
            ),
        ),
        AddIndexBeside(
            model_name="stepfact",
            index=models.Index(
                condition=models.Q(("done_at__gt", models.F("due_at"))),
                fields=["done_at"],
                include=("due_at", "out_at"),
                name="step_late_work",
            ),
        ),
        AddIndexBeside(
            model_name="stepfact",
            index=models.Index(
                condition=models.Q(("out_at__isnull", False)), fields=["out_at"], name="step_out_at"
            ),
        ),
        AddIndexBeside(
            model_name="taskfact",
            index=models.Index(
                condition=models.Q(("handled_at__isnull", True), ("left_at__isnull", True)),
                fields=["due_at"],
                name="task_owed_work",
            ),
        ),
        AddIndexBeside(
            model_name="taskfact",
            index=models.Index(
                condition=models.Q(("handled_at__gt", models.F("due_at"))),
                fields=["handled_at"],
                include=("due_at", "left_at"),
                name="task_late_work",
            ),
        ),
        AddIndexBeside(
            model_name="taskfact",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("left_at__isnull", True)),
                fields=["due_at"],
                name="task_owed_close",
            ),
        ),
        AddIndexBeside(
            model_name="taskfact",
            index=models.Index(
                condition=models.Q(("closed_at__gt", models.F("due_at"))),
                fields=["closed_at"],
                include=("due_at", "left_at"),
                name="task_late_close",
            ),
        ),
        AddIndexBeside(
            model_name="taskfact",
            index=models.Index(
                condition=models.Q(("left_at__isnull", False)),
                fields=["left_at"],
                name="task_left_at",
            ),
        ),
        migrations.RemoveIndex(
            model_name="casefact",
            name="fact_overdue_work",
        ),
        migrations.RemoveIndex(
            model_name="casefact",
            name="fact_overdue_close",
        ),
        migrations.RemoveIndex(
            model_name="stepfact",
            name="step_overdue",
        ),
        migrations.RemoveIndex(
            model_name="taskfact",
            name="task_overdue_work",
        ),
        migrations.RemoveIndex(
            model_name="taskfact",
            name="task_overdue_close",
        ),
    ]
