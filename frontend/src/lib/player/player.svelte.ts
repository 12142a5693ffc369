/** The picture. One <video> element from the first frame to the last; hls.js is loaded when it is first needed. */
import type Hls from "hls.js";
import type { HlsConfig } from "hls.js";

/** A `film` is short, begins at its start, and begins again when it is over. */
export type Mode = "live" | "replay" | "film";

/** ms between looks at the date of the picture; finer than an eye on a card, coarser than frames. */
const LOOK_MS = 100;
const STALL_SHOWN_MS = 900;
const LONGEST_RETRY_MS = 5000;
const CATCH_UP_RATE = 1.25;

const LIVE: Partial<HlsConfig> = {
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 8,
  maxLiveSyncPlaybackRate: CATCH_UP_RATE,
  liveDurationInfinity: true,
  backBufferLength: 20,
  maxBufferLength: 10,
};
const REPLAY: Partial<HlsConfig> = { backBufferLength: 60, maxBufferLength: 30, startPosition: 0 };

const FILM_S = 20;
/** Of a film that is next: so much of it is here before it is seen. */
const AHEAD_S = 4;
const FILM: Partial<HlsConfig> = { backBufferLength: 30, maxBufferLength: FILM_S, maxMaxBufferLength: FILM_S, startPosition: 0, capLevelToPlayerSize: true };

const CONFIGS: Record<Mode, Partial<HlsConfig>> = { live: LIVE, replay: REPLAY, film: FILM };

/** What the line carries, as far as a player before found out; the next need not begin to learn it anew. */
let bandwidth = 0;

type VideoWithDate = HTMLVideoElement & { getStartDate?: () => Date };

export class Player {
  /** Epoch ms of the frame shown, by PROGRAM-DATE-TIME; of a film, ms from its start. Null before the first. */
  playingMs = $state<number | null>(null);
  positionS = $state(0);
  durationS = $state(0);
  isMuted = $state(true);
  isPaused = $state(false);
  /** The first frame has been seen. */
  hasPicture = $state(false);
  isStalled = $state(false);
  /** The browser refused to start by itself; a tap will. */
  needsTap = $state(false);
  hasEnded = $state(false);
  /** Wider than high: it is shown whole, not cut to the screen. */
  isLandscape = $state(false);
  /** Grows when more of the film is known, so that what depends on `positionOf` looks again. */
  edition = $state(0);

  /** It stands at its start, ready for who comes to it. */
  isHeld = false;

  #video: HTMLVideoElement | null = null;
  #hls: Hls | null = null;
  #url = "";
  #sleeps = false;
  #mode: Mode = "live";
  #failures = 0;
  #lookedAt = 0;
  #frameRequest = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #stallTimer: ReturnType<typeof setTimeout> | undefined;
  #load = 0;

