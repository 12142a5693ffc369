/** The network side of a RoomSync. */
import { ApiProblem, api, ok } from "../api/client";
import type { Snapshot, Tick } from "./fold";
import { TICK_MS } from "./fold";
import type { Wire } from "./sync";

export function getSnapshot(roomId: string): Promise<Snapshot> {
  return ok(api.GET("/live/{room_id}/snapshot", { params: { path: { room_id: roomId } } }));
}

/** The ticks of a slice; null while it is not whole yet. */
export async function getTicks(roomId: string, first: number, count: number): Promise<Tick[] | null> {
  try {
    const slice = await ok(
      api.GET("/live/{room_id}/ticks/{tick}", { params: { path: { room_id: roomId, tick: first }, query: { count } } }),
    );
    return slice.ticks;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === "tick_not_yet") return null;
    throw error;
  }
}

/** `role` host: the host's own desk, which the gateway does not count as a viewer. */
export function makeWire(roomId: string, gatewayUrl: string, now: () => number, role?: "host"): Wire {
  return {
    snapshot: () => getSnapshot(roomId),
    ticks: (first, count) => getTicks(roomId, first, count),
    open: (after) => {
      const url = new URL(gatewayUrl, location.href);
      url.protocol = url.protocol.replace("http", "ws");
      url.searchParams.set("after", String(after));
      if (role) url.searchParams.set("role", role);
      return new WebSocket(url);
    },
    isGone: (error) => error instanceof ApiProblem && error.status === 404,
    nowTick: () => Math.floor(now() / TICK_MS),
    random: Math.random,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
