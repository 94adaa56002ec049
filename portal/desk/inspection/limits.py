"""How large a document and what is inside it may be, and the refusal when it is larger."""

from dataclasses import dataclass

from portal.core.errors import BadInput

MB = 1024 * 1024


class Refused(BadInput):
    """A document that must not be read further: the kind of finding and its place."""

    def __init__(self, kind: str, place: str = "document") -> None:
        self.kind, self.place = kind, place
        super().__init__("a document within our limits", kind, place)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits before and after inflation; a document over any of them is refused."""

    size: int = 64 * MB
    members: int = 5_000
    inflated: int = 256 * MB
    # deflate cannot pass 1032:1; sheets of real workbooks stay under 60:1
    ratio: int = 200
    ratio_from: int = 2 * MB
    part: int = 128 * MB
    nesting: int = 3
    pages: int = 2_000
    sheets: int = 500
    cells: int = 1_500_000
    columns: int = 16_384
    # Excel's own limit of one cell is 32,767 letters
    letters: int = 100_000
    pixels: int = 50_000_000
    elements: int = 12_000_000
    # nested graphics states: the standard says 28, real files stay under 60
    graphics_states: int = 400
    content_stream: int = 24 * MB
    seconds: float = 12.0  # of the processor


LIMITS = Limits()
