/** Keyboard shortcuts of a room, for those who watch at a desk. Silent while something is typed or a sheet is open. */
import type { RoomSession } from "./session.svelte";
import type { PlaceSheets } from "../place/sheets.svelte";

const STEP_S = 5;

export function roomKeys(session: RoomSession, sheets: PlaceSheets): (event: KeyboardEvent) => void {
  const { player } = session;
  const isReplay = () => session.mode === "replay";
  const deeds: Record<string, () => void> = {
    m: () => player.setMuted(!player.isMuted),
    b: () => sheets.openBag(),
    l: () => !isReplay() && session.like(),
    c: () => document.getElementById("say")?.focus(),
    k: () => isReplay() && player.togglePause(),
    " ": () => isReplay() && player.togglePause(),
    ArrowLeft: () => isReplay() && player.seek(player.positionS - STEP_S),
    ArrowRight: () => isReplay() && player.seek(player.positionS + STEP_S),
  };
  return (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (document.querySelector('[role="dialog"]')) return;
    const target = event.target as Element;
    if (target.closest("input, textarea, select")) return;
    if (event.key === " " && target.closest("button, a")) return;
    const deed = deeds[event.key] ?? deeds[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    deed();
  };
}
