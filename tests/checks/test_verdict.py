"""A verdict as points and as text: what is earned, what is lost, what waits for a person."""

from helpers.checks.report import Finding, Item, Verdict

ITEMS = (Item("a", "the first", 1), Item("b", "the second", 3), Item("c", "the third", 4))


def finding(name, *costs):
    return Finding(name, costs, f"this is {name}")


def test_what_nothing_verified_is_neither_earned_nor_lost():
    verdict = Verdict(ITEMS)
    verdict.leave("b", "its place was not seen")
    verdict.leave("b", "a second reason")
    assert verdict.share == 5 / 8
    assert [(item.name, why) for item, why in verdict.to_read] == [("b", "its place was not seen")]
    text = verdict.text(16)
    assert "? the second: not verified, a person will read it (6 wait)" in text
    assert "✓ the third: 8 of 8" in text
    assert "not verified: its place was not seen" in text
    assert text.endswith("10 of 16 points; 6 more wait for a person")


def test_what_is_lost_does_not_wait():
    verdict = Verdict(ITEMS, [finding("wrong", "b")])
    verdict.leave("b", "its place was not seen")
    assert verdict.to_read == []
    assert verdict.share == 5 / 8
    assert "wait" not in verdict.text(8)
    assert "✗ the second: 0 of 3" in verdict.text(8)


def test_at_most_three_findings_are_shown_the_costliest_first():
    verdict = Verdict(
        ITEMS,
        [
            finding("small", "a"),
            finding("big", "b", "c"),
            finding("free"),
            finding("middle", "b"),
            finding("c", "c"),
        ],
    )
    text = verdict.text(8)
    titles = [line for line in text.splitlines() if line.startswith("✗ this is")]
    assert titles == ["✗ this is big", "✗ this is c", "✗ this is middle"]
    assert "and 2 more once these are mended" in text
    assert len(verdict.findings) == 5


def test_three_findings_are_all_shown():
    verdict = Verdict(ITEMS, [finding(name, "a") for name in "xyz"])
    assert verdict.text(8).count("✗ this is") == 3
    assert "once these are mended" not in verdict.text(8)
