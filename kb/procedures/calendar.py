"""Working hours: until when something promised "within 8 hours" or "2 days" is due. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

MIDNIGHT = time(0)
UTC = ZoneInfo("UTC")
_LOOK_AHEAD = 3_700  # days; a calendar of holidays alone ends there


class Hours(Struct, frozen=True):
    """One stretch of work on some days of the week (Monday is 0); `until` 0:00 is midnight."""

    days: frozenset[int]
    since: time
    until: time


ROUND_THE_CLOCK = (Hours(frozenset(range(7)), MIDNIGHT, MIDNIGHT),)


class Calendar(Struct, frozen=True):
    """When a department works, in its own time zone. Without anything set: always, in UTC."""

    hours: tuple[Hours, ...] = ROUND_THE_CLOCK
    holidays: frozenset[date] = frozenset()
    zone: ZoneInfo = UTC

    def due(self, start: datetime, within: timedelta) -> datetime:
        """When a promise made at `start` (aware) is due, in UTC.

        Whole days are working days, counted from the first moment of work after `start` and due
        at that time of the day; anything else is counted in hours of work.
        """
        if within % timedelta(days=1) == timedelta(0):
            return self._after_days(start, within.days)
        return self._after_hours(start, within)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between the two (aware); none where `end` is earlier."""
        total, day = timedelta(0), start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while day <= last:
            for begins, ends in self._stretches(day):
                total += max(min(ends, end) - max(begins, start), timedelta(0))
            day += timedelta(days=1)
        return total

    def after(self, start: datetime, work: timedelta) -> datetime:
        """When that much working time has passed since `start` (aware), in UTC."""
        return self._after_hours(start, work)

    def works_on(self, day: date) -> bool:
        """Is it a working day?"""
        return day not in self.holidays and any(day.weekday() in each.days for each in self.hours)

    def _after_days(self, start: datetime, days: int) -> datetime:
        begun = self._first_work(start).astimezone(self.zone)
        day = begun.date()
        for _ in range(_LOOK_AHEAD):
            if days == 0:
                break
            day += timedelta(days=1)
            days -= self.works_on(day)
        at = datetime.combine(day, begun.time(), self.zone)
        return at.astimezone(UTC)

    def _after_hours(self, start: datetime, within: timedelta) -> datetime:
        left, day = within, start.astimezone(self.zone).date()
        for _ in range(_LOOK_AHEAD):
            for begins, ends in self._stretches(day):
                begun = max(begins, start)
                if ends - begun >= left:
                    return begun + left
                left -= max(ends - begun, timedelta(0))
            day += timedelta(days=1)
        return start.astimezone(UTC) + within

    def _first_work(self, start: datetime) -> datetime:
        day = start.astimezone(self.zone).date()
        for _ in range(_LOOK_AHEAD):
            for begins, ends in self._stretches(day):
                if ends > start:
                    return max(begins, start)
            day += timedelta(days=1)
        return start

    def _stretches(self, day: date) -> list[tuple[datetime, datetime]]:
        """The working times of that day in UTC, earliest first."""
        if day in self.holidays:
            return []
        found = []
        for each in self.hours:
            if day.weekday() in each.days:
                last = day if each.until != MIDNIGHT else day + timedelta(days=1)
                begins = datetime.combine(day, each.since, self.zone).astimezone(UTC)
                found.append(
                    (begins, datetime.combine(last, each.until, self.zone).astimezone(UTC))
                )
        return sorted(found)


ALWAYS = Calendar()
