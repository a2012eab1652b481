"""Shares with intervals, counted by group and metric, and the bounds they must keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scipy.stats import binomtest

# A figure of these must reach its bound; every other must stay under it.
AT_LEAST = frozenset({"right", "listed", "first", "first_three", "capped", "recall", "found", "turns", "talks"})


@dataclass(frozen=True)
class Share:
    """A proportion with its 95 % confidence interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 to 1 (0 of nothing is 0)."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 % (Wilson 1927)."""
        if not self.total:
            return 0.0, 1.0
        found = binomtest(self.hits, self.total).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def as_json(self) -> dict[str, Any]:
        """The share, its interval and what it is of, as reports and tables take it."""
        low, high = self.interval
        return {"share": round(self.value, 4), "low": round(low, 4), "high": round(high, 4), "n": self.total}


Figures = dict[str, dict[str, Share]]
# The same after as_json: group to metric to share, low, high and n.
Written = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Tally:
    """Counts hits by group and metric."""

    def __init__(self) -> None:
        self._marks: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))

    def add(self, groups: Iterable[str], marks: Mapping[str, bool]) -> None:
        """Count one message in each of its groups."""
        for group in groups:
            for metric, hit in marks.items():
                self._marks[group][metric].append(hit)

    def figures(self) -> Figures:
        """The shares so far, groups in the order of their names."""
        return {
            group: {metric: Share(sum(hits), len(hits)) for metric, hits in self._marks[group].items()}
            for group in sorted(self._marks)
        }


def write_figures(figures: Figures) -> dict[str, dict[str, dict[str, Any]]]:
    """Turn shares into what JSON can hold."""
    return {group: {metric: share.as_json() for metric, share in metrics.items()} for group, metrics in figures.items()}


def check_bounds(figures: Written, bounds: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Compare figures with their bounds; a figure that is missing breaks its bound.

    Args:
        figures: group to metric to share.
        bounds: group to metric to number; a floor for the metrics in ``AT_LEAST``, else a ceiling.

    Returns:
        One line for each figure out of its bounds.
    """
    broken = []
    for group, metrics in bounds.items():
        for metric, bound in metrics.items():
            share = figures.get(group, {}).get(metric, {}).get("share")
            if share is None or not keeps(metric, share, bound):
                broken.append(f"{group}: {metric} is {share}, must be {kind_of_bound(metric)} {bound}")
    return broken


def keeps(metric: str, share: float, bound: float) -> bool:
    """Whether a figure is within its bound."""
    return share >= bound if metric in AT_LEAST else share <= bound


def kind_of_bound(metric: str) -> str:
    """Name the kind: "at least" or "at most"."""
    return "at least" if metric in AT_LEAST else "at most"


def cell(share: Mapping[str, Any] | None) -> str:
    """Write a share and its interval for a table; "" for none."""
    # Rounding can leave -0.0.
    return f"{share['share']:.2f} ({abs(share['low']):.2f} to {share['high']:.2f})" if share else ""
