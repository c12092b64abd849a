"""torchvision, importable beside any build of torch: `from helpers.vision import datasets, transforms`.

This is the one place of the course that imports torchvision. The Linux wheel of torchvision on PyPI is
compiled for torch with CUDA. Beside a torch for CPU its compiled part does not load, and
`import torchvision` ends with "operator torchvision::nms does not exist", because torchvision attaches
Python code to two compiled operators, `nms` and `qnms`, that are then missing. Data sets and transforms
need neither of them. So in this one case the two operators are declared without a body, and torchvision
is imported again.

- Where torchvision imports by itself, nothing is declared and nothing is changed.
- Where the operators are only declared, calling one raises a RuntimeError that says what to install.
- Any other failure is passed on as an ImportError (ModuleNotFoundError where torchvision is not
  installed) that says what to install.
"""

import sys

import torch


def _declare_missing_operators():
    """Tell torch the names and signatures of torchvision's `nms` and `qnms`; their body is an error.

    Returns the torch.library.Library that holds them: torch drops the operators together with it.
    """

    def refuse(boxes, scores, iou_threshold):
        raise RuntimeError(
            "torchvision::nms and torchvision::qnms are not available: the compiled part of torchvision does "
            f"not load beside this torch ({torch.__version__}). Data sets and transforms work; for nms "
            "install a torchvision of the same build as torch"
        )

    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.impl(name, refuse, "CompositeExplicitAutograd")
    return library


def _forget_torchvision():
    """Remove the submodules that a failed import leaves, so that the next import runs all of torchvision."""
    for name in list(sys.modules):
        if name.split(".")[0] == "torchvision":
            del sys.modules[name]


def _import_torchvision():
    try:
        import torchvision
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        _forget_torchvision()
        library = _declare_missing_operators()
        import torchvision

        torchvision._declared_operators = library  # they live as long as torchvision does
    return torchvision


try:
    torchvision = _import_torchvision()
    from torchvision import datasets, transforms
except Exception as error:
    _forget_torchvision()
    if isinstance(error, ModuleNotFoundError) and error.name == "torchvision":
        raise ModuleNotFoundError(
            "torchvision is not installed. Install what the course needs: pip install -r requirements.txt",
            name="torchvision",
        ) from error
    raise ImportError(
        f"torchvision does not import beside torch {torch.__version__}: {error}\n"
        "Install a pair that belongs together: pip install -r requirements.txt",
        name="torchvision",
    ) from error

__all__ = ["datasets", "torchvision", "transforms"]
