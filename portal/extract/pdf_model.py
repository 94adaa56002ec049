"""What stands on a page: words with their boxes, ruled lines, and the frame they are in."""

from dataclasses import dataclass

import pypdfium2 as pdfium

from portal.extract.model import Box


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a gap; `base` is the line they stand on, `size` the font's."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    raised: bool = False
    bold: bool = False
    confidence: float = 1.0

    @property
    def middle(self) -> float:
        """The middle of its width."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line, or the edge of a shaded box; it lies flat when wider than high."""

    left: float
    top: float
    right: float
    bottom: float
    shade: bool = False

    @property
    def flat(self) -> bool:
        """True when it is wider than high."""
        return self.right - self.left >= self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Page:
    """One page in the frame in which its text reads upright; `turn` says how it was turned."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    turn: int = 0
    pictures: float = 0.0
    scanned: bool = False

    def shown(self, box: Box) -> Box:
        """Return a box of this frame in points from the top left of the page as shown."""
        left, top, right, bottom = box
        if self.turn == 90:  # the text runs upwards
            return top, self.width - right, bottom, self.width - left
        if self.turn == 270:
            return self.height - bottom, left, self.height - top, right
        return box


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns the file's coordinates into points from the top left of the page as shown."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> "Frame":
        """Return the frame of a page: its crop box and its rotation."""
        return cls(*page.get_cropbox(), page.get_rotation())

    @property
    def width(self) -> float:
        """Width as shown."""
        across, up = self.right - self.left, self.top - self.bottom
        return up if self.rotation in (90, 270) else across

    @property
    def height(self) -> float:
        """Height as shown."""
        across, up = self.right - self.left, self.top - self.bottom
        return across if self.rotation in (90, 270) else up

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the file is shown."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, x1: float, y1: float, x2: float, y2: float) -> Box:
        """Return where a box of the file is shown."""
        (a, b), (d, e) = self.at(x1, y1), self.at(x2, y2)
        return min(a, d), min(b, e), max(a, d), max(b, e)
