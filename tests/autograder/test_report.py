"""The instructor's report, from data made up here, and the search for answers that are alike."""

import random
import re
import time
from html.parser import HTMLParser

import pytest
from labelled import ALL, RIGHT

from autograder.report import exercises, pictures, similarity
from autograder.report import page as report

STUB = '''class Net(nn.Module):
    """x (B, T, D) -> logits (B, 2)."""

    def __init__(self, D, H):
        super().__init__()
        raise NotImplementedError("no answer yet")

    def forward(self, x):
        raise NotImplementedError("no answer yet")
'''
SHORT = STUB.replace('raise NotImplementedError("no answer yet")', "{}").format(
    "self.lstm = nn.LSTM(D, H, batch_first=True); self.fc = nn.Linear(H, 2)",
    "return self.fc(self.lstm(x)[1][0][-1])",
)
LONG = """class Net(nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.gates = nn.Linear(D + H, 4 * H)
        self.fc = nn.Linear(H, 2)
        self.units = H

    def forward(self, x):
        h = c = x.new_zeros(len(x), self.units)
        for t in range(x.size(1)):
            i, f, g, o = self.gates(torch.cat([x[:, t], h], dim=1)).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return self.fc(h)
"""
DISGUISED = '''class Net(nn.Module):
    """All my own work."""
    def __init__(self, inputs, width):
        super().__init__()
        # four at once
        self.everything = nn.Linear(inputs + width, 4 * width)
        self.head = nn.Linear(width, 2)
        self.n = width
    def forward(self, batch):
        state = memory = batch.new_zeros(len(batch), self.n)
        for step in range(batch.size(1)):
            a, b, candidate, d = self.everything(
                torch.cat([batch[:, step], state], dim=1)
            ).chunk(4, dim=1)  # in this order
            memory = torch.sigmoid(b)*memory + torch.sigmoid(a)*torch.tanh(candidate)
            state = torch.sigmoid(d)*torch.tanh(memory)
        return self.head(state)
'''
WORDS = (
    "The backward half has seen one step only when it is read at the end, so it tells hardly more than the "
    "last input does; for data where the beginning decides, such as a question word, the difference would be "
    "large, and one would never see it from the loss of the training alone."
)


def alike(sources, starter="", **options):
    """The pairs in a class in which student `s0` gave the first answer, and so on."""
    answers = {f"s{i}": {"e": source} for i, source in enumerate(sources)}
    return similarity.pairs(answers, {"e": starter}, **options)


# --- answers that are alike


def test_a_copy_is_found_through_other_names_layout_and_comments():
    (pair,) = alike([SHORT, LONG, DISGUISED, STUB], STUB)
    assert (pair.grade_id, pair.a, pair.b, pair.score) == ("e", "s1", "s2", 100)
    assert 90 < pair.tokens < 160


def test_one_more_variable_does_not_hide_a_copy():
    more = DISGUISED.replace(
        "        state = memory", "        steps = batch.size(1)\n        state = memory"
    )
    (pair,) = alike([LONG, more], STUB)
    assert pair.score > 90


def test_the_name_of_an_argument_is_not_the_students():
    body = SHORT.replace("batch_first=True", "batch_first=True, dropout={0}").replace("D, H)", "D, H, {0})")
    (pair,) = alike([body.format(name) for name in ("dropout", "p")], STUB, least_tokens=1)
    assert pair.score == 100


def test_the_names_of_the_library_count():
    other = LONG.replace("sigmoid", "relu").replace("tanh", "softsign").replace("Linear", "LazyLinear")
    (copy,), (pair,) = alike([LONG, DISGUISED], STUB), alike([LONG, other], STUB)
    assert pair.score < copy.score and pair.tokens < 0.85 * copy.tokens


def test_independent_right_answers_are_no_pairs():
    for exercise in {answer.exercise for answer in RIGHT}:
        own = [a for a in RIGHT if a.exercise == exercise]
        found = alike([a.source for a in own])
        assert not found, [(own[int(p.a[1:])].name, own[int(p.b[1:])].name, p) for p in found]


def test_what_is_too_little_in_one_exercise_counts_in_several():
    half = "\n".join(LONG.splitlines()[3:9])
    assert not alike([half, half])
    answers = {name: {"e": half, "f": half, "g": "x = 1\n"} for name in ("ann", "bob")}
    assert [pair.grade_id for pair in similarity.pairs(answers, {})] == ["e", "f"]


def test_what_was_given_does_not_count():
    assert alike([LONG, DISGUISED])
    assert not alike([LONG, DISGUISED], STUB + LONG)
    assert not alike([STUB] * 5, STUB)


