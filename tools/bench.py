"""How fast a class is graded, and with how much memory: ours against stock nbgrader, on the same submissions.

    python tools/bench.py [--students 1000] [--stock 20] [--scaling 100] [--jobs 2] [--seed 0] [--folder ...]

Makes a class by program: answers drawn from the labelled ones in tests/submissions, right and wrong, some
notebooks half done, some untouched, a few hostile. Then, in a copy of the course and of its grader,

1. the class, and its first 10 and 100: intake and grade with --jobs workers; seconds, and memory of all
   processes over the run;
2. stock nbgrader on the first --stock honest submissions of the class: seconds, and whether the marks agree;
3. the first --scaling submissions with 1 worker, with 2, and on two Dask workers of which one is killed on
   the way: seconds, and whether the marks are the same, byte for byte.

Writes bench.md, bench.json and bench.png into --folder. Stock nbgrader runs the submissions unprotected and
waits 30 seconds for each endless loop, so it gets honest ones only; ours has the hostile ones in its seconds,
and intake too. Close other programs: seconds are those of the clock.
"""

import argparse
import csv
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
from matplotlib.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from course import EXERCISES, NAME, course_copy, nbgrader, notebook_of  # noqa: E402
from labelled import ALL, DEFINES  # noqa: E402

# Of each class. A hostile submission has one hostile answer, the others are right.
KINDS = {"done": 0.79, "half done": 0.15, "untouched": 0.05, "hostile": 0.01}
RIGHT = 0.65  # of the answers that are there
HOSTILE = {
    "an endless loop": "while True: pass",
    "leaves Python": "raise SystemExit",
    "ends its process": "import os; os._exit(0)",
    "takes all memory": "x = [bytearray(1 << 28) for _ in range(1 << 12)]",
}
FIRST = EXERCISES[0]
MIB = 1 << 20


# --- a class


def make_class(release, received, students, seed):
    """Write `students` submissions in nbgrader's layout; returns {student: points, None where hostile}."""
    chance = random.Random(seed)
    hostile = list(HOSTILE)
    marks = {}
    for number in range(students):
        student = f"s{number:05}"
        kind = chance.choices(list(KINDS), KINDS.values())[0]
        count = {"done": 5, "half done": chance.randint(1, 3), "untouched": 0, "hostile": 5}[kind]
        answers = {}
        for exercise in chance.sample(EXERCISES, count):
            right = kind == "hostile" or chance.random() < RIGHT
            known = [a for a in ALL if a.exercise == exercise and (a.points == 10) == right]
            answers[exercise] = chance.choice(known)
        points = sum(answer.points for answer in answers.values())
        sources = {exercise: answer.source.strip() for exercise, answer in answers.items()}
        if kind == "hostile":
            sources[FIRST], points = attack(hostile[number % len(hostile)]), None
        write(release, received / student / NAME / f"{NAME}.ipynb", sources)
        marks[student] = points
    return marks


def attack(name):
    return (
        f"class {DEFINES[FIRST]}(nn.Module):\n"
        "    def __init__(self, input_size, hidden_size=256, output_size=2, num_layers=2):\n"
        "        super().__init__()\n\n"
        f"    def forward(self, x):\n        {HOSTILE[name]}"
    )


def write(release, path, sources):
    notebook = nbformat.reads(release, as_version=4)
    for cell in notebook.cells:
        if cell.id in sources:
            cell.source = sources[cell.id]
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


# --- running and watching


class Watch(threading.Thread):
    """Every three seconds: memory of a process and of all beneath it by role, and how far the class is."""

    def __init__(self, pid, work):
        super().__init__(daemon=True)
        self.process, self.work, self.samples, self.over = psutil.Process(pid), work, [], threading.Event()
        self.start()

    def run(self):
        begin = time.perf_counter()
        while not self.over.wait(3):
            memory = {"main": 0, "workers": 0, "sandboxes": 0}
            try:
                self.add(self.process, "main", memory)
            except psutil.Error:
                return
            done = [sum(1 for _ in (self.work / name).glob("*.json")) for name in ("results", "booked")]
            self.samples.append((time.perf_counter() - begin, memory, *done))

    def add(self, process, role, memory):
        """Memory that is this process's own (shared pages in parts), of it and of all beneath it."""
        try:
            role = "sandboxes" if process.name() == "bwrap" else role
            memory[role] += process.memory_full_info().pss
            children = process.children()
        except psutil.Error:  # it has ended in the meantime
            if role == "main":
                raise
            return
        for child in children:
            self.add(child, "workers" if role == "main" else role, memory)


def run(folder, *words, watched=False):
    """A command of the autograder, which must succeed: (seconds, samples)."""
    with (folder / "bench.log").open("a+") as log:
        command = [sys.executable, "-m", "autograder", *map(str, words)]
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        watch = Watch(process.pid, work(folder)) if watched else None
        code = process.wait()
        seconds = time.perf_counter() - start
        if watch:
            watch.over.set()
            watch.join()
        if code:
            sys.exit(f"{' '.join(command)} ended with {code}: see {folder / 'bench.log'}")
    return seconds, watch.samples if watch else []


