/** Which kind of rooms an address shows. Pure. */
export const ROOM_TABS = ["planned", "on-air", "past", "others"] as const;
export type RoomTab = (typeof ROOM_TABS)[number];

/** The tab that the address names; without, what is on air now comes first. Null until it is known whether a room is. */
export function tabOf(path: string, onAir: number | null): RoomTab | null {
  const last = path.split("/").at(-1);
  const named = ROOM_TABS.find((tab) => tab === last);
  if (named || onAir === null) return named ?? null;
  return onAir > 0 ? "on-air" : "planned";
}
