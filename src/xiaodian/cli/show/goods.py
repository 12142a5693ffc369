"""Paints the products: cut-outs for the film, and pictures on a coloured ground for the shop."""

import math
import random
from collections.abc import Callable

from PIL import Image

from xiaodian.cli.show.drawing import Canvas, Colour, Point, arc, curve, gradient, turned_body

SIZE = 800
WHITE: Colour = (255, 255, 255)
_GROUNDS: dict[str, tuple[Colour, Colour]] = {
    "strawberries": ((255, 233, 222), (255, 190, 170)),
    "jam": ((255, 244, 214), (250, 205, 150)),
    "crisps": ((255, 228, 236), (245, 178, 198)),
    "blueberries": ((228, 236, 255), (170, 190, 240)),
    "cup": ((233, 240, 246), (180, 203, 222)),
    "teapot": ((240, 239, 226), (203, 205, 180)),
    "vase": ((250, 236, 218), (232, 190, 150)),
    "apron": ((232, 238, 232), (178, 200, 186)),
}


def paint_cut_out(art: str) -> Image.Image:
    """The product alone, on a transparent ground, 800 × 800."""
    canvas = Canvas(SIZE, SIZE)
    _PAINTERS[art](canvas)
    return canvas.finish()


def paint_picture(art: str) -> Image.Image:
    """The product on a coloured ground, as the shop shows it."""
    top, bottom = _GROUNDS[art]
    canvas = Canvas(SIZE, SIZE)
    canvas.image.paste(gradient(canvas.image.size, top, bottom))
    canvas.fill(canvas.ellipse(620, 190, 330, 330), WHITE, alpha=0.35)
    canvas.fill(canvas.ellipse(130, 640, 240, 240), WHITE, alpha=0.22)
    canvas.fill(canvas.box(-20, 655, 820, 820), tuple(round(c * 0.93) for c in bottom))  # type: ignore[arg-type]
    canvas.glow(canvas.ellipse(400, 700, 270, 34), (60, 30, 30), 18, 0.4)
    canvas.paste(paint_cut_out(art), 400, 400, 760)
    return canvas.finish().convert("RGB")


def _berry_outline(x: float, y: float, r: float) -> list[Point]:
    points = []
    for step in range(72):
        angle = 2 * math.pi * step / 72
        down = -math.cos(angle)
        points.append((x + r * math.sin(angle) * (0.92 - 0.26 * down), y + r * 1.12 * down))
    return points


def strawberry(canvas: Canvas, x: float, y: float, r: float, seed: int = 0) -> None:
    """A strawberry, its tip down."""
    mask = canvas.polygon(_berry_outline(x, y, r))
    canvas.fill(mask, (238, 58, 60), (196, 22, 44))
    canvas.shade_sides(mask, 0.3)
    chance = random.Random(seed)
    for row in range(-2, 4):
        for column in range(-2, 3):
            sx = x + (column + 0.5 * (row % 2)) * r * 0.36 + chance.uniform(-1, 1) * r * 0.03
            sy = y + row * r * 0.27 + r * 0.05
            if ((sx - x) / (r * (0.82 - 0.26 * (sy - y) / r))) ** 2 + ((sy - y) / (r * 1.02)) ** 2 < 0.75:
                canvas.fill(canvas.ellipse(sx, sy, r * 0.035, r * 0.06), (255, 214, 120))
    for angle in (-72, 72, -40, 40, 0):
        tip = (x + r * 0.66 * math.sin(math.radians(angle)), y - r * (0.62 - 0.28 * abs(angle) / 72))
        middle, bow = ((x + tip[0]) / 2, (y - r * 0.98 + tip[1]) / 2), math.copysign(r * 0.13, angle)
        upper = curve((x, y - r * 0.98), (middle[0] + bow, middle[1] - r * 0.13), tip)
        lower = curve(tip, (middle[0] - bow, middle[1] + r * 0.02), (x, y - r * 0.86))
        canvas.fill(canvas.polygon(upper + lower), (116, 184, 78), (66, 138, 58))
    canvas.fill(canvas.stroke(curve((x, y - r), (x + r * 0.08, y - r * 1.25)), r * 0.09), (88, 150, 66))