def test_what_many_write_does_not_count():
    others = [a.source for a in ALL if a.exercise == "gradient_clipping"]
    assert len(alike([LONG] * 3 + others)) == 3
    assert not alike([LONG] * 6 + others)  # 6 of 66
    few, more = alike([LONG] * 3 + 15 * others), alike([LONG] * 10 + 15 * others)
    assert max(p.tokens for p in few if p.a == "s0") > 1.5 * max(p.tokens for p in more if p.a == "s0")


def test_code_that_does_not_parse_is_compared_too():
    (pair,) = alike(
        [LONG.replace("len(x), self.units)", "len(x), self.units"), DISGUISED, "%magic ((("], STUB
    )
    assert pair.score > 80


@pytest.mark.parametrize(
    "source",
    ["", "\n", "\0", "'''", "(" * 5_000, "f'{" * 500, "\udc80 = 1", "\t\n x\n  y\n z", "é = ½\r\n", "\\"],
)
def test_no_text_stops_the_comparison(source):
    assert [pair.score for pair in alike([source, source, LONG, LONG], STUB)] in ([100], [100, 100])


def test_answers_in_words_are_compared_word_by_word():
    own = (
        "In my own words: half of the features come from one step, and whoever reads them learns little more."
    )
    (pair,) = alike([WORDS, "  " + WORDS.upper().replace(". ", ".\n\n"), own], prose={"e"})
    assert (pair.a, pair.b, pair.score) == ("s0", "s1", 100)


def test_rare_mistakes_that_two_share():
    often, odd, rare, once = (("e", name) for name in ("often", "odd", "rare", "once"))
    mistakes = {f"s{i:02}": {often} for i in range(20)}
    mistakes["s03"] |= {odd, rare}
    mistakes["s11"] |= {odd, rare, once}
    mistakes["s07"] |= {("f", "rare")}  # the same name in another exercise is another mistake
    assert similarity.shared_mistakes(mistakes) == [(("s03", "s11"), [odd, rare])]
    mistakes["s05"] |= {odd}  # three of twenty: no longer rare, and one alone says nothing
    assert similarity.shared_mistakes(mistakes) == []
    assert similarity.shared_mistakes({}) == []


def test_the_order_depends_on_the_answers_only():
    twice = 2 * [a.source for a in RIGHT if len(a.source) > 700]
    answers = {f"s{i}": {"e": source, "f": source} for i, source in enumerate(twice)}
    found = similarity.pairs(answers, {})
    assert len(found) > 20
    assert found[0].tokens > 2 * found[-1].tokens
    assert [p.score * p.tokens for p in found] == sorted((p.score * p.tokens for p in found), reverse=True)
    names = list(answers)
    random.Random(0).shuffle(names)
    assert similarity.pairs({name: dict(reversed(answers[name].items())) for name in names}, {}) == found


@pytest.mark.classroom
def test_a_class_of_1000_takes_seconds():
    chance = random.Random(0)
    answers = {
        f"s{i}": {f"e{k}": f"{chance.choice(ALL).source}\nnumber_{i} = {i}\n" for k in range(5)}
        for i in range(1000)
    }
    start = time.process_time()
    assert similarity.pairs(answers, {})
    assert time.process_time() - start < 40


# --- the report


class Page(HTMLParser):
    """Text of the page, its tags, and what it would load."""

    def __init__(self, path):
        super().__init__()
        self.text, self.tags, self.loads = "", [""], []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.text += " " if tag in ("td", "th", "table") else ""
        self.loads += [value for name, value in attrs if name in ("src", "href", "srcset", "data")]

    def handle_data(self, data):
        if self.tags[-1] != "style":
            self.text += data

    def headline(self):
        numbers, words = re.search(
            r"marks\. ((?:\d+ ?)+)(.*?)(?:Marks ?Exercises|Nobody)", self.text
        ).groups()
        return numbers.split(), words.strip()


def record(status="ok", *flags):
    return {"status": status, "flags": list(flags), "notes": []}


def mark(exercise, points, most, *findings, status="judged", text="report"):
    found = [{"name": name, "title": f"the title of {name}"} for name in findings]
    return {
        "exercise": exercise,
        "points": points,
        "max": most,
        "text": text,
        "findings": found,
        "status": status,
    }


def result(flags=(), cpu=1.0, **checks):
    return {
        "cells": {"a": {"status": "ok", "text": "", "error": ""}},
        "checks": checks,
        "flags": list(flags),
        "cpu": cpu,
        "wall": cpu,
    }


