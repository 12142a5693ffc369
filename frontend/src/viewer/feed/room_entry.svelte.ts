/** A room on air among the films of a feed: its picture, without sound, and the way into it. */
import type { Player } from "../../lib/player/player.svelte";
import type { FeedRoom, Why } from "../video/api";

export class RoomEntry {
  readonly kind = "room";
  readonly key: string;
  player = $state.raw<Player | null>(null);

  constructor(
    readonly room: FeedRoom,
    readonly why: Why | null,
  ) {
    this.key = `r${room.room_id}`;
  }

  get id(): string {
    return this.room.room_id;
  }
}
