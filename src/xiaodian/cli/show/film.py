"""Makes the film of a host once, and keeps it: 720 × 1280, 30 pictures a second, a key frame each second, with sound.

Painted layers are put together by ffmpeg's own filters, so that a minute of film takes seconds, and playing it out
later only copies it. Each product is held up in a scene of its own, so that cues can be given to the picture.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import msgspec

from xiaodian.cli.show import people
from xiaodian.cli.show.catalogue import HostSample
from xiaodian.cli.show.drawing import find_font
from xiaodian.cli.show.sound import write_melody

FPS = 30
DOWN_BEFORE_END_S = 1.5
HELD_WIDTH, HELD_X, HELD_Y = 420, 150, 464
HOST_UP = 50
"""The host stands this much higher than painted: the lower half of a phone is full of comments."""
EDITION = "2"
"""Part of the kept film's name; raise it when the film would look different."""


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A product is held up from `start_s` to `end_s` of the film."""

    product: int
    start_s: float
    end_s: float


class FilmFailedError(RuntimeError):
    """ffmpeg did not make the film; the message has what it said."""


def find_ffmpeg() -> str:
    """The program that comes with the platform, or the one of `IMAGEIO_FFMPEG_EXE`."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())  # type: ignore[attr-defined, no-untyped-call]


def film_length_s(host: HostSample) -> int:
    """How long one turn of the film takes."""
    return host.scene_s * len(host.products)


def film_cues(host: HostSample) -> list[Cue]:
    """When each product is held up."""
    return [
        Cue(
            product=number,
            start_s=number * host.scene_s + host.held_from_s,
            end_s=(number + 1) * host.scene_s - DOWN_BEFORE_END_S,
        )
        for number in range(len(host.products))
    ]


def ensure_film(host: HostSample, folder: Path) -> Path:
    """The host's film, made now if the folder does not have it. Raises FilmFailedError."""
    recipe = f"{EDITION} {msgspec.json.encode(host).decode()} {find_font(20)[1]}"
    film = folder / f"{host.look}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.mp4"
    if film.exists():
        return film
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scratch = Path(name)
        layers = _paint_layers(host, scratch)
        melody = scratch / "melody.wav"
        write_melody(melody, seconds=film_length_s(host), seed=len(host.name + host.look))
        made = scratch / "film.mp4"
        _encode(host, layers, melody, made)
        made.replace(film)
    return film


def _paint_layers(host: HostSample, folder: Path) -> list[Path]:
    has_chinese = find_font(20)[1]
    pictures = [
        people.paint_stage(host.look),
        people.paint_clock_hand(),
        people.paint_host(host.look),
        people.paint_open_mouth(),
        people.paint_blink(),
        people.paint_table(host.look),
        *(
            people.paint_held_product(product.art, product.sign if has_chinese else product.sign_latin, host.look)
            for product in host.products
        ),
    ]
    paths = [folder / f"{number}.png" for number in range(len(pictures))]
    for picture, path in zip(pictures, paths, strict=True):
        picture.save(path, compress_level=1)
    return paths


def _filters(host: HostSample) -> str:
    length = film_length_s(host)
    bob = f"y='5*sin(2*PI*t/3)-{HOST_UP}'"
    chain = [
        f"[0:v]loop=-1:1:0,setpts=N/{FPS}/TB,trim=duration={length},format=yuv420p[stage]",
        f"[1:v]loop=-1:1:0,setpts=N/{FPS}/TB,rotate=a='2*PI*t/{length}':c=none[hand]",
        f"[stage][hand]overlay=x={people.CLOCK_X - people.CLOCK_R}:y={people.CLOCK_Y - people.CLOCK_R}:shortest=1[v0]",
        f"[v0][2:v]overlay=x=0:{bob}[v1]",
        f"[v1][3:v]overlay=x=0:{bob}:enable='lt(mod(t,0.42),0.22)*lt(mod(t,{host.scene_s}),{host.scene_s - 1})'[v2]",
        f"[v2][4:v]overlay=x=0:{bob}:enable='lt(mod(t,3.1),0.14)'[v3]",
    ]
    last = "v3"
    for cue in film_cues(host):
        up = f"(1-pow(1-clip((t-{cue.start_s})/0.5,0,1),3))*(1-pow(clip((t-{cue.end_s}+0.4)/0.4,0,1),2))"
        chain.append(f"[{6 + cue.product}:v]scale={HELD_WIDTH}:-1[held{cue.product}]")
        chain.append(
            f"[{last}][held{cue.product}]overlay=x='{HELD_X}+9*sin(2*PI*t/2.4)'"
            f":y='1280-(1280-{HELD_Y})*{up}+6*sin(2*PI*t/1.6)':enable='between(t,{cue.start_s},{cue.end_s})'[p{cue.product}]"
        )
        last = f"p{cue.product}"
    return ";".join([*chain, f"[{last}][5:v]overlay=x=0:y=0,format=yuv420p[out]"])


def _encode(host: HostSample, layers: Sequence[Path], melody: Path, output: Path) -> None:
    inputs = [part for path in (*layers, melody) for part in ("-i", str(path))]
    command = [
        find_ffmpeg(),
        *("-hide_banner", "-nostdin", "-loglevel", "error", "-y"),
        *inputs,
        *("-filter_complex", _filters(host), "-map", "[out]", "-map", f"{len(layers)}:a"),
        *("-t", str(film_length_s(host)), "-r", str(FPS)),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-profile:v", "main", "-bf", "0"),
        *("-g", str(FPS), "-keyint_min", str(FPS), "-sc_threshold", "0"),
        *("-c:a", "aac", "-b:a", "96k", "-ac", "2", "-movflags", "+faststart"),
        str(output),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FilmFailedError(done.stderr[-1500:])