def lstm(public, hidden, *findings, **more):
    return {
        "a_check": mark("lstm", public, 4.0, *findings, **more),
        "b": mark("lstm", hidden, 6.0, *findings),
    }


@pytest.fixture
def written(tmp_path):
    def write(records, results=None, points=None, answers=None, starter=None, **options):
        path = report.write(
            tmp_path, "ps1", records, results or {}, answers or {}, starter or {}, points or {}, **options
        )
        return Page(path)

    return write


def test_the_headline_counts_everybody(written):
    records = {
        "ann": record(),
        "bob": record("flagged", "A test cell was edited."),
        "cem": record(),
        "dan": record("unreadable", "It is empty."),
        "eve": record("not_submitted"),
        "fay": record(),
    }
    results = {
        "ann": result(**lstm(4.0, 6.0)),
        "bob": result(**lstm(4.0, 0.0)),
        "cem": result(["sent more than was asked for"], **lstm(4.0, 0.0)),
    }
    page = written(records, results, problems={"fay": "its worker died"})
    counts, words = page.headline()
    assert words == "enrolled graded flagged unreadable not submitted not graded"
    assert counts == ["6", "3", "2", "1", "1", "1"]
    assert "Not graded students why who 1 its worker died fay" in page.text
    assert "Unreadable: no mark students why who 1 It is empty. dan" in page.text
    assert "Flagged: the mark stands students why who 1 A test cell was edited. bob" in page.text
    assert "1 sent more than was asked for cem" in page.text
    assert "Not submitted eve" in page.text


def test_findings_are_counted_once_a_student(written):
    results = {
        "ann": result(**lstm(4.0, 6.0)),
        "bob": result(**lstm(2.0, 3.0, "first_step", "softmax")),
        "cem": result(**lstm(2.0, 3.0, "first_step")),
        "dan": result(**lstm(0.0, 0.0, "no_answer", status="no_answer")),
    }
    results["dan"]["checks"]["b"]["status"] = "no_answer"
    page = written(dict.fromkeys(results, record()), results, titles={"lstm": "Exercise 1, an LSTM"})
    assert "Exercise 1, an LSTM On average 50 % of the points:" in page.text
    assert "1 with full marks, 2 with a part, 1 without an answer." in page.text
    assert "the title of first_step first_step 2 (50 %)" in page.text
    assert "the title of softmax softmax 1 (25 %)" in page.text
    assert "no_answer" not in page.text
    assert page.text.index("first_step") < page.text.index("softmax")


def test_the_hint_is_the_one_that_most_students_got(written):
    results = {name: result(**lstm(0.0, 0.0, "softmax")) for name in ("ann", "bob", "cem")}
    for name, hint in (("ann", "rare"), ("bob", "often"), ("cem", "often")):
        for check in results[name]["checks"].values():
            check["findings"][0]["hint"] = hint
    page = written(dict.fromkeys(results, record()), results)
    assert "softmax 3 (100 %) often" in page.text and "rare" not in page.text.split("Answers")[0]


def test_only_the_most_frequent_findings_are_shown(written):
    names = [f"f{i}" for i in range(exercises.MOST_FINDINGS + 3)]
    page = written({"ann": record()}, {"ann": result(**lstm(0.0, 0.0, *names))})
    assert "And 3 rarer findings." in page.text


def test_what_was_stopped_is_said_with_the_reason(written):
    why = "it computed for more than 10 seconds (an endless loop?) and was stopped"
    dead = {
        name: mark("lstm", 0.0, 4.0, status="died", text=f"0 of 4 points: {why}")
        for name in ("check", "hidden")
    }
    slow = result(cpu=21.5, **dead)
    slow["cells"]["x"] = {"status": "died", "text": "", "error": "it crashed Python here (signal 11)"}
    page = written({"ann": record(), "bob": record()}, {"ann": slow, "bob": result(**lstm(4.0, 6.0))})
    assert page.text.count(f"1 lstm: {why} ann") == 1
    assert "1 a cell: it crashed Python here (signal 11) ann" in page.text
    assert "In 1 the code was stopped or crashed." in page.text
    assert "ann 21.5 21.5 bob 1.0 1.0" in page.text
    assert "0 ended in an error; 1 stopped or crashed" in page.text