def work(folder):
    return folder / "grading" / "autograder" / NAME


def course(folder, received):
    """A fresh copy of the course with everybody in `received` taken in; returns intake's seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    course_copy(folder, "tools/grade_stock.py")
    nbgrader(folder, "generate_assignment", NAME)
    return run(folder, "intake", received, "--assignment", NAME)[0]


def points(path, student, column):
    """{student: points} of a CSV file, None where there is no mark."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row[student]: float(row[column]) if row[column] else None for row in csv.DictReader(file)}


def part_of(received, folder, students):
    """The folder `received` with these students only."""
    shutil.rmtree(folder, ignore_errors=True)
    for student in students:
        shutil.copytree(received / student, folder / student)
    return folder


# --- what is measured


def measure_class(folder, received, jobs):
    """Ours on one class."""
    intake = course(folder, received)
    seconds, samples = run(folder, "grade", NAME, "--jobs", jobs, watched=True)
    return {
        "students": len(list(received.iterdir())),
        "intake": intake,
        "grade": seconds,
        "samples": samples,
        "marks": points(work(folder) / "marks.csv", "student", "points"),
    }


def measure_stock(folder, received):
    """Stock nbgrader: seconds of `nbgrader autograde` alone, and the marks."""
    command = [sys.executable, "tools/grade_stock.py", str(received)]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = re.search(rf"{NAME}: (\d+) submissions in [\d.]+ s, ([\d.]+) s each", said.stdout)
    if not found:
        sys.exit(f"stock nbgrader did not come to its end:\n{said.stdout}{said.stderr}")
    marks = points(folder / "grading" / "stock" / "grades.csv", "student_id", "score")
    return {"students": int(found[1]), "each": float(found[2]), "marks": marks}


def measure_scaling(folder, received):
    """The same submissions with 1 worker, 2 workers, and two Dask workers of which one is killed."""
    rows, texts = [], []
    for words in (("--jobs", 1), ("--jobs", 2), None):
        course(folder, received)
        if words:
            seconds = run(folder, "grade", NAME, *words)[0]
        else:
            seconds = on_dask(folder, len(list(received.iterdir())) // 3)
        texts.append((work(folder) / "marks.csv").read_bytes())
        name = f"{words[1]} worker{'s' if words[1] > 1 else ''}" if words else "2 Dask workers, one killed"
        rows.append({"name": name, "seconds": seconds})
    return {"rows": rows, "same": len(set(texts)) == 1}


def on_dask(folder, kill_after):
    """Grade on a scheduler and two workers of our own; one worker is killed after so many results."""
    contact = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    server = ["--host", "127.0.0.1", "--scheduler-file", str(contact)]
    worker = [
        "worker",
        "--nworkers",
        "1",
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
        "--memory-limit",
        "0",
    ]
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen([*dask, "scheduler", *server, "--port", "0", "--no-dashboard"], **quiet)]
    try:
        while not contact.exists():
            if started[0].poll() is not None:
                sys.exit("the Dask scheduler did not start")
            time.sleep(0.1)
        for _ in range(2):
            started.append(subprocess.Popen([*dask, *worker, "--scheduler-file", str(contact)], **quiet))
        over = threading.Event()

        def kill():
            while not over.wait(0.1):
                if len(list((work(folder) / "results").glob("*.json"))) >= kill_after:
                    started[1].send_signal(signal.SIGKILL)
                    return

        killer = threading.Thread(target=kill)
        killer.start()
        address = json.loads(contact.read_text())["address"]
        seconds = run(folder, "grade", NAME, "--scheduler", address)[0]
        over.set()
        killer.join()
        if started[1].poll() != -signal.SIGKILL:
            sys.exit("the Dask worker was not killed on the way: take more students for --scaling")
        return seconds
    finally:
        for process in started:
            process.kill()
            process.wait()


# --- what is said


def memory_rows(samples):
    """For each role MiB when a tenth of the class is computed, at the end of computing, and at most."""
    computing = [s for s in samples if 0 < s[2] < samples[-1][2]] or samples
    tenth, last = computing[len(computing) // 10 :][:10], computing[-10:]
    rows = []
    for role in ("main", "workers", "sandboxes"):
        early, late = (statistics.median(s[1][role] for s in some) / MIB for some in (tenth, last))
        rows.append((role, early, late, max(s[1][role] for s in samples) / MIB))
    return rows


def differences(ours, other):
    return {s: (ours.get(s), mark) for s, mark in other.items() if mark is not None and ours.get(s) != mark}


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(word) for word in line) + " |" for line in lines) + "\n"


