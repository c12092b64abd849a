"""Make docs/preview.png, the picture of README.md, out of pictures that the chapters hold."""

import base64
import io
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURES = [("01_rnn", "s1-sight"), ("01_rnn", "s4-lab-static"), ("01_rnn", "s6-confusion")]
HEIGHT = 360

if __name__ == "__main__":
    pictures = []
    for chapter, cell_id in PICTURES:
        cells = nbformat.read(ROOT / f"notebooks/{chapter}.ipynb", as_version=4).cells
        outputs = next(cell.outputs for cell in cells if cell.id == cell_id)
        png = next(o.data["image/png"] for o in outputs if "image/png" in o.get("data", {}))
        picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
        pictures.append(picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT)))
    width = sum(picture.width for picture in pictures) + 20 * (len(pictures) - 1)
    sheet, x = Image.new("RGB", (width, HEIGHT), "white"), 0
    for picture in pictures:
        sheet.paste(picture, (x, 0))
        x += picture.width + 20
    (ROOT / "docs").mkdir(exist_ok=True)
    sheet.quantize(256).save(ROOT / "docs/preview.png", optimize=True)
