"""What a worker has in hand, and which leads were in hand when one died."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from leads.models.lead import Lead

MAX_WORKER_DEATHS = 3


class Look(models.Model):
    """Marked leads that one worker judges now; noted before it begins, gone with its commit.

    The worker holds its row locked, so one that is left behind unlocked says that its worker died.
    """

    lead_ids = ArrayField(models.UUIDField())
    is_alone = models.BooleanField(default=False)
    began_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_alone"], condition=models.Q(is_alone=True), name="look_one_suspect_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"look at {len(self.lead_ids)} leads"


class Suspect(models.Model):
    """A lead that could not be judged, or was in hand when a worker died: judged alone until that ends well.

    After ``MAX_WORKER_DEATHS`` it is put aside for good.
    """

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True, related_name="+")
    worker_deaths = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"suspicion against {self.lead_id}"