def test_what_could_not_be_judged_has_a_heading_of_its_own_with_the_reason(written):
    why = "it waited for more than 50 seconds and was stopped"
    whole = {"item": "the whole answer", "points": 4.0, "why": why}
    read = {"item": "dropout", "points": 1.2, "why": "too few to tell"}
    waits = result(
        [f"{name}: could not be judged: {why}" for name in ("a", "b")],
        a=mark("lstm", 0.0, 4.0, status="unjudged") | {"to_read": [whole]},
        b=mark("lstm", 0.0, 6.0, status="unjudged") | {"to_read": [whole]},
        c=mark("gru", 2.8, 4.0) | {"to_read": [read]},
    )
    page = written({"ann": record(), "bob": record()}, {"ann": waits, "bob": result(**lstm(4.0, 6.0))})
    heading = "Could not be judged: a person must look, all points of these wait students why who "
    assert f"{heading}1 lstm: {why} ann To be read by a person" in page.text
    assert "not in the mark yet students why who 1 gru: dropout: too few to tell ann" in page.text
    assert page.text.count(why) == 1 and "Flagged: " not in page.text
    assert page.headline()[0] == ["2", "2", "0", "0", "0"]


def test_no_flag_is_hidden_by_what_a_student_has_written_into_it(written):
    said = "a: could not be judged: it took long"
    flags = [f"2 notebooks were sent: {said}.ipynb", said]  # as a file's name may have it
    forged = f"a: what came back is not what a probe gives ({said})"
    judged = result([forged, said], a=mark("lstm", 4.0, 4.0), b=mark("lstm", 6.0, 6.0))
    page = written({"ann": record("flagged", *flags)}, {"ann": judged})
    for flag in (*flags, forged):
        assert f"1 {flag} ann" in page.text
    assert page.headline()[0] == ["1", "1", "1", "0", "0"]


def test_a_flag_is_told_to_its_end_where_the_command_stands(written):
    flag = f"2 notebooks were sent ({'x' * 500}). To take another: python -m autograder intake --assign PATH"
    assert f"1 {flag} ann" in written({"ann": record("flagged", flag)}, {"ann": result()}).text


def test_whose_answers_wait_is_said(written):
    people = dict.fromkeys(("ann", "bob", "cem"), record())
    page = written(people, dict.fromkeys(people, result()), waiting={"ann": 2, "cem": 1})
    assert "1 1 answer waits in formgrader, Manual Grading cem" in page.text
    assert "1 2 answers wait in formgrader, Manual Grading ann" in page.text


def test_marks_are_those_of_the_book(written):
    points = {"ann": 12.5, "bob": None, "cem": 15.0, "dan": 0.0}
    page = written(dict.fromkeys(points, record()), points=points, worth=15)
    assert (
        "3 students have a mark, of 15 points at most: median 12.5, mean 9.2, lowest 0, highest 15."
        in page.text
    )
    assert "Nobody has a mark yet." in written({"ann": record()}, points={"ann": None}).text


def test_plain_asserts_are_called_forgeable(written):
    page = written({"ann": record()}, {"ann": result(q1=mark(None, 2.0, 2.0, status="plain"))})
    assert "1 checks were marked beside the student's code: can be forged" in page.text
    assert "q1 On average 100 % of the points: 1 with full marks." in page.text


def test_alike_answers_are_gathered_and_shown_side_by_side(written):
    answers = {
        "ann": {"e1": LONG, "e2": LONG},
        "bob": {"e1": DISGUISED, "e2": DISGUISED},
        "cem": {"e1": SHORT, "e2": SHORT},
    }
    page = written(dict.fromkeys(answers, record()), answers=answers, starter={"e1": STUB, "e2": STUB})
    assert re.search(r"ann, bob: e1 100 % alike, \d+ rare tokens; e2 100 % alike, \d+ rare tokens", page.text)
    assert "All my own work." in page.text and "proves nothing" in page.text
    assert page.tags.count("details") == 1 and page.tags.count("pre") == 4
    three = {**answers, "dan": answers["ann"]}
    page = written(dict.fromkeys(three, record()), answers=three, starter={"e1": STUB, "e2": STUB})
    assert "ann, bob, dan: e1 100 % alike" in page.text
    assert page.tags.count("details") == 1 and page.tags.count("pre") == 4  # two say the very same


def test_rare_mistakes_that_two_share_are_shown(written):
    everybody = dict.fromkeys("abcdefg", record())
    results = {name: result(**lstm(2.0, 0.0, "often")) for name in everybody}
    for name, found in (("b", ("one_way", "no_bias")), ("e", ("one_way", "no_bias")), ("d", ("softmax",))):
        results[name] = result(**lstm(2.0, 0.0, "often", *found))
    shown = written(everybody, results).text.split("The same rare mistakes")[1].split("How it was graded")[0]
    assert "b, e lstm: the title of no_biaslstm: the title of one_way" in shown
    assert "often" not in shown and "softmax" not in shown
    results["d"] = result(**lstm(2.0, 0.0, "one_way", "no_bias"))  # three of seven
    assert "The same rare mistakes" not in written(everybody, results).text


