# Each target is a line or two that you could type yourself; README.md lists them as plain commands.
# Windows, or no make: use those.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1
# Set in some containers: pytest would rewrite the asserts of all tests anew in each worker, five seconds each time.
unexport PYTHONDONTWRITEBYTECODE
# Jupyter refuses to run as root (in a container, say) unless it is told to.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab test test-fast test-slow notebooks times release grade demo-class grade-stock bench badges lock clean
.PHONY: kernels windows colab pythons newest

help:            ## list the targets
	@awk -F ':.*## *' '/^[a-z-]+:.*##/ { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: .venv/.course  ## open the course in JupyterLab
	$(BIN)/python lab.py $(AS_ROOT)

test: .venv/.all ## everything that must hold: ruff, pytest, every notebook re-executed and compared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg --ignore notebooks/04_exercises --ignore notebooks/05_by_hand tests notebooks solutions

test-fast: .venv/.all ## what one runs after each change: no notebook, nothing that takes seconds
	$(BIN)/python -m pytest -m "not slow" --fast -n 2 --dist loadfile --no-loadscope-reorder tests

test-slow: .venv/.all ## what takes long: five seeds, every labelled answer, a hostile class, a real browser
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile --no-loadscope-reorder tests

notebooks: .venv/.all ## execute the chapters afresh and save them as a reader sees them
	$(BIN)/python tools/notebooks.py

times: .venv/.all ## [ONLY=notebooks/02_cnn.ipynb]: run the chapters; minutes of each sitting beside what it says
	$(BIN)/python tools/times.py --run $(ONLY)

release: .venv/.all ## [BRANCH=students]: write what students get into dist/; with BRANCH as a tagged branch too
	$(BIN)/python tools/release.py $(if $(BRANCH),--branch "$(BRANCH)")

grade: .venv/.all ## [FOLDER=...]: take submissions in, grade them in the sandbox, write book and report
	$(BIN)/python -m autograder intake "$(or $(FOLDER),grading/submitted)"
	$(BIN)/python -m autograder grade --jobs 2

demo-class: .venv/.all ## a class of 24 to try it on, in demo/: docs/instructors.md walks through it
	$(BIN)/python tools/demo_class.py

grade-stock: .venv/.all ## FOLDER=...: grade submissions with stock nbgrader, beside the course's own marks
	$(BIN)/python tools/grade_stock.py "$(FOLDER)"

bench: .venv/.all ## how fast a class of 1,000 is graded, beside stock nbgrader (half an hour)
	$(BIN)/python tools/bench.py

badges: .venv/.all ## write the repository's address from pyproject.toml into README and notebooks
	$(BIN)/python tools/badges.py

kernels: .venv/.all ## [ONLY="MKL notebooks/02_cnn.ipynb"]: as on another processor: other arithmetic, every text compared
	$(BIN)/python tools/simulate.py kernels $(ONLY)

windows: .venv/.all ## [ONLY=tests/helpers]: as on Windows: CRLF, cp1252, no Unix modules, no make, no links, refused names
	$(BIN)/python tools/simulate.py windows $(ONLY)

colab: .venv/.all ## [ONLY=notebooks/02_cnn.ipynb]: as on Colab: its versions, the package from the release's tag
	$(BIN)/python tools/simulate.py colab $(ONLY)

pythons: .venv/.all ## [ONLY=tests/helpers]: make test from a clean clone on Python 3.12 and 3.13
	$(BIN)/python tools/simulate.py python 3.12 3.13 $(ONLY)

newest: .venv/.all ## [ONLY=tests/helpers]: with the newest releases, as CI does every week
	$(BIN)/python tools/simulate.py newest $(ONLY)

lock: .venv/.all ## resolve constraints.txt anew
	$(BIN)/python tools/lock.py

clean:           ## remove the virtual environment and everything generated
	$(PYTHON) -c "import glob, shutil; [shutil.rmtree(f) for p in '.venv build dist .*_cache .hypothesis *.egg-info'.split() for f in glob.glob(p)]"

STOPPED := { echo "The installation stopped; pip says why, above. No network: connect. No space: make room, 1.3 GB or, with CUDA, 5.4 GB. Then type the same command again: what is there is kept."; exit 1; }

.venv/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "This course runs on Python 3.11, 3.12 or 3.13; $(PYTHON) is %d.%d. Try: make PYTHON=python3.11 $(MAKECMDGOALS)" % v)'
	@echo "Creating .venv (a private Python for the course)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "No venv module in $(PYTHON): install it (Debian, Ubuntu: apt install python3-venv) and try again."; exit 1; }

.venv/.course: .venv/bin/python requirements.txt constraints.txt pyproject.toml
	@echo "Installing the course into .venv (once; a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt || $(STOPPED)
	@touch $@

.venv/.all: .venv/.course
	@echo "Installing what tests and grading need into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,grade]" || $(STOPPED)
	@touch $@
