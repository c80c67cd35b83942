"""Counters for Prometheus, which all web workers share: what a killed one counted stays counted.

The library keeps the numbers of each process in files that it maps into memory, and adds them up
when somebody asks. It is loaded where figures are asked for at all (KB_METRICS_TOKEN).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE"})
_PAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
_SEARCHES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Figure(Struct, frozen=True):
    """A number that holds at the moment when it is asked for."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = {}


class Metrics:
    """What this process counts."""

    def __init__(self, folder: Path) -> None:
        """`folder` is there; all processes that add up have the same."""
        # The library looks for it when it is loaded, and for each process when that first counts.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        library = import_module("prometheus_client")

        def counter(name: str, help: str, *labels: str) -> Any:
            return library.Counter(name, help, labels, registry=None)

        def spans(name: str, help: str, buckets: tuple[float, ...], *labels: str) -> Any:
            return library.Histogram(name, help, labels, buckets=buckets, registry=None)

        answered = "Requests answered."
        self._requests = counter("kb_requests", answered, "method", "route", "status")
        self._request_seconds = spans("kb_request_seconds", "How long.", _PAGES, "route")
        searched = "Searches, by whether they found anything and whether it fitted well."
        self._searches = counter("kb_searches", searched, "kind", "found", "doubted")
        self._search_seconds = spans("kb_search_seconds", "How long.", _SEARCHES, "kind")
        self._done = counter("kb_done", "What people did, and was kept.", "what")
        self._database = counter("kb_database_errors", "Requests that the database failed.")

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One was answered. `route` is a pattern, never an address."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, status).inc()
        self._request_seconds.labels(route).observe(seconds)

    def search(self, kind: str, *, found: bool, doubted: bool, seconds: float) -> None:
        """One was made on a page, while typing, or by the API."""
        self._searches.labels(kind, _word(found), _word(doubted)).inc()
        self._search_seconds.labels(kind).observe(seconds)

    def done(self, what: str) -> None:
        """Somebody saved, voted, asked …"""
        self._done.labels(what).inc()

    def database_error(self) -> None:
        """A request was not answered, as the database could not be used."""
        self._database.inc()


def metrics_folder(var: Path) -> Path:
    """Where the processes of a home keep their numbers."""
    return var / "metrics"


def begin_anew(folder: Path) -> None:
    """Counting begins at nought with each start, which Prometheus expects."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def exposition(folder: Path, figures: Iterable[Figure]) -> tuple[str, bytes]:
    """The type and the text of what Prometheus is told: counters added up, figures as they are."""
    library = import_module("prometheus_client")
    several = import_module("prometheus_client.multiprocess")
    registry = library.CollectorRegistry(auto_describe=False)
    several.MultiProcessCollector(registry, path=str(folder))
    registry.register(_AsTheyAre(figures))
    return library.CONTENT_TYPE_LATEST, library.generate_latest(registry)


class _AsTheyAre:
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = tuple(figures)

    def collect(self) -> Iterator[Any]:
        """As the library asks for them: those of one name together."""
        family = import_module("prometheus_client.core").GaugeMetricFamily
        made: dict[str, Any] = {}
        for one in self._figures:
            if one.name not in made:
                made[one.name] = family(one.name, one.help, labels=tuple(one.labels))
            made[one.name].add_metric(tuple(one.labels.values()), one.value)
        yield from made.values()


def _word(so: bool) -> str:
    return "yes" if so else "no"
