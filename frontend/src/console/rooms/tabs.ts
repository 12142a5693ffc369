/** Which kind of rooms an address shows. Pure. */
export const ROOM_TABS = ["planned", "on-air", "past", "others"] as const;
export type RoomTab = (typeof ROOM_TABS)[number];

export function tabOf(path: string): RoomTab {
  const last = path.split("/").at(-1);
  return ROOM_TABS.find((tab) => tab === last) ?? "planned";
}
