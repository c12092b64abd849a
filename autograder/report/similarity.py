"""Answers that are nearly the same, and rare mistakes that two share: pairs of students to look at. A pair
proves nothing.

What does not count: comments, layout and docstrings; the names that a student chose; lines that everybody was
given; and whatever many write. A short honest answer (an `nn.LSTM` and an `nn.Linear`) looks alike in half
the class. So what counts is not how much two answers share but how much of it hardly anybody else has: each
stretch of `STRETCH` tokens weighs 1 where two or three students wrote it, less the more have it, and nothing
beyond `COMMON` of the class. parso reads the code, broken code too, without running it; rapidfuzz compares.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

import parso
from parso.tree import Leaf
from rapidfuzz.distance import Indel

STRETCH = 9  # tokens: about half a line of a layer; shorter ones are idioms of the language
COMMON = 0.05  # of the class: what more than this share has written is common property
FEW = 3  # so many may share a stretch and it counts in full, however small the class
WORD = 2  # tokens: the same words in the same order are less likely than the same code
LENGTH = 20_000  # characters of an answer that are read; an answer of this course has 500
OWN = "\0"  # stands before a name that the student chose

Line = tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two students (a before b) whose answers to `grade_id` are alike.

    `score` is how alike the two answers are as a whole, 0 to 100, without what everybody was given. `tokens`
    is how much of what they share is rare: a count of tokens, in which those that others have too weigh less.
    """

    grade_id: str
    a: str
    b: str
    score: float
    tokens: int


def pairs(
    answers: Mapping[str, Mapping[str, str]],
    starter: Mapping[str, str],
    prose: Collection[str] = (),
    least_score: float = 80,
    least_tokens: int = 80,
) -> list[Pair]:
    """The pairs of students whose answers are worth a look, the most telling first.

    Args:
        answers: student -> grade_id -> what stands in the solution cell. It need not be valid code.
        starter: grade_id -> what everybody was given: the stub. Append the instructor's own answer: nobody is
            suspected then for writing the expected lines. In a small class nothing else can tell.
        prose: the grade_ids that are answered in words.
        least_score: what an exercise must reach to be taken into account.
        least_tokens: what two students must share in all exercises together, a quarter of it at least in each
            that counts. Of 119 right answers that were written one by one for this course, two to the same
            exercise share up to 69: few lines, and few ways to write them.

    Returns:
        Pairs in an order that depends on nothing but the answers: by tokens times score, then by name.
    """
    found = []
    for grade_id in sorted({name for given in answers.values() for name in given}):
        texts = {student: answers[student].get(grade_id, "") for student in sorted(answers)}
        read, weight = (_words, WORD) if grade_id in prose else (_code, 1)
        tokens = _own(texts, starter.get(grade_id, ""), read)
        for (a, b), rare in _rare(tokens).items():
            if weight * rare >= least_tokens / 4:
                score = round(100 * Indel.normalized_similarity(_plain(tokens[a]), _plain(tokens[b])), 1)
                if score >= least_score:
                    found.append(Pair(grade_id, a, b, score, round(weight * rare)))
    total: Counter[tuple[str, str]] = Counter()
    for pair in found:
        total[pair.a, pair.b] += pair.tokens
    found = [pair for pair in found if total[pair.a, pair.b] >= least_tokens]
    return sorted(found, key=lambda p: (-p.score * p.tokens, p.grade_id, p.a, p.b))