def _strawberries(canvas: Canvas) -> None:
    for row, (y, count, r) in enumerate(((270, 3, 78), (350, 4, 82), (430, 5, 80))):
        for column in range(count):
            strawberry(canvas, 400 + (column - (count - 1) / 2) * 128, y, r, row * 7 + column)
    _crate(canvas, (226, 178, 118), (196, 142, 84))
    strawberry(canvas, 400, 584, 40)


def _crate(canvas: Canvas, light: Colour, dark: Colour) -> None:
    outline = [(70.0, 450.0), (730.0, 450.0), (680.0, 700.0), (120.0, 700.0)]
    mask = canvas.polygon(outline)
    canvas.fill(mask, light, dark)
    for y in (525, 608):
        inset = 70 + (y - 450) * 0.2
        canvas.fill(canvas.box(inset + 4, y, 796 - inset, y + 9), dark, alpha=0.8)
    canvas.shade_sides(mask, 0.2)
    canvas.fill(canvas.box(58, 436, 742, 474, 12), light, dark)
    canvas.fill(canvas.box(58, 436, 742, 452, 8), WHITE, alpha=0.35)
    canvas.fill(canvas.box(290, 520, 510, 640, 16), (255, 250, 240))


def _jam(canvas: Canvas) -> None:
    glass = canvas.box(205, 250, 595, 705, 70)
    canvas.fill(glass, (216, 42, 60), (142, 12, 36))
    for seed, (x, y) in enumerate(((285, 350), (500, 330), (520, 640), (290, 655))):
        canvas.fill(canvas.ellipse(x, y, 44, 34, seed * 31), (240, 90, 96), (190, 30, 52), alpha=0.8)
    canvas.shade_sides(glass, 0.36)
    canvas.fill(canvas.box(190, 150, 610, 262, 26), (250, 246, 236), (226, 214, 196))
    for x in range(200, 600, 42):
        canvas.fill(canvas.box(x, 152, x + 21, 260), (214, 62, 60), alpha=0.75)
    for y in (168, 212):
        canvas.fill(canvas.box(190, y, 610, y + 22), (214, 62, 60), alpha=0.45)
    canvas.shade_sides(canvas.box(190, 150, 610, 262, 26), 0.2)
    canvas.fill(canvas.box(190, 256, 610, 272), (150, 30, 40), alpha=0.35)
    canvas.fill(canvas.box(250, 385, 550, 625, 22), (255, 250, 238))
    canvas.fill(canvas.box(264, 399, 536, 611, 14), (214, 62, 60), alpha=0.16)
    strawberry(canvas, 400, 505, 74)
    canvas.fill(canvas.box(236, 290, 262, 640, 13), WHITE, alpha=0.4)


def _crisps(canvas: Canvas) -> None:
    side = curve((205, 150), (190, 300), (182, 480), (196, 700))
    bag = side + [(800 - x, y) for x, y in reversed(side)]
    mask = canvas.polygon(bag)
    canvas.fill(mask, (250, 132, 156), (226, 70, 112))
    canvas.fill(canvas.box(202, 140, 598, 196, 8), (255, 182, 196))
    for x in range(212, 596, 16):
        canvas.fill(canvas.box(x, 146, x + 4, 190), WHITE, alpha=0.45)
    canvas.fill(canvas.ellipse(400, 330, 140, 86), (255, 246, 240))
    canvas.fill(canvas.box(300, 306, 500, 324, 9), (226, 70, 112))
    canvas.fill(canvas.box(330, 340, 470, 354, 7), (226, 70, 112), alpha=0.6)
    canvas.fill(canvas.ellipse(400, 560, 150, 108), (120, 24, 52), alpha=0.35)
    for seed, (x, y, r) in enumerate(((330, 560, 52), (410, 600, 54), (470, 545, 50), (392, 520, 50))):
        strawberry(canvas, x, y, r, seed)
    canvas.shade_sides(mask, 0.28)


