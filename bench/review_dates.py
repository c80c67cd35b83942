"""How review dates spread: 10,000 procedures of 30 departments, all confirmed on one day.

    python -m bench.review_dates

prints the table of docs/decisions/review-dates.md and draws docs/review-dates.svg.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from kb.procedures import review_dates

PLOT = Path(__file__).resolve().parent.parent / "docs" / "review-dates.svg"
START = date(2026, 3, 2)
EVERY, YEARS = 183, 3
DEPARTMENTS, PROCEDURES = 30, 10_000
SHARES = (0.0, 0.1, 0.15, 0.2, 0.3)
WIDTH, HEIGHT, LEFT, BELOW = 720, 150, 48, 26

Dues = dict[str, list[date]]  # by department


def simulated(share: float) -> Dues:
    """When reviews fall due in three years, each confirmed within two weeks of its day."""
    review_dates.SPREAD, before = share, review_dates.SPREAD
    chance = random.Random(f"reviews {share}")
    end = START + timedelta(days=365 * YEARS)
    found: Dues = {f"d{nth:02}": [] for nth in range(DEPARTMENTS)}
    for nth in range(PROCEDURES):
        department = f"d{min(int(chance.expovariate(0.12)), DEPARTMENTS - 1):02}"
        reviewed = START
        while (due := review_dates.due(f"{department}-{nth:05}", reviewed, EVERY)) < end:
            found[department].append(due)
            reviewed = due + timedelta(days=chance.randint(-14, 14))
            reviewed += timedelta(days=max(0, reviewed.weekday() - 4))
    review_dates.SPREAD = before
    return found


def worst_days(dues: Dues) -> tuple[int, int]:
    """The most on one day: of the whole site, and of the largest department."""
    site = Counter(day for days in dues.values() for day in days)
    largest = Counter(max(dues.values(), key=len))
    return max(site.values()), max(largest.values())


def weeks(dues: Dues) -> list[int]:
    """How many fall due in each week."""
    counted = Counter((day - START).days // 7 for days in dues.values() for day in days)
    return [counted[week] for week in range(365 * YEARS // 7)]


def table() -> str:
    """What each share costs and brings."""
    lines = [
        "| spread | most due on one day | … in the largest department | most in a week of the"
        " third year | reviews a year for each |",
        "|---|---|---|---|---|",
    ]
    for share in SHARES:
        dues = simulated(share)
        site, largest = worst_days(dues)
        third = max(weeks(dues)[104:])
        yearly = sum(map(len, dues.values())) / PROCEDURES / YEARS
        lines.append(f"| {share:.0%} | {site:,} | {largest:,} | {third:,} | {yearly:.2f} |")
    return "\n".join(lines)


def plot() -> str:
    """Two rows of bars, a bar a week: as promised, and spread."""
    rows = [("all at their interval", 0.0), (f"spread by {review_dates.SPREAD:.0%}", 0.2)]
    drawn = [_row(nth, name, weeks(simulated(share))) for nth, (name, share) in enumerate(rows)]
    height = len(rows) * (HEIGHT + BELOW)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            ' font-family="sans-serif" font-size="11" fill="#777">',
            "<title>Reviews that fall due in each week of three years</title>",
            *drawn,
            "</svg>",
            "",
        ]
    )


def _row(nth: int, name: str, counts: list[int]) -> str:
    top, most = nth * (HEIGHT + BELOW) + 14, max(counts)
    room, step = HEIGHT - 14, (WIDTH - LEFT) / len(counts)
    bars = [
        f'<rect x="{LEFT + week * step:.1f}" y="{top + room * (1 - count / most):.1f}"'
        f' width="{step * 0.8:.1f}" height="{room * count / most:.1f}" fill="#0b6a62"/>'
        for week, count in enumerate(counts)
        if count
    ]
    years = [
        f'<text x="{LEFT + year * 365 / 7 * step:.1f}" y="{top + room + 14}">{START.year + year},'
        " March</text>"
        for year in range(YEARS)
    ]
    label = f'<text x="{LEFT + 4}" y="{top - 3}">{name}: due in a week, at most {most:,}</text>'
    axis = f'<path d="M{LEFT} {top + room}H{WIDTH}" stroke="#999"/>'
    scale = f'<text x="{LEFT - 6}" y="{top + 9}" text-anchor="end">{most:,}</text>'
    return "\n".join([label, scale, *bars, axis, *years])


def main() -> None:
    """Print the table and draw the plot."""
    print(table())
    PLOT.write_text(plot(), encoding="utf-8")


if __name__ == "__main__":
    main()
