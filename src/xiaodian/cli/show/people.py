"""Paints the stages and the hosts of the demo's films, their portraits and the rooms' covers."""

import math
import random

import msgspec
from PIL import Image

from xiaodian.cli.show.drawing import Canvas, Colour, arc, curve, gradient
from xiaodian.cli.show.goods import paint_cut_out, strawberry

WIDTH, HEIGHT = 720, 1280
TABLE_TOP = 830
CLOCK_X, CLOCK_Y, CLOCK_R = 578, 232, 64
FACE_X, FACE_Y = 360, 400
SKIN: Colour = (250, 214, 188)
SKIN_DARK: Colour = (236, 182, 152)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Colours of a host."""

    hair: Colour
    clothes: tuple[Colour, Colour]
    apron: tuple[Colour, Colour]
    is_old: bool


LOOKS = {
    "greenhouse": Look(
        hair=(52, 36, 38),
        clothes=((255, 250, 240), (232, 222, 206)),
        apron=((232, 84, 72), (200, 54, 56)),
        is_old=False,
    ),
    "studio": Look(
        hair=(150, 148, 146),
        clothes=((92, 116, 150), (60, 80, 112)),
        apron=((206, 184, 150), (176, 150, 114)),
        is_old=True,
    ),
}


def paint_stage(look: str) -> Image.Image:
    """What stands behind the host, 720 × 1280."""
    canvas = Canvas(WIDTH, HEIGHT)
    (_paint_greenhouse if look == "greenhouse" else _paint_studio)(canvas)
    _paint_clock_face(canvas)
    return canvas.finish().convert("RGB")


def _paint_greenhouse(canvas: Canvas) -> None:
    canvas.image.paste(gradient(canvas.image.size, (168, 216, 240), (240, 250, 232)))
    canvas.glow(canvas.ellipse(560, 180, 120, 120), (255, 248, 210), 40, 0.9)
    for x, y, rx, ry, light, dark in (
        (140, 640, 420, 170, (150, 200, 150), (110, 170, 120)),
        (600, 680, 460, 180, (126, 184, 128), (92, 150, 104)),
    ):
        canvas.fill(canvas.ellipse(x, y, rx, ry), light, dark)
    for radius in (1.0, 0.82, 0.66):
        frame = arc(360, 760, 430 * radius, 640 * radius, 180, 360)
        canvas.fill(canvas.stroke(frame, 12 * radius), (255, 255, 255), alpha=0.75)
    for x in (-40, 120, 260, 460, 600, 760):
        canvas.fill(canvas.stroke([(360 + (x - 360) * 0.5, 250), (x, 760)], 4), (255, 255, 255), alpha=0.4)
    chance = random.Random(2)
    for row, (y, scale) in enumerate(((700, 0.55), (770, 0.75), (860, 1.0))):
        canvas.fill(canvas.box(0, y + 20 * scale, WIDTH, y + 90), (150, 106, 72), (116, 80, 54))
        for column in range(16):
            x = column * 50 - 20 + (row % 2) * 24
            for _ in range(4):
                leaf_x, leaf_y = x + chance.uniform(-24, 24), y + chance.uniform(-18, 14) * scale
                tilt = chance.uniform(-60, 60)
                canvas.fill(canvas.ellipse(leaf_x, leaf_y, 25 * scale, 14 * scale, tilt), (112, 176, 84), (62, 128, 62))
            if (column + row) % 2:
                strawberry(canvas, x + chance.uniform(-12, 12), y + 20 * scale, 13 * scale, column)


def _paint_studio(canvas: Canvas) -> None:
    canvas.image.paste(gradient(canvas.image.size, (246, 234, 214), (222, 198, 166)))
    canvas.fill(canvas.box(40, 120, 330, 520, 10), (122, 88, 60))
    canvas.fill(canvas.box(54, 134, 316, 506, 6), (196, 224, 236), (236, 240, 220))
    canvas.fill(canvas.ellipse(120, 500, 150, 90), (128, 170, 120), (100, 146, 100))
    for x in (140, 228):
        canvas.fill(canvas.box(x, 134, x + 8, 506), (122, 88, 60))
    canvas.fill(canvas.box(54, 310, 316, 318), (122, 88, 60))
    for y, arts in ((560, ("teapot", "cup", "vase")), (820, ("vase", "cup", "teapot"))):
        canvas.fill(canvas.box(0, y + 70, WIDTH, y + 92), (150, 106, 68), (116, 78, 48))
        for x, art in zip((90, 360, 630), arts, strict=True):
            canvas.paste(paint_cut_out(art), x, y - 6, 170)


def _paint_clock_face(canvas: Canvas) -> None:
    canvas.glow(canvas.ellipse(CLOCK_X, CLOCK_Y + 5, CLOCK_R, CLOCK_R), (60, 40, 40), 9, 0.3)
    canvas.fill(canvas.ellipse(CLOCK_X, CLOCK_Y, CLOCK_R, CLOCK_R), (255, 255, 255), (236, 230, 222))
    canvas.fill(canvas.ellipse(CLOCK_X, CLOCK_Y, CLOCK_R * 0.88, CLOCK_R * 0.88), (255, 252, 246))
    for hour in range(12):
        angle = hour * math.pi / 6
        inner = 0.66 if hour % 3 else 0.58
        line = [
            (CLOCK_X + share * CLOCK_R * math.sin(angle), CLOCK_Y - share * CLOCK_R * math.cos(angle))
            for share in (inner, 0.78)
        ]
        canvas.fill(canvas.stroke(line, 3.4), (90, 74, 70))


def paint_clock_hand() -> Image.Image:
    """The clock's hand, pointing up, as large as the clock; the film turns it."""
    canvas = Canvas(2 * CLOCK_R, 2 * CLOCK_R)
    canvas.fill(canvas.stroke([(CLOCK_R, CLOCK_R + 12), (CLOCK_R, CLOCK_R * 0.34)], 5), (222, 84, 52))
    canvas.fill(canvas.ellipse(CLOCK_R, CLOCK_R, 7, 7), (222, 84, 52))
    return canvas.finish()