def _blueberries(canvas: Canvas) -> None:
    chance = random.Random(4)
    for y, count in ((300, 4), (350, 5), (400, 6), (446, 7)):
        for column in range(count):
            x = 400 + (column - (count - 1) / 2) * 92 + chance.uniform(-6, 6)
            _blueberry(canvas, x, y + chance.uniform(-6, 6), 54, chance.uniform(-40, 40))
    for x, y, tilt in ((610, 300, 30), (200, 320, -28)):
        canvas.fill(canvas.ellipse(x, y, 78, 30, tilt), (120, 182, 96), (70, 138, 74))
    _crate(canvas, (236, 240, 246), (192, 204, 222))
    for dx in (-44, 0, 44):
        _blueberry(canvas, 400 + dx, 580, 30, dx)


def _blueberry(canvas: Canvas, x: float, y: float, r: float, tilt: float) -> None:
    mask = canvas.ellipse(x, y, r, r)
    canvas.fill(mask, (112, 134, 206), (40, 54, 122))
    canvas.shade_sides(mask, 0.34)
    top = (x + r * 0.3 * math.sin(math.radians(tilt)), y - r * 0.34)
    star = [
        (top[0] + spoke * r * math.cos(step * math.pi / 5), top[1] + spoke * 0.76 * r * math.sin(step * math.pi / 5))
        for step, spoke in enumerate((0.18, 0.34) * 5)
    ]
    canvas.fill(canvas.polygon(star), (28, 36, 84))


def _cup(canvas: Canvas) -> None:
    body = canvas.polygon(turned_body(400, [(250, 290), (244, 380), (205, 520), (130, 620), (112, 640), (112, 690)]))
    canvas.fill(body, (253, 254, 255), (222, 230, 238))
    blue = (38, 72, 156)
    canvas.fill(canvas.stroke(arc(400, 318, 246, 52, 8, 172), 9), blue)
    canvas.fill(canvas.stroke(arc(400, 340, 243, 52, 8, 172), 4), blue)
    canvas.fill(canvas.stroke(arc(400, 610, 138, 26, 10, 170), 6), blue)
    canvas.fill(canvas.stroke(curve((250, 500), (320, 440), (400, 480), (490, 420), (560, 450)), 8), blue)
    for x, y, r in ((330, 440, 40), (480, 430, 46), (410, 520, 34)):
        for petal in range(6):
            angle = petal * math.pi / 3
            px, py = x + r * 0.6 * math.cos(angle), y + r * 0.6 * math.sin(angle)
            canvas.fill(canvas.ellipse(px, py, r * 0.42, r * 0.3, math.degrees(angle)), (70, 110, 194), blue, 0.85)
        canvas.fill(canvas.ellipse(x, y, r * 0.2, r * 0.2), (240, 246, 252))
    for x, y, tilt in ((270, 470, 40), (545, 500, -30), (360, 560, 20), (470, 545, -50)):
        canvas.fill(canvas.ellipse(x, y, 30, 12, tilt), blue, alpha=0.7)
    canvas.shade_sides(body, 0.24)
    canvas.fill(canvas.ellipse(400, 290, 250, 62), (250, 252, 254), (226, 233, 240))
    canvas.fill(canvas.ellipse(400, 296, 232, 50), (206, 160, 84), (176, 122, 52))
    canvas.fill(canvas.ellipse(345, 286, 90, 14, -6), WHITE, alpha=0.35)