def said(options, classes, stock, scaling, labels):
    """The report, Markdown."""
    whole = classes[-1]
    both = (whole["intake"] + whole["grade"]) / whole["students"]
    text = [f"# {whole['students']} submissions, seed {options.seed}, {os.cpu_count()} cores\n"]
    text.append(
        table(
            ["submissions", "intake s", "grade s", "s a submission", "with intake"],
            [
                [
                    c["students"],
                    f"{c['intake']:.1f}",
                    f"{c['grade']:.1f}",
                    f"{c['grade'] / c['students']:.3f}",
                    f"{(c['intake'] + c['grade']) / c['students']:.3f}",
                ]
                for c in classes
            ],
        )
    )
    off = differences(whole["marks"], labels)
    text.append(
        f"Marks against the labels of {sum(m is not None for m in labels.values())} honest ones: "
        f"{len(off)} differ."
        + "".join(f"\n- {s}: {mine}, label {mark}" for s, (mine, mark) in sorted(off.items()))
        + "\n"
    )
    if stock:
        off = differences(whole["marks"], stock["marks"])
        text.append(
            table(
                ["", "stock nbgrader", "ours", "ratio"],
                [
                    ["s a submission", stock["each"], f"{both:.3f}", f"{stock['each'] / both:.1f}"],
                    ["submissions", f"{stock['students']} honest", f"{whole['students']}, hostile too", ""],
                    ["marks that differ", "", f"{len(off)} of {stock['students']}", ""],
                ],
            )
            + "".join(f"\n- {s}: ours {mine}, stock {theirs}" for s, (mine, theirs) in sorted(off.items()))
        )
    text.append(
        table(
            ["memory, MiB", "after a tenth", "at the end", "at most"],
            [[role, *(f"{value:.0f}" for value in row)] for role, *row in memory_rows(whole["samples"])],
        )
    )
    if scaling:
        first = scaling["rows"][0]["seconds"]
        rows = [[r["name"], f"{r['seconds']:.1f}", f"{first / r['seconds']:.2f}"] for r in scaling["rows"]]
        text.append(table([f"{scaling['students']} submissions", "seconds", "times as fast"], rows))
        text.append(f"marks.csv the same, byte for byte: {'yes' if scaling['same'] else 'NO'}\n")
    return "\n".join(text)


def picture(path, samples):
    """How many are done, and how much memory is used, over time."""
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    done, memory = figure.subplots(1, 2)
    clock = [s[0] for s in samples]
    for place, name in ((2, "computed"), (3, "in the book")):
        done.plot(clock, [s[place] for s in samples], label=name)
    for role in ("main", "workers", "sandboxes"):
        memory.plot(clock, [s[1][role] / MIB for s in samples], label=role)
    done.set(xlabel="seconds", ylabel="submissions", ylim=(0, None))
    memory.set(xlabel="seconds", ylabel="memory, MiB", ylim=(0, None))
    for axes in (done, memory):
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--students", type=int, default=1000, help="size of the class (default: %(default)s)")
    parser.add_argument("--stock", type=int, default=20, help="honest ones for stock nbgrader; 0: none")
    parser.add_argument("--scaling", type=int, default=100, help="submissions for 1 and 2 workers; 0: none")
    parser.add_argument("--jobs", type=int, default=2, help="workers for the class (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    options = parser.parse_args()
    folder = options.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    received = folder / "received"
    # A copy of the grader: whoever edits it in the meantime does not change what is measured.
    os.environ["PYTHONPATH"] = str(course_copy(folder / "grader", "autograder", "helpers"))
    release = notebook_of(ROOT / "notebooks").read_text(encoding="utf-8")
    labels = make_class(release, received, options.students, options.seed)

    classes = []
    for size in [*(n for n in (10, 100) if n < options.students), options.students]:
        some = part_of(received, folder / "part", list(labels)[:size]) if size < len(labels) else received
        print(f"ours, {size} submissions ...", flush=True)
        classes.append(measure_class(folder / "course", some, options.jobs))
        print(f"  intake {classes[-1]['intake']:.1f} s, grade {classes[-1]['grade']:.1f} s", flush=True)
    stock = scaling = None
    honest = [student for student, mark in labels.items() if mark is not None][: options.stock]
    if honest:
        print(f"stock nbgrader, {len(honest)} submissions ...", flush=True)
        stock = measure_stock(folder / "course", part_of(received, folder / "part", honest))
    if options.scaling:
        some = list(labels)[: options.scaling]
        print(f"1 worker, 2 workers, Dask: {len(some)} submissions each ...", flush=True)
        scaling = measure_scaling(folder / "scaling", part_of(received, folder / "part", some))
        scaling["students"] = len(some)
    text = said(options, classes, stock, scaling, labels)
    print(f"\n{text}")
    (folder / "bench.md").write_text(text, encoding="utf-8")
    (folder / "bench.json").write_text(json.dumps([classes, stock, scaling], indent=1), encoding="utf-8")
    picture(folder / "bench.png", classes[-1]["samples"])


if __name__ == "__main__":
    main()