def test_the_list_of_alike_answers_is_bounded(written, monkeypatch):
    monkeypatch.setattr(report, "MOST_GROUPS", 1)
    answers = {"ann": {"e1": LONG}, "bob": {"e1": LONG}, "cem": {"e2": LONG}, "dan": {"e2": LONG}}
    page = written(dict.fromkeys(answers, record()), answers=answers)
    assert page.tags.count("details") == 1 and "And 1 more, less telling than these." in page.text


EVIL = "</td><script>alert(1)</script><img src=http://evil/x.png>$\\frac{1}{$ {{ 7 * 7 }}\u202e\0"


def test_nothing_from_a_student_becomes_markup(written):
    evil = result([EVIL], **{EVIL: mark(None, 0.0, 2.0, EVIL, status="died", text=EVIL)})
    evil["cells"]["x"] = {"status": "died", "text": EVIL, "error": EVIL}
    code = LONG + f"# {EVIL}\n"
    page = written(
        {EVIL: record("flagged", EVIL), "bob": record("unreadable", EVIL)},
        {EVIL: evil},
        {EVIL: 1.0},
        {EVIL: {"e": code}, "bob": {"e": code}},
        names={EVIL: EVIL},
        titles={EVIL: EVIL},
        problems={"bob": EVIL},
        unassigned=[{"path": EVIL, "why": EVIL}],
        about={EVIL: EVIL},
    )
    assert "script" not in page.tags
    assert page.text.count("<script>alert(1)</script>") > 8 and "{{ 7 * 7 }}" in page.text
    assert not set("\u202e\0") & set(page.text)
    assert all(load.startswith(("data:image/png;base64,", "#")) for load in page.loads)


def test_nothing_is_loaded_from_elsewhere(written):
    results = {"ann": result(**lstm(4.0, 0.0, "softmax"))}
    page = written({"ann": record()}, results, {"ann": 4.0})
    assert page.tags.count("img") == 3
    assert all(load.startswith(("data:image/png;base64,", "#")) for load in page.loads)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_class_of_any_size(written, size):
    names = [f"s{i}" for i in range(size)]
    page = written(
        dict.fromkeys(names, record()),
        {name: result(**lstm(4.0, 0.0, "softmax")) for name in names},
        dict.fromkeys(names, 4.0),
        {name: {"lstm": SHORT} for name in names},
        {"lstm": STUB},
    )
    assert page.headline()[0] == [str(size), str(size), "0", "0", "0"]
    assert ("Nobody is enrolled" in page.text) == (size == 0)


def test_a_class_that_sent_nothing(written):
    page = written({"ann": record("not_submitted"), "bob": record("not_submitted")}, points={"ann": None})
    assert "No submission has been graded." in page.text and "Not submitted ann, bob" in page.text


def test_the_same_data_give_the_same_bytes(tmp_path):
    records = {f"s{i}": record("flagged", f"flag {i % 2}") for i in range(6)}
    results = {name: result(**lstm(4.0, 0.0, "softmax", f"f{i % 3}")) for i, name in enumerate(records)}
    texts = []
    for order in (list(records), list(reversed(records))):
        path = report.write(
            tmp_path,
            "ps1",
            {name: records[name] for name in order},
            {name: results[name] for name in order},
            {name: {"lstm": LONG} for name in order[:3]} | {name: {"lstm": LONG} for name in order},
            {},
            dict.fromkeys(order, 4.0),
        )
        texts.append(path.read_bytes())
    assert texts[0] == texts[1]


# --- pictures


@pytest.mark.parametrize(
    "draw",
    [
        lambda: pictures.marks([3.0], 60),
        lambda: pictures.marks([0.0] * 900 + [61.5, -2.0], 60),
        lambda: pictures.marks([0.0], 0),
        lambda: pictures.outcomes(
            [("$\\frac{ costs $5", dict.fromkeys(pictures.OUTCOMES, 0) | {"a part": 1})]
        ),
        lambda: pictures.findings([("$\\frac{ " + "word " * 200, 7), ("双层 LSTM", 1)], 9),
    ],
)
def test_pictures_of_odd_numbers_and_names(draw):
    assert draw().startswith(b"\x89PNG") and draw() == draw()