def _teapot(canvas: Canvas) -> None:
    light, dark = (190, 222, 212), (118, 166, 158)
    canvas.fill(canvas.stroke(curve((575, 420), (690, 360), (730, 470), (680, 580), (560, 600)), 40), light, dark)
    spout = curve((235, 560), (150, 520), (128, 420), (86, 356), (112, 336), (168, 380), (196, 450), (262, 470))
    canvas.fill(canvas.polygon(spout), light, dark)
    body = canvas.polygon(turned_body(400, [(110, 340), (200, 400), (236, 510), (190, 620), (120, 676), (116, 700)]))
    canvas.fill(body, light, dark)
    chance = random.Random(9)
    for _ in range(26):
        x, y = chance.uniform(220, 580), chance.uniform(400, 640)
        if ((x - 400) / 215) ** 2 + ((y - 520) / 140) ** 2 < 1:
            line = curve((x, y), (x + chance.uniform(-50, 50), y + chance.uniform(-30, 30)))
            canvas.fill(canvas.stroke(line, 2.2), (84, 128, 122), alpha=0.5)
    canvas.shade_sides(body, 0.3)
    lid = canvas.polygon(turned_body(400, [(20, 262), (60, 290), (112, 330), (122, 352)]))
    canvas.fill(lid, (204, 232, 222), (138, 184, 176))
    canvas.shade_sides(lid, 0.24)
    canvas.fill(canvas.ellipse(400, 244, 32, 28), (210, 236, 228), (130, 176, 168))


def _vase(canvas: Canvas) -> None:
    branch = curve((400, 300), (410, 200), (370, 120), (420, 40))
    canvas.fill(canvas.stroke(branch, 9), (112, 76, 52))
    canvas.fill(canvas.stroke(curve((396, 190), (470, 140), (520, 84)), 7), (112, 76, 52))
    for x, y in ((424, 40), (372, 118), (520, 84), (470, 138), (404, 180)):
        for petal in range(5):
            angle = petal * 2 * math.pi / 5
            petal_mask = canvas.ellipse(x + 15 * math.cos(angle), y + 15 * math.sin(angle), 13, 13)
            canvas.fill(petal_mask, (250, 190, 200), (232, 120, 144))
        canvas.fill(canvas.ellipse(x, y, 6, 6), (250, 222, 120))
    profile: list[Point] = [(74, 250), (56, 300), (96, 370), (186, 480), (196, 570), (140, 670), (110, 704)]
    body = canvas.polygon(turned_body(400, profile))
    canvas.fill(body, (252, 247, 236), (230, 216, 196))
    canvas.fill(canvas.stroke(curve((330, 430), (400, 470), (470, 440), (520, 500)), 7), (96, 72, 54))
    for x, y, r in ((352, 500, 50), (462, 520, 56), (396, 598, 48)):
        canvas.fill(canvas.ellipse(x, y, r, r * 0.86), (246, 138, 54), (216, 82, 28))
        for angle in (0, 90, 180, 270):
            canvas.fill(canvas.ellipse(x, y - r * 0.72, r * 0.42, r * 0.13, angle / 2 - 45), (92, 132, 72))
    canvas.shade_sides(body, 0.26)
    canvas.fill(canvas.ellipse(400, 250, 74, 18), (236, 224, 206), (200, 184, 162))


def _apron(canvas: Canvas) -> None:
    strap, cloth, dark = (58, 74, 112), (96, 120, 170), (62, 82, 130)
    canvas.fill(canvas.stroke(curve((322, 190), (340, 90), (460, 90), (478, 190)), 14), strap)
    for side in (-1, 1):
        canvas.fill(
            canvas.stroke(curve((400 + 170 * side, 380), (400 + 250 * side, 400), (400 + 270 * side, 470)), 12), strap
        )
    outline: list[Point] = [
        (316, 180),
        (484, 180),
        (500, 300),
        (584, 372),
        (602, 700),
        (198, 700),
        (216, 372),
        (300, 300),
    ]
    body = canvas.polygon(outline)
    canvas.fill(body, cloth, dark)
    canvas.fill(canvas.box(318, 206, 482, 214), (214, 222, 238), alpha=0.5)
    for left in (244, 416):
        canvas.fill(canvas.box(left, 470, left + 140, 610, 14), (80, 102, 152), (58, 76, 122))
        canvas.fill(canvas.box(left, 484, left + 140, 490), (214, 222, 238), alpha=0.5)
    canvas.shade_sides(body, 0.2)


_PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "strawberries": _strawberries,
    "jam": _jam,
    "crisps": _crisps,
    "blueberries": _blueberries,
    "cup": _cup,
    "teapot": _teapot,
    "vase": _vase,
    "apron": _apron,
}
