/** Keyboard shortcuts of a feed. Silent while something is typed or a sheet is open. */
import { navigate } from "../../lib/router.svelte";
import type { PlaceSheets } from "../place/sheets.svelte";
import type { Entry } from "./feed.svelte";
import type { Film } from "./film.svelte";
import { toggleSound } from "./sound.svelte";

type Seat = { step: (by: number) => void; film: () => Film | null; entry: () => Entry | null; sheets: PlaceSheets };
const STEP_S = 5;

export function feedKeys({ step, film, entry, sheets }: Seat): (event: KeyboardEvent) => void {
  const seek = (by: number) => {
    const player = film()?.player;
    player?.seek(player.positionS + by);
  };
  const deeds: Record<string, () => void> = {
    ArrowDown: () => step(1),
    PageDown: () => step(1),
    j: () => step(1),
    ArrowUp: () => step(-1),
    PageUp: () => step(-1),
    k: () => step(-1),
    ArrowLeft: () => seek(-STEP_S),
    ArrowRight: () => seek(STEP_S),
    " ": () => film()?.player?.togglePause(),
    m: () => toggleSound(film()?.player ?? null),
    l: () => film()?.askLike(sheets),
    b: () => film()?.goods && sheets.openBag(),
    c: () => (document.getElementById("say") ? document.getElementById("say")?.focus() : film() && sheets.open("comments")),
    Enter: () => entry()?.kind === "room" && navigate(`/rooms/${entry()?.id}`),
  };
  return (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (document.querySelector('[role="dialog"]')) return;
    const target = event.target as Element;
    if (target.closest("input:not([type=range]), textarea, select")) return;
    if ((event.key === " " || event.key === "Enter") && target.closest("button, a")) return;
    const deed = deeds[event.key] ?? deeds[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  };
}
