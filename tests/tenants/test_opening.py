"""A company's own rows, read as a calendar."""

from datetime import UTC, date, datetime, time

import pytest

from tenants.models import Holiday, OpeningHours, Tenant
from tenants.services import is_open, next_opening


@pytest.mark.django_db
def test_split_week_with_a_holiday() -> None:
    """Cumbre sits in New York: UTC-5 in November. Thursday 26 November 2026 is Thanksgiving."""
    cumbre = Tenant.objects.get(schema_name="cumbre")
    cumbre.opening_hours.all().delete()
    for weekday in range(5):
        for opens, closes in ((time(9), time(12)), (time(13), time(17))):
            OpeningHours.objects.create(tenant=cumbre, weekday=weekday, opens=opens, closes=closes)
    Holiday.objects.create(tenant=cumbre, date=date(2026, 11, 26), name="Thanksgiving")
    Holiday.objects.create(tenant=cumbre, date=date(2026, 11, 27), name="After", opens=time(10), closes=time(0))
    assert is_open(cumbre, datetime(2026, 11, 25, 14, 0, tzinfo=UTC))
    assert not is_open(cumbre, datetime(2026, 11, 25, 17, 30, tzinfo=UTC))
    evening = datetime(2026, 11, 25, 22, 0, tzinfo=UTC)
    assert next_opening(cumbre, evening) == datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    assert is_open(cumbre, datetime(2026, 11, 28, 4, 59, tzinfo=UTC))
    assert next_opening(cumbre, datetime(2026, 11, 28, 5, 0, tzinfo=UTC)) == datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
    cumbre.opening_hours.all().delete()
    cumbre.holidays.all().delete()
    assert next_opening(cumbre, evening) is None
