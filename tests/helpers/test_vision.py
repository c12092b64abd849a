"""helpers.vision: torchvision imports everywhere, with help only where it needs help.

Each case is a fresh Python process, because a process imports torchvision, and declares operators, once.
"""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]

CALL = """
import torch

def call(name):
    operator = getattr(torch.ops.torchvision, name)
    try:
        result = operator(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return f"size {tuple(result.shape)}" if result.is_meta else result.tolist()
"""


def run(code, tmp_path, **files):
    """What `code` prints, as lines, where the torchvision made of `files` (none: the installed one) is found.

    `code` may use torch and `call(name)`, which calls an operator of torchvision or reports its error.
    """
    for name, text in files.items():
        package = tmp_path / "torchvision"
        package.mkdir(exist_ok=True)
        (package / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    preamble = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
    process = subprocess.run(
        [sys.executable, "-c", preamble + CALL + dedent(code)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


# What torchvision does when it is imported. Its compiled part, which may fail to load, declares the
# operators with DEF, which torch allows only once for each namespace.
EXTENSION = """
    import torch

    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", lambda dets, scores, iou_threshold: scores + 1, "CPU")
    loaded = True
"""
EXTENSION_THAT_DOES_NOT_LOAD = """
    import torchvision.paths

    loaded = False
"""
PACKAGE = """
    from . import extension
    from torchvision import _meta_registrations, datasets, transforms
"""
META_REGISTRATIONS = """
    import torch
    import torchvision.extension

    @torch.library.register_fake("torchvision::nms")
    def fake_nms(dets, scores, iou_threshold):
        return scores

    @torch.library.register_fake("torchvision::qnms")
    def fake_qnms(dets, scores, iou_threshold):
        return scores
"""
PARTS = {
    "__init__": PACKAGE,
    "_meta_registrations": META_REGISTRATIONS,
    "paths": "",
    "datasets": "",
    "transforms": "",
}


@pytest.mark.parametrize("plain_import_first", [False, True])
def test_installed_torchvision(plain_import_first, tmp_path):
    """The real one: it works through helpers.vision, with declared operators exactly where import fails."""
    answer = run(
        f"""
        def attempt():
            try:
                import torchvision
                return "imports"
            except RuntimeError as error:
                return str(error)
        if {plain_import_first}:
            print(attempt(), flush=True)
        from helpers.vision import datasets, torchvision, transforms
        print(hasattr(torchvision, "_declared_operators"))
        print(transforms.ToTensor()(__import__("PIL.Image").Image.new("L", (2, 3))).shape)
        print(datasets.MNIST.__module__, attempt())
        print(call("nms"))
        print(call("qnms"))
        """,
        tmp_path,
    )
    if plain_import_first:
        fails = answer.pop(0) == "operator torchvision::nms does not exist"
        assert answer[0] == str(fails)
    declared = answer[0] == "True"
    assert answer[1:3] == ["torch.Size([1, 3, 2])", "torchvision.datasets.mnist imports"]
    if declared:
        for line in answer[3:]:
            assert line.startswith("RuntimeError: torchvision::nms and torchvision::qnms are not available")
            assert "install a torchvision of the same build as torch" in line
    else:
        assert answer[3] == "[0]"


def test_healthy_torchvision_is_left_alone(tmp_path):
    """Nothing is declared: the operators are the extension's own."""
    answer = run(
        """
        from helpers.vision import datasets, torchvision
        print(torchvision.extension.loaded, hasattr(torchvision, "_declared_operators"), call("nms"))
        """,
        tmp_path,
        extension=EXTENSION,
        **PARTS,
    )
    assert answer == ["True False [1.0]"]


def test_torchvision_without_its_extension_is_helped(tmp_path):
    """The failure, played on any machine, in a process that already tried to import torchvision itself."""
    answer = run(
        """
        try:
            import torchvision
        except RuntimeError as error:
            print(error)
        from helpers.vision import datasets, torchvision
        print(torchvision.extension.loaded, hasattr(torchvision, "_declared_operators"))
        print(hasattr(torchvision, "paths"))  # False where a module is left over from the failed import
        print(call("nms"))
        with torch.device("meta"):  # torchvision's own Python code is attached
            print(call("nms"))
        """,
        tmp_path,
        extension=EXTENSION_THAT_DOES_NOT_LOAD,
        **PARTS,
    )
    assert answer[0] == "operator torchvision::nms does not exist"
    assert answer[1:3] == ["False True", "True"]
    assert answer[3].startswith("RuntimeError: torchvision::nms and torchvision::qnms are not available")
    assert answer[4] == "size (1,)"


def test_other_failures_are_passed_on(tmp_path):
    """Another RuntimeError, a missing dependency, no torchvision: not tried twice, nothing left."""
    answer = run(
        """
        from pathlib import Path
        package = Path("torchvision")
        def attempt():
            try:
                import helpers.vision
            except ImportError as error:
                print(type(error).__name__, error.name, error)
            print([name for name in sys.modules if name.startswith(("torchvision", "helpers.vision"))])
            print(hasattr(torch.ops.torchvision, "nms"))
        attempt()
        (package / "__init__.py").write_text("import no_such_pillow_anywhere", encoding="utf-8")
        attempt()
        sys.modules["torchvision"] = None  # what Python itself takes as "cannot be found"
        attempt()
        """,
        tmp_path,
        __init__="from . import extension",
        extension="""
            print("the extension runs")
            raise RuntimeError("PyTorch and torchvision were compiled with different CUDA versions")
        """,
    )
    assert answer.pop(0) == "the extension runs"
    assert answer[0].startswith("ImportError torchvision torchvision does not import beside torch ")
    assert answer[0].endswith(": PyTorch and torchvision were compiled with different CUDA versions")
    assert answer[1] == "Install a pair that belongs together: pip install -r requirements.txt"
    assert answer[2:4] == ["[]", "False"]
    assert answer[4].startswith("ImportError torchvision torchvision does not import beside torch ")
    assert answer[4].endswith(": No module named 'no_such_pillow_anywhere'")
    assert answer[6:8] == ["[]", "False"]
    assert answer[8] == (
        "ModuleNotFoundError torchvision torchvision is not installed. Install what the course needs: "
        "pip install -r requirements.txt"
    )
    assert answer[9:] == ["[]", "False"]
