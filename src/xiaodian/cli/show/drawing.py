"""Flat art with soft light: shapes as masks, filled with gradients, drawn large and scaled down."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Point = tuple[float, float]
Colour = tuple[int, int, int]
OVERSAMPLE = 2

_CJK_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
)


def find_font(size: int) -> tuple["ImageFont.FreeTypeFont | ImageFont.ImageFont", bool]:
    """A font of that size, and whether it has Chinese characters."""
    for path in _CJK_FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size), True
    return ImageFont.load_default(size), False


class Canvas:
    """A transparent picture to paint on; lengths are in pixels of the finished picture."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._size = (width * OVERSAMPLE, height * OVERSAMPLE)
        self.image = Image.new("RGBA", self._size)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)

    def mask(self, draw: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
        """A mask of what `draw` paints in white."""
        mask = Image.new("L", self._size)
        draw(ImageDraw.Draw(mask))
        return mask

    def polygon(self, points: Sequence[Point]) -> Image.Image:
        """The mask of a polygon."""
        return self.mask(lambda pen: pen.polygon([_up(point) for point in points], fill=255))

    def ellipse(self, x: float, y: float, rx: float, ry: float, tilt_deg: float = 0) -> Image.Image:
        """The mask of an ellipse around a centre."""
        return self.polygon(turn(arc(x, y, rx, ry), (x, y), tilt_deg))

    def box(self, left: float, top: float, right: float, bottom: float, radius: float = 0) -> Image.Image:
        """The mask of a rectangle with round corners."""
        corners = (*_up((left, top)), *_up((right, bottom)))
        return self.mask(lambda pen: pen.rounded_rectangle(corners, radius=radius * OVERSAMPLE, fill=255))

    def stroke(self, points: Sequence[Point], width: float) -> Image.Image:
        """The mask of a line with round ends and joints."""

        def _draw(pen: ImageDraw.ImageDraw) -> None:
            radius = width * OVERSAMPLE / 2
            path = [_up(point) for point in points]
            pen.line(path, fill=255, width=round(radius * 2), joint="curve")
            for x, y in (path[0], path[-1]):
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)

        return self.mask(_draw)

    def fill(self, mask: Image.Image, top: Colour, bottom: Colour | None = None, alpha: float = 1) -> None:
        """Fill a mask with a colour, or a gradient from its upper to its lower edge."""
        box = mask.getbbox()
        if box is None:
            return
        part = mask.crop(box).point(lambda value: round(value * alpha)) if alpha < 1 else mask.crop(box)
        paint = gradient((box[2] - box[0], box[3] - box[1]), top, bottom or top).convert("RGBA")
        paint.putalpha(part)
        self.image.alpha_composite(paint, box[:2])

    def shade_sides(self, mask: Image.Image, strength: float = 0.28) -> None:
        """Make a filled shape look round: darker towards its left and right edges, a light left of the middle."""
        box = mask.getbbox()
        if box is None:
            return
        width, height = box[2] - box[0], box[3] - box[1]
        dark = Image.new("L", (64, 1))
        light = Image.new("L", (64, 1))
        for x in range(64):
            side = abs(x - 28) / 36
            dark.putpixel((x, 0), round(255 * strength * side**2.2))
            light.putpixel((x, 0), round(255 * 0.35 * math.exp(-(((x - 18) / 6) ** 2))))
        for shade, colour in ((dark, (40, 20, 30)), (light, (255, 255, 255))):
            alpha = ImageChops.multiply(shade.resize((width, height)), mask.crop(box))
            paint = Image.new("RGBA", (width, height), (*colour, 0))
            paint.putalpha(alpha)
            self.image.alpha_composite(paint, box[:2])

    def glow(self, mask: Image.Image, colour: Colour, blur: float, alpha: float) -> None:
        """Paint a blurred mask: a shadow or a light."""
        soft = mask.filter(ImageFilter.GaussianBlur(blur * OVERSAMPLE))
        self.fill(soft, colour, alpha=alpha)

    def paste(self, picture: Image.Image, x: float, y: float, width: float, tilt_deg: float = 0) -> None:
        """Put another picture around a centre, at a width."""
        scale = width * OVERSAMPLE / picture.width
        scaled = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
        if tilt_deg:
            scaled = scaled.rotate(tilt_deg, Image.Resampling.BICUBIC, expand=True)
        left, top = round(x * OVERSAMPLE - scaled.width / 2), round(y * OVERSAMPLE - scaled.height / 2)
        layer = Image.new("RGBA", self._size)
        layer.paste(scaled, (left, top))
        self.image.alpha_composite(layer)

    def text(self, x: float, y: float, text: str, size: int, colour: Colour) -> None:
        """Write one line around a centre."""
        font, _ = find_font(size * OVERSAMPLE)
        ImageDraw.Draw(self.image).text(_up((x, y)), text, font=font, fill=(*colour, 255), anchor="mm")


def _up(point: Point) -> Point:
    return point[0] * OVERSAMPLE, point[1] * OVERSAMPLE


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """A vertical gradient."""
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def arc(x: float, y: float, rx: float, ry: float, start_deg: float = 0, end_deg: float = 360) -> list[Point]:
    """Points along an ellipse, clockwise from the right."""
    angles = [math.radians(start_deg + (end_deg - start_deg) * step / 60) for step in range(61)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


def turn(points: Sequence[Point], centre: Point, degrees: float) -> list[Point]:
    """Points turned clockwise around a centre."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            centre[0] + (x - centre[0]) * cos - (y - centre[1]) * sin,
            centre[1] + (x - centre[0]) * sin + (y - centre[1]) * cos,
        )
        for x, y in points
    ]


def curve(*controls: Point) -> list[Point]:
    """Points along a smooth line through the given points (Catmull-Rom)."""
    padded = [controls[0], *controls, controls[-1]]
    points: list[Point] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        points += [_between(before, start, end, after, step / 12) for step in range(12)]
    return [*points, controls[-1]]


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    def _axis(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)

    return _axis(before[0], start[0], end[0], after[0]), _axis(before[1], start[1], end[1], after[1])


def turned_body(x: float, profile: Sequence[Point]) -> list[Point]:
    """The outline of a body turned on a wheel: the profile gives half width and height, from top to bottom."""
    side = curve(*profile)
    return [(x - half, y) for half, y in side] + [(x + half, y) for half, y in reversed(side)]