def paint_table(look: str) -> Image.Image:
    """The table before the host, with its cloth, 720 × 1280 with only the lower part painted."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.glow(canvas.box(0, TABLE_TOP - 10, WIDTH, TABLE_TOP + 30), (70, 40, 30), 14, 0.35)
    canvas.fill(canvas.box(-20, TABLE_TOP, WIDTH + 20, HEIGHT + 20), (222, 178, 126), (158, 112, 70))
    canvas.fill(canvas.box(-20, TABLE_TOP, WIDTH + 20, TABLE_TOP + 14), (244, 210, 164))
    cloth = (206, 66, 60) if look == "greenhouse" else (84, 112, 150)
    canvas.fill(canvas.box(-20, TABLE_TOP + 120, WIDTH + 20, HEIGHT + 20), (255, 250, 240), (240, 226, 206))
    for x in range(-10, WIDTH, 80):
        canvas.fill(canvas.box(x, TABLE_TOP + 120, x + 40, HEIGHT + 20), cloth, alpha=0.35)
    for y in range(TABLE_TOP + 120, HEIGHT, 80):
        canvas.fill(canvas.box(-20, y, WIDTH + 20, y + 40), cloth, alpha=0.3)
    return canvas.finish()


def paint_host(look: str) -> Image.Image:
    """The host from the waist up, eyes open, mouth closed, 720 × 1280."""
    canvas = Canvas(WIDTH, HEIGHT)
    colours = LOOKS[look]
    if not colours.is_old:
        canvas.fill(canvas.ellipse(FACE_X, FACE_Y + 30, 172, 216), colours.hair)
        canvas.fill(canvas.box(FACE_X - 172, FACE_Y, FACE_X + 172, FACE_Y + 330, 90), colours.hair)
    _paint_body(canvas, colours)
    canvas.fill(canvas.box(FACE_X - 42, FACE_Y + 110, FACE_X + 42, FACE_Y + 230, 40), SKIN_DARK)
    for side in (-1, 1):
        canvas.fill(canvas.ellipse(FACE_X + side * 134, FACE_Y + 24, 24, 34), SKIN, SKIN_DARK)
    face = canvas.ellipse(FACE_X, FACE_Y + 16, 136, 160)
    canvas.fill(face, SKIN, (244, 200, 172))
    for side in (-1, 1):
        canvas.glow(canvas.ellipse(FACE_X + side * 82, FACE_Y + 70, 32, 20), (244, 130, 120), 10, 0.5)
        canvas.fill(canvas.ellipse(FACE_X + side * 56, FACE_Y + 14, 17, 21), (58, 40, 38))
        canvas.fill(canvas.ellipse(FACE_X + side * 56 + 6, FACE_Y + 6, 6, 7), (255, 255, 255))
        brow = curve(
            (FACE_X + side * 86, FACE_Y - 24), (FACE_X + side * 60, FACE_Y - 42), (FACE_X + side * 30, FACE_Y - 38)
        )
        canvas.fill(canvas.stroke(brow, 9), colours.hair)
    nose = curve((FACE_X - 10, FACE_Y + 58), (FACE_X, FACE_Y + 66), (FACE_X + 10, FACE_Y + 58))
    canvas.fill(canvas.stroke(nose, 5), (226, 160, 130))
    smile = curve((FACE_X - 36, FACE_Y + 98), (FACE_X, FACE_Y + 116), (FACE_X + 36, FACE_Y + 98))
    canvas.fill(canvas.stroke(smile, 8), (206, 84, 78))
    (_paint_old_head if colours.is_old else _paint_young_head)(canvas, colours)
    return canvas.finish()


def _paint_body(canvas: Canvas, colours: Look) -> None:
    shoulders = curve(
        (40, 1280), (60, 900), (110, 690), (240, 612), (FACE_X, 600), (480, 612), (610, 690), (660, 900), (680, 1280)
    )
    body = canvas.polygon(shoulders)
    canvas.fill(body, *colours.clothes)
    canvas.shade_sides(body, 0.16)
    apron = curve((170, 1280), (180, 900), (236, 740), (484, 740), (540, 900), (550, 1280))
    canvas.fill(canvas.polygon(apron), *colours.apron)
    for side in (-1, 1):
        canvas.fill(canvas.stroke([(FACE_X + side * 118, 750), (FACE_X + side * 84, 610)], 26), *colours.apron)
    canvas.fill(canvas.polygon([(300, 600), (420, 600), (360, 690)]), SKIN_DARK)


def _paint_young_head(canvas: Canvas, colours: Look) -> None:
    fringe = curve((220, 400), (230, 290), (300, 232), (380, 226), (460, 262), (504, 340), (504, 410))
    back = curve((504, 410), (470, 350), (420, 318), (360, 330), (300, 330), (250, 350), (220, 400))
    canvas.fill(canvas.polygon(fringe + back), colours.hair, (78, 54, 52))
    canvas.fill(canvas.stroke(curve((236, 316), (300, 250), (380, 240), (470, 286)), 24), (240, 84, 76))
    strawberry(canvas, 470, 276, 26, 3)


def _paint_old_head(canvas: Canvas, colours: Look) -> None:
    fringe = curve((222, 400), (226, 290), (300, 236), (400, 232), (480, 280), (500, 400))
    back = curve((500, 400), (476, 340), (430, 312), (360, 304), (290, 314), (246, 344), (222, 400))
    canvas.fill(canvas.polygon(fringe + back), colours.hair, (190, 188, 184))
    for side in (-1, 1):
        ring = arc(FACE_X + side * 58, FACE_Y + 14, 42, 38)
        canvas.fill(canvas.stroke(ring, 6), (84, 66, 56))
    canvas.fill(canvas.stroke([(FACE_X - 16, FACE_Y + 12), (FACE_X + 16, FACE_Y + 12)], 6), (84, 66, 56))
    beard = curve((300, 500), (330, 540), (360, 586), (390, 540), (420, 500), (360, 530), (300, 500))
    canvas.fill(canvas.polygon(beard), (206, 204, 200), (176, 174, 170))
    moustache = curve((304, 490), (336, 472), (360, 480), (384, 472), (416, 490), (360, 494), (304, 490))
    canvas.fill(canvas.polygon(moustache), (206, 204, 200))


def paint_blink() -> Image.Image:
    """Closed eyes, to lay over the host."""
    canvas = Canvas(WIDTH, HEIGHT)
    for side in (-1, 1):
        x = FACE_X + side * 56
        canvas.fill(canvas.ellipse(x, FACE_Y + 12, 25, 27), (248, 209, 183))
        lid = curve((x - 18, FACE_Y + 14), (x, FACE_Y + 24), (x + 18, FACE_Y + 14))
        canvas.fill(canvas.stroke(lid, 7), (58, 40, 38))
    return canvas.finish()


def paint_open_mouth() -> Image.Image:
    """A speaking mouth, to lay over the host."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.fill(canvas.ellipse(FACE_X, FACE_Y + 108, 34, 24), (150, 44, 50))
    canvas.fill(canvas.box(FACE_X - 24, FACE_Y + 88, FACE_X + 24, FACE_Y + 98, 5), (255, 255, 255))
    canvas.fill(canvas.ellipse(FACE_X, FACE_Y + 124, 18, 9), (236, 120, 116))
    return canvas.finish()


