/** The bell of who is signed in, in a socket of its own: where there is no room's to hang it up in. */
import { api, ok } from "../../lib/api/client";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** After so many tries in vain the inbox is asked at each. */
const TRIES_BEFORE_ASKING = 3;

/** `rung` when there is something new; `back` when something may have been missed. Answers what ends it. */
export function hearBell(rung: () => void, back: () => void): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let isOver = false;

  function again(): void {
    if (isOver) return;
    if (tries >= TRIES_BEFORE_ASKING) back();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries++);
    timer = setTimeout(() => void open(), pause / 2 + (pause / 2) * Math.random());
  }

  async function open(): Promise<void> {
    try {
      const { key, gateway_url } = await ok(api.GET("/api/me/notices/bell"));
      if (isOver) return;
      socket = new WebSocket(gateway_url);
      socket.onopen = () => {
        socket?.send(JSON.stringify({ type: "bell", key }));
        if (tries > 0) back();
        tries = 0;
      };
      socket.onmessage = rung;
      socket.onclose = again;
    } catch {
      again();
    }
  }

  void open();
  return () => {
    isOver = true;
    clearTimeout(timer);
    if (socket) socket.onclose = socket.onmessage = null;
    socket?.close();
  };
}