def shared_mistakes(
    mistakes: Mapping[str, Collection[tuple[str, str]]],
) -> list[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Pairs of students who made the same rare mistakes, those with most in common first.

    Many make the usual mistakes. A rare one, which only two students made or at most COMMON of the class, may
    be made twice by chance; two rare ones that the same two share hardly are.

    Args:
        mistakes: student -> (exercise, name of the finding) of each finding in their answers.

    Returns:
        ((a, b), what they share, sorted), a before b, in an order that depends on nothing but the mistakes.
    """
    makers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student in sorted(mistakes):
        for mistake in set(mistakes[student]):
            makers[mistake].append(student)
    limit = max(2, COMMON * len(mistakes))
    shared: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for mistake, students in makers.items():
        if len(students) <= limit:
            for pair in combinations(students, 2):
                shared[pair].append(mistake)
    found = [(pair, sorted(common)) for pair, common in shared.items() if len(common) > 1]
    return sorted(found, key=lambda row: (-len(row[1]), row[0]))


def _own(texts: Mapping[str, str], starter: str, read: Callable[[str], list[Line]]) -> dict[str, Line]:
    """For each student the tokens of all lines that were not given."""
    given = {_canonical(line) for line in read(starter)}
    cut = {
        text: tuple(token for line in read(text) if _canonical(line) not in given for token in line)
        for text in set(texts.values())  # many submissions hold the very same text
    }
    return {student: cut[text] for student, text in texts.items()}


def _rare(tokens: Mapping[str, Line]) -> Counter[tuple[str, str]]:
    """For each pair of students, the weight of the stretches that they share."""
    cut: dict[Line, set[Line]] = {line: _stretches(line) for line in set(tokens.values())}
    writers: dict[Line, list[str]] = defaultdict(list)
    for student, line in tokens.items():
        for stretch in cut[line]:
            writers[stretch].append(student)
    limit = max(FEW, COMMON * len(tokens))
    # Students with the same stretches in common are the same pairs: count them once, with all their weight.
    weights: Counter[tuple[str, ...]] = Counter()
    for students in writers.values():
        if 2 <= len(students) <= limit:
            crowd = math.log((len(students) - 1) / (FEW - 1)) / math.log(
                limit / (FEW - 1)
            )  # 0 at FEW, 1 at limit
            weights[tuple(students)] += 1 - max(0, crowd)
    shared: Counter[tuple[str, str]] = Counter()
    for students in sorted(weights):
        for pair in combinations(students, 2):
            shared[pair] += weights[students]
    return shared


def _stretches(line: Line) -> set[Line]:
    """All runs of STRETCH tokens. In each the student's names are numbered anew: one more variable somewhere
    else changes nothing here."""
    return {_canonical(line[i : i + STRETCH]) for i in range(len(line) - STRETCH + 1)}


def _canonical(line: Line) -> Line:
    """The tokens with the student's names numbered by their first appearance."""
    numbers: dict[str, str] = {}
    return tuple(numbers.setdefault(t, f"{OWN}{len(numbers)}") if t[0] == OWN else t for t in line)


def _plain(line: Line) -> list[str]:
    """The tokens with one word for all of the student's names."""
    return [OWN if token[0] == OWN else token for token in line]


def _words(source: str) -> list[Line]:
    """Sentences as words: letters and digits, case left out."""
    sentences = re.split(r"[.!?\n]+", source[:LENGTH].casefold())
    return [tuple(re.findall(r"\w+", sentence)) for sentence in sentences]


def _code(source: str) -> list[Line]:
    """The logical lines of Python code as tokens, names that the code itself defines marked by OWN."""
    leaves = _leaves(source[:LENGTH])
    own = {_name(leaf) for leaf in leaves if leaf.type == "name" and leaf.is_definition()}
    lines: list[Line] = []
    line: list[str] = []
    for leaf in leaves:
        if leaf.type in ("newline", "endmarker"):
            lines.append(tuple(line))
            line = []
        elif leaf.type == "string" and leaf.parent.type in ("simple_stmt", "suite", "file_input"):
            continue  # a docstring
        elif leaf.type == "name" and _name(leaf) in own and not _is_keyword_argument(leaf):
            line.append(OWN + _name(leaf))
        elif leaf.value:
            line.append(leaf.value)
    return lines


def _leaves(source: str) -> list[Leaf]:
    """The tokens of the code in order; comments and space are no part of them."""
    leaves, waiting = [], [parso.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Leaf):
            leaves.append(node)
        else:
            waiting.extend(reversed(node.children))
    return leaves


def _name(leaf: Leaf) -> str:
    """`x` for a name, `.x` for an attribute: `self.dropout` and the argument `dropout` are two things."""
    parent = leaf.parent
    return f".{leaf.value}" if parent.type == "trailer" and parent.children[0].value == "." else leaf.value


def _is_keyword_argument(leaf: Leaf) -> bool:
    """`dropout` in `nn.GRU(3, 4, dropout=p)`: the callee's name, not the student's."""
    return (
        leaf.parent.type == "argument" and leaf is leaf.parent.children[0] and leaf.parent.children[1] == "="
    )
