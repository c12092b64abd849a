"""docs/hub.md, typed: run by tests/course/test_hub.py, as root, where /etc, /home and /srv are its own.

Words: the page, the environment that stands for /opt/nets, the course's folder. Ends with an error where a
command fails or the hub does not do what the page says; students ask the hub what their browser would ask.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import requests

HUB = "http://127.0.0.1:8000"
NAME = "04_exercises"
ANSWER = "Each half has read the other end of the sequence."


def blocks(page, environment):
    """The page's commands as (who types them, commands), the environment's place put in."""
    for who, commands in re.findall(r"```bash\n# ([a-z]+)[^\n]*\n(.*?)```", page, re.S):
        yield who, commands.replace("/opt/nets", str(environment))


def typed(who, commands, folder):
    print(f"--- {who}\n{commands}", flush=True)
    words = ["bash", "-euc", commands]
    if who != "root":
        words, folder = ["runuser", "-l", who, "-c", f"set -eu\n{commands}"], "/"
    subprocess.run(words, cwd=folder, check=True)


class Person(requests.Session):
    """One who is logged in, the own server started."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.get(f"{HUB}/hub/login")
        answer = self.post(
            f"{HUB}/hub/login?next=/hub/spawn/{name}",
            data={"username": name, "password": f"{name}-word", "_xsrf": self.cookies.get("_xsrf")},
        )
        answer.raise_for_status()
        patiently(lambda: self.get(f"{HUB}/user/{name}/lab").url.startswith(f"{HUB}/user/{name}/lab"))

    def ask(self, what, **words):
        """One of Assignment List's buttons."""
        xsrf = self.cookies.get("_xsrf", path=f"/user/{self.name}/")
        address = f"{HUB}/user/{self.name}/assignments/{what}"
        answer = self.post(address, data=words, headers={"X-XSRFToken": xsrf})
        answer.raise_for_status()
        said = answer.json()
        assert said["success"], said
        return said["value"]


def patiently(done, seconds=120):
    end = time.monotonic() + seconds
    while True:
        try:
            if done():
                return
        except requests.RequestException:
            pass
        assert time.monotonic() < end, "the hub does not answer"
        time.sleep(0.5)


def written_by(name, answer):
    """The student's notebook with one question answered, saved with the student's own rights."""
    file = Path(f"/home/{name}/{NAME}/{NAME}.ipynb")
    owner = file.stat()
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "birnn_bn_why":
            cell.source = answer
    nbformat.write(notebook, file)
    os.chown(file, owner.st_uid, owner.st_gid)


def students():
    """Ada and Emmy fetch and submit; Ada twice, the second time with an answer."""
    for name in ("ada", "emmy"):
        person = Person(name)
        course = {"course_id": "nets-by-hand", "assignment_id": NAME}
        person.ask("fetch", **course)
        person.ask("submit", **course)
        if name == "ada":
            written_by(name, ANSWER)
            time.sleep(1)
            person.ask("submit", **course)
    assert requests.get(f"{HUB}/user/ada/assignments", allow_redirects=False).status_code in (302, 403)


def in_formgrader():
    """What the teacher's formgrader in the hub shows: the assignments, and the submissions of each."""
    teacher = Person("teacher")
    base = f"{HUB}/user/teacher/formgrader"
    page = teacher.get(f"{base}/gradebook/{NAME}/{NAME}")
    page.raise_for_status()
    shown = {}
    for one in teacher.get(f"{base}/api/assignments").json():
        names = [s["student"] for s in teacher.get(f"{base}/api/submissions/{one['name']}").json()]
        shown[one["name"]] = sorted(names)
    notebooks = teacher.get(f"{base}/api/submitted_notebooks/{NAME}/{NAME}").json()
    waits = {one["student"]: one["needs_manual_grade"] for one in notebooks}
    for one in notebooks:  # the page with the student's answers and the boxes for points
        page = teacher.get(f"{base}/submissions/{one['id']}/?index=0")
        assert page.ok and "Student's answer" in page.text, page.text[:2000]
    return {"submissions": shown, "waits": waits}


def main(page, environment, course):
    hub = None
    # The walls' own /proc is covered in places, and then the grader's sandbox may have none.
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
    Path(course, "accounts.txt").write_text("".join(f"{n}:{n}-word\n" for n in ("teacher", "ada", "emmy")))
    for who, commands in blocks(Path(page).read_text(encoding="utf-8"), environment):
        if "pip install" in commands:
            continue  # no network
        if "jupyterhub -f" in commands:
            hub = subprocess.Popen(["bash", "-euc", commands.replace("jupyterhub -f", "exec jupyterhub -f")])
            patiently(lambda: requests.get(f"{HUB}/hub/health").ok)
            continue
        typed(who, commands, course)
        if "release_assignment" in commands:
            students()
    formgrader = in_formgrader()
    hub.terminate()
    hub.wait(60)
    course = Path("/home/teacher/course")
    collected = {
        name: (course / f"grading/submitted/{name}/{NAME}/{NAME}.ipynb").read_text(encoding="utf-8")
        for name in ("ada", "emmy")
    }
    look = "cat /home/emmy/*/* /home/teacher/course/grading/gradebook.db"
    found = {
        "marks": (course / "grading/export/marks.csv").read_text(encoding="utf-8"),
        "collected": collected,
        "formgrader": formgrader,
        "feedback": len(list(Path("/srv/nbgrader/exchange/nets-by-hand/feedback").glob("*.html"))),
        "refused": subprocess.run(["runuser", "-l", "ada", "-c", look], capture_output=True).returncode,
    }
    Path("/srv/found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
