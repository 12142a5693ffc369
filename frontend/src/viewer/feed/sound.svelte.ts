/** Whether films are heard: as the viewer last said, where the browser lets us. */
import type { Player } from "../../lib/player/player.svelte";

const KEY = "xd_sound";

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

const state = $state({ isWanted: read(), isAnswered: false });

export function wantsSound(): boolean {
  return state.isWanted;
}

/** Whether the viewer has said so since the page was opened: then nobody need be asked. */
export function hasAnswered(): boolean {
  return state.isAnswered;
}

export function wantSound(isWanted: boolean): void {
  state.isWanted = isWanted;
  state.isAnswered = true;
  try {
    localStorage.setItem(KEY, isWanted ? "1" : "0");
  } catch {
    // A browser that keeps nothing is asked each time.
  }
}

/** Heard or not from now on, here and in what comes after. */
export function toggleSound(player: Player | null): void {
  const isHeard = player ? player.isMuted : !state.isWanted;
  wantSound(isHeard);
  player?.setMuted(!isHeard);
}