  /** Svelte attachment for the one video element. */
  attach = (video: HTMLVideoElement): (() => void) => {
    this.#video = video;
    video.muted = this.isMuted;
    const listeners: [string, () => void][] = [
      ["timeupdate", () => this.#look()],
      ["durationchange", () => (this.durationS = Number.isFinite(video.duration) ? video.duration : 0)],
      ["resize", () => (this.isLandscape = video.videoWidth > video.videoHeight)],
      ["volumechange", () => (this.isMuted = video.muted)],
      ["loadeddata", () => this.#mode === "film" && (this.hasPicture = true)],
      ["playing", () => this.#onPlaying()],
      ["waiting", () => this.#onWaiting()],
      ["pause", () => (this.isPaused = true)],
      ["play", () => (this.isPaused = false)],
      ["ended", () => (this.hasEnded = true)],
      ["seeking", () => (this.hasEnded = false)],
      ["error", () => !this.#hls && this.#again()],
    ];
    for (const [name, run] of listeners) video.addEventListener(name, run);
    this.#onFrame();
    if (this.#url) void this.#start();
    return () => {
      for (const [name, run] of listeners) video.removeEventListener(name, run);
      this.#release();
      this.#video = null;
    };
  };

  get element(): HTMLVideoElement | null {
    return this.#video;
  }

  /** Play this playlist; another URL or mode replaces the source, never the element. `isHeld`: only get ready to. */
  load(url: string, mode: Mode, isHeld = false): void {
    if (url === this.#url && mode === this.#mode) return isHeld ? this.hold() : this.go();
    this.isHeld = isHeld;
    this.#url = url;
    this.#mode = mode;
    this.hasEnded = false;
    if (this.#video) void this.#start();
  }

  /** Stand still at the start, with the first seconds at hand. */
  hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.#video?.pause();
    this.seek(0);
  }

  /** What was held plays. */
  go(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    if (this.#hls) this.#hls.config.maxBufferLength = FILM_S;
    void this.play();
  }

  /** Let go of the film and all that was fetched of it. */
  unload(): void {
    if (!this.#url) return;
    this.#url = "";
    this.#load += 1;
    this.#release();
    this.#video?.removeAttribute("src");
    this.#video?.load();
    this.playingMs = null;
    this.positionS = this.durationS = this.#failures = 0;
    this.hasPicture = this.isStalled = this.needsTap = this.hasEnded = this.isLandscape = this.isPaused = this.isHeld = false;
  }

  setMuted(muted: boolean): void {
    if (!this.#video) return;
    this.#video.muted = muted;
    if (this.#video.paused) void this.play();
  }

  async play(): Promise<void> {
    const video = this.#video;
    if (!video) return;
    try {
      await video.play();
      this.needsTap = false;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (video.muted) this.needsTap = true;
      else {
        video.muted = true;
        await this.play();
      }
    }
  }

  togglePause(): void {
    if (this.#video?.paused) void this.play();
    else this.#video?.pause();
  }

  /** Nobody looks: what plays pauses until somebody does. */
  sleep(): void {
    this.#sleeps = this.#video?.paused === false;
    if (this.#sleeps) this.#video?.pause();
  }

  wake(): void {
    if (this.#sleeps) void this.play();
    this.#sleeps = false;
  }

  seek(seconds: number): void {
    if (this.#video) this.#video.currentTime = Math.max(0, Math.min(seconds, this.durationS || seconds));
    this.#look(true);
  }

  /** Where in the film, in seconds, a moment is; null if it is not in it. The film may have gaps in its dates. */
  positionOf(epochMs: number): number | null {
    const details = this.#hls?.levels[this.#hls.currentLevel < 0 ? 0 : this.#hls.currentLevel]?.details;
    for (const part of details?.fragments ?? []) {
      const start = part.programDateTime;
      if (start !== null && epochMs < start + part.duration * 1000) return part.start + Math.max(0, epochMs - start) / 1000;
    }
    if (this.#hls || this.playingMs === null) return null;
    return Math.max(0, this.positionS + (epochMs - this.playingMs) / 1000);
  }

  /** How far the picture is behind now, in ms; null while nothing plays. */
  delayMs(nowMs: number): number | null {
    if (this.playingMs === null || this.#mode !== "live" || this.isStalled || this.#video?.paused) return null;
    return Math.max(0, Math.round(nowMs - this.playingMs));
  }

  async #start(): Promise<void> {
    const load = ++this.#load;
    const video = this.#video;
    if (!video) return;
    video.loop = this.#mode === "film";
    const { default: Engine } = await import("hls.js/light");
    if (load !== this.#load || this.#video !== video) return;
    this.#release();
    if (Engine.isSupported()) this.#startEngine(Engine as unknown as typeof Hls, video);
    else if (video.canPlayType("application/vnd.apple.mpegurl")) video.src = this.#url;
    if (!this.isHeld) await this.play();
  }

  #startEngine(Engine: typeof Hls, video: HTMLVideoElement): void {
    const config = { ...CONFIGS[this.#mode], enableWorker: true, lowLatencyMode: this.#mode !== "film" };
    if (bandwidth > 0) config.abrEwmaDefaultEstimate = bandwidth;
    if (this.isHeld) config.maxBufferLength = AHEAD_S;
    const hls = new Engine(config);
    this.#hls = hls;
    hls.on(Engine.Events.LEVEL_UPDATED, () => {
      this.#failures = 0;
      this.edition += 1;
    });
    hls.on(Engine.Events.ERROR, (_event, problem) => {
      if (!problem.fatal) return;
      if (problem.type === Engine.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else this.#again();
    });
    hls.loadSource(this.#url);
    hls.attachMedia(video);
  }

  /** The playlist is not there yet, or the network is gone: try again, slower each time. */
  #again(): void {
    const pause = Math.min(LONGEST_RETRY_MS, 500 * 2 ** this.#failures++);
    this.isStalled = true;
    this.#later(pause * (0.7 + 0.6 * Math.random()), () => void this.#start());
  }

  #onPlaying(): void {
    clearTimeout(this.#stallTimer);
    this.hasPicture = true;
    this.isStalled = false;
    this.hasEnded = false;
    this.#look(true);
  }

  #onWaiting(): void {
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => (this.isStalled = true), STALL_SHOWN_MS);
  }

  #onFrame(): void {
    const video = this.#video;
    if (!video || !("requestVideoFrameCallback" in video)) return;
    this.#frameRequest = video.requestVideoFrameCallback(() => {
      this.#look();
      this.#onFrame();
    });
  }

  #look(isForced = false): void {
    const now = performance.now();
    const video = this.#video;
    if (!video || (!isForced && now - this.#lookedAt < LOOK_MS)) return;
    this.#lookedAt = now;
    this.positionS = video.currentTime;
    const date = this.#hls ? this.#hls.playingDate : nativeDate(video);
    if (this.#mode === "film") this.playingMs = this.hasPicture ? Math.round(video.currentTime * 1000) : null;
    else if (date) this.playingMs = date.getTime();
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #release(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#stallTimer);
    if (this.#hls && this.hasPicture) bandwidth = this.#hls.bandwidthEstimate || bandwidth;
    this.#hls?.destroy();
    this.#hls = null;
    if (!this.#video) return;
    this.#video.cancelVideoFrameCallback?.(this.#frameRequest);
    this.#onFrame();
  }
}

function nativeDate(video: VideoWithDate): Date | null {
  const start = video.getStartDate?.();
  return start && !Number.isNaN(start.getTime()) ? new Date(start.getTime() + video.currentTime * 1000) : null;
}
