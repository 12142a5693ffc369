/** The still of a moment, cut from the film's one picture of stills. Pure. */
type Stills = {
  width: number;
  height: number;
  duration_ms: number;
  sprite_url: string | null;
  sprite_columns: number | null;
  sprite_every_ms: number | null;
};

/** As large as a still is shown on its longer side. */
const LONG_PX = 120;

export function stillAt(film: Stills, ms: number): { width: number; height: number; background: string } | null {
  const { sprite_url: url, sprite_columns: columns, sprite_every_ms: every } = film;
  if (!url || !columns || !every) return null;
  const all = Math.max(1, Math.ceil(film.duration_ms / every));
  const index = Math.max(0, Math.min(all - 1, Math.floor(ms / every)));
  const scale = LONG_PX / Math.max(film.width, film.height);
  const [width, height] = [Math.round(film.width * scale), Math.round(film.height * scale)];
  const [across, down] = [columns, Math.ceil(all / columns)];
  const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
  return { width, height, background: `url("${url}") -${x}px -${y}px / ${across * width}px ${down * height}px no-repeat` };
}
