"""What every finding costs and says: one table, by the kind of exercise whose judge names it.

A judge names a finding and fills in what it saw; all else that a student reads of it stands here. Rows lie in
the modules of this package, by topic.
"""

from collections.abc import Mapping, Sequence

from helpers.checks.findings import (
    anywhere,
    comparisons,
    models,
    models_in_training,
    slips,
    slips_attention,
    slips_convolution,
    slips_layers,
    slips_transformer,
    training,
)
from helpers.checks.findings.row import EVERYTHING, Row, table
from helpers.checks.report import Finding, Item, all_items

ANYWHERE = table(anywhere.ROWS)
MODELS = table(anywhere.ROWS, models.ROWS, models_in_training.ROWS)
TRAINING = table(anywhere.ROWS, training.ROWS)
COMPARISONS = table(anywhere.ROWS, comparisons.ROWS)
SLIPS = table(
    slips.ROWS, slips_convolution.ROWS, slips_layers.ROWS, slips_attention.ROWS, slips_transformer.ROWS
)


def row(rows: Mapping[str, Row], name: str) -> Row:
    """The row of this name.

    Raises:
        LookupError: there is none, so nobody has said what the finding costs.
    """
    if name not in rows:
        raise LookupError(
            f"no row for the finding {name!r}: what it costs and says belongs into checks.findings"
        )
    return rows[name]


def finding(
    rows: Mapping[str, Row],
    name: str,
    items: Sequence[Item],
    got: str = "",
    costs: Sequence[str] | None = None,
    **words: object,
) -> Finding:
    """A finding about an answer to an exercise with these items.

    Args:
        rows: those of the kind of exercise.
        got: what was seen of the answer.
        costs: names of items, where this answer loses others than the row says.
        words: what the texts of the row are filled in with.

    Raises:
        LookupError: see `row`.
    """
    found, known = row(rows, name), all_items(items)
    costs = found.costs if costs is None else tuple(costs)
    costs = known if costs == EVERYTHING else tuple(cost for cost in costs if cost in known)
    title, expected, likely = (text.format(**words) for text in (found.title, found.expected, found.likely))
    return Finding(name, costs, title, expected, got, likely)
