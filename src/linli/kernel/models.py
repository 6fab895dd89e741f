from django.db import models


class Hit(models.Model):
    """How often a public door was used by one source within one window (rate limits)."""

    door = models.CharField(max_length=40)
    source = models.CharField(max_length=64)  # a hash, not an address
    window = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["door", "source", "window"], name="kernel_hit_once")
        ]
        indexes = [models.Index(fields=["window"], name="kernel_hit_window")]