def paint_held_product(art: str, sign: str, look: str) -> Image.Image:
    """A product on its sign, held by two hands that come from below, 560 × 900."""
    canvas = Canvas(560, 900)
    sleeve = LOOKS[look].clothes
    for x, lean in ((66, -26), (494, 26)):
        canvas.fill(canvas.stroke([(x + lean, 900), (x, 470)], 66), *sleeve)
    canvas.glow(canvas.box(50, 30, 510, 500, 36), (60, 30, 30), 16, 0.35)
    canvas.fill(canvas.box(44, 20, 516, 490, 36), (255, 253, 248), (255, 240, 222))
    canvas.paste(paint_cut_out(art), 280, 208, 372)
    canvas.fill(canvas.box(76, 402, 484, 468, 33), (226, 92, 44), (206, 70, 34))
    canvas.text(280, 434, sign, 34 if len(sign) < 14 else 27, (255, 255, 255))
    for x in (58, 502):
        canvas.fill(canvas.ellipse(x, 440, 40, 46), SKIN, SKIN_DARK)
        for finger in range(4):
            inward = 24 if x < 280 else -24
            canvas.fill(canvas.ellipse(x + inward, 412 + finger * 20, 26, 11), SKIN, SKIN_DARK)
    return canvas.finish()


def paint_cover(look: str, art: str) -> Image.Image:
    """A room's cover: stage, host and a product, 720 × 960."""
    picture = paint_stage(look).convert("RGBA")
    for layer in (paint_host(look), paint_open_mouth(), paint_table(look)):
        picture.alpha_composite(layer)
    picture.alpha_composite(paint_cut_out(art).resize((470, 470), Image.Resampling.LANCZOS), (125, 520))
    return picture.crop((0, 70, WIDTH, 1030)).convert("RGB")


def paint_portrait(look: str) -> Image.Image:
    """The host's face as an avatar, 400 × 400."""
    picture = paint_stage(look).convert("RGBA").resize((1080, 1920)).crop((180, 300, 900, 1020))
    host = paint_host(look).crop((60, 130, 660, 730)).resize((720, 720), Image.Resampling.LANCZOS)
    picture.alpha_composite(host)
    return picture.resize((400, 400), Image.Resampling.LANCZOS).convert("RGB")
