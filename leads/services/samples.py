"""Sample leads: marked, so that they can be told from real ones and removed without a trace."""

from leads.models import Lead


def mark_as_sample(*, email_key: str) -> None:
    """Mark the lead with this address as sample data."""
    Lead.objects.filter(email_key=email_key).update(is_sample=True)


def remove_sample_leads() -> int:
    """Delete every sample lead with all that hangs on it. Returns how many there were."""
    samples = Lead.objects.filter(is_sample=True)
    count = samples.count()
    samples.delete()
    return count
