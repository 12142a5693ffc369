/** The browser's camera as an encoder: MediaRecorder's chunks over a WebSocket, over again after every cut. */
import type { MessageKey } from "../../lib/i18n/index.svelte";

type Phase = "off" | "asking" | "ready" | "connecting" | "sending" | "reconnecting";
type RecorderOptions = MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number };

/** H.264 first: the server need not transcode it. */
const TYPES = [
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/webm;codecs=h264,opus",
  "video/x-matroska;codecs=avc1,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4",
];
const CHUNK_MS = 250;
const KEY_FRAME_MS = 1000;
const FULL_BITS = 2_500_000;
const LEAST_BITS = 600_000;
const AUDIO_BITS = 128_000;
/** More than this unsent is seconds behind: begin anew with less. */
const MAX_UNSENT_BYTES = 3_000_000;
const RATE_WINDOW_MS = 3000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
/** Closed for good: another try would be answered the same. */
const FINAL: Record<number, MessageKey> = { 4403: "camera_refused", 4409: "camera_taken", 4410: "camera_over" };
const CLOSE_TOO_SLOW = 4413;

export function chooseType(isSupported: (type: string) => boolean): string | null {
  return TYPES.find(isSupported) ?? null;
}

export class CameraPublisher {
  phase = $state<Phase>("off");
  problem = $state<MessageKey | null>(null);
  stream = $state.raw<MediaStream | null>(null);
  cameras = $state.raw<MediaDeviceInfo[]>([]);
  microphones = $state.raw<MediaDeviceInfo[]>([]);
  cameraId = $state("");
  microphoneId = $state("");
  kbps = $state(0);

  #recorder: MediaRecorder | null = null;
  #socket: WebSocket | null = null;
  #bits = FULL_BITS;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent: { at: number; bytes: number }[] = [];

  constructor(private readonly url: () => string | null) {}

  get isOn(): boolean {
    return this.phase !== "off" && this.phase !== "asking";
  }

  get isPublishing(): boolean {
    return this.phase === "connecting" || this.phase === "sending" || this.phase === "reconnecting";
  }

  /** Ask for camera and microphone, and show them. */
  async prepare(): Promise<void> {
    this.problem = null;
    if (!navigator.mediaDevices || typeof MediaRecorder === "undefined") {
      this.problem = isSecureContext ? "camera_unsupported" : "camera_insecure";
      return;
    }
    if (this.phase === "off") this.phase = "asking";
    try {
      const stream = await navigator.mediaDevices.getUserMedia(this.#wish());
      this.#dropTracks();
      this.stream = stream;
      for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#onDeviceGone(stream));
      await this.#listDevices(stream);
      if (this.phase === "asking") this.phase = "ready";
    } catch (error) {
      this.problem = cameraProblem(error);
      if (this.phase === "asking") this.phase = "off";
    }
  }

  /** Another camera or microphone; what is being sent goes on with it. */
  async choose(cameraId: string, microphoneId: string): Promise<void> {
    this.cameraId = cameraId;
    this.microphoneId = microphoneId;
    const wasPublishing = this.isPublishing;
    if (wasPublishing) this.#cut();
    await this.prepare();
    if (wasPublishing) this.#connect();
  }

  start(): void {
    if (!this.stream || this.isPublishing) return;
    this.problem = null;
    this.#failures = 0;
    this.#bits = FULL_BITS;
    this.#connect();
  }

  /** No longer send; the camera stays on. */
  stop(): void {
    this.#cut();
    this.kbps = 0;
    this.phase = this.stream ? "ready" : "off";
  }

  /** Camera off. */
  close(): void {
    this.stop();
    this.#dropTracks();
    this.stream = null;
    this.phase = "off";
  }

  #wish(): MediaStreamConstraints {
    return {
      video: {
        deviceId: this.cameraId ? { exact: this.cameraId } : undefined,
        width: { ideal: 720 },
        height: { ideal: 1280 },
        aspectRatio: { ideal: 9 / 16 },
        frameRate: { ideal: 30 },
        facingMode: this.cameraId ? undefined : "user",
      },
      audio: {
        deviceId: this.microphoneId ? { exact: this.microphoneId } : undefined,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    };
  }

  async #listDevices(stream: MediaStream): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.cameras = devices.filter((device) => device.kind === "videoinput");
    this.microphones = devices.filter((device) => device.kind === "audioinput");
    this.cameraId = stream.getVideoTracks()[0]?.getSettings().deviceId ?? "";
    this.microphoneId = stream.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  #connect(): void {
    const url = this.url();
    const type = chooseType((candidate) => MediaRecorder.isTypeSupported(candidate));
    if (!url || !this.stream || !type) {
      this.problem = type ? "camera_no_key" : "camera_unsupported";
      return this.stop();
    }
    this.phase = this.#failures > 0 ? "reconnecting" : "connecting";
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#record(socket, type);
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#onClose(event.code);
    };
  }

  /** Each connection gets a recording from its beginning, since that is where the container's header stands. */
  #record(socket: WebSocket, mimeType: string): void {
    if (!this.stream) return;
    const options: RecorderOptions = {
      mimeType,
      videoBitsPerSecond: this.#bits,
      audioBitsPerSecond: AUDIO_BITS,
      videoKeyFrameIntervalDuration: KEY_FRAME_MS,
    };
    const recorder = new MediaRecorder(this.stream, options);
    this.#recorder = recorder;
    recorder.ondataavailable = (event) => this.#send(socket, event.data);
    recorder.onerror = () => socket.close();
    recorder.start(CHUNK_MS);
  }

  #send(socket: WebSocket, chunk: Blob): void {
    if (socket !== this.#socket || socket.readyState !== WebSocket.OPEN || chunk.size === 0) return;
    socket.send(chunk);
    this.phase = "sending";
    this.#failures = 0;
    this.#measure(chunk.size);
    if (socket.bufferedAmount <= MAX_UNSENT_BYTES) return;
    this.#lower("camera_slow");
    this.#cut();
    this.#connect();
  }

  #lower(why: MessageKey): void {
    this.#bits = Math.max(LEAST_BITS, this.#bits / 2);
    this.problem = why;
  }

  #measure(bytes: number): void {
    const now = performance.now();
    this.#sent.push({ at: now, bytes });
    this.#sent = this.#sent.filter((sent) => now - sent.at < RATE_WINDOW_MS);
    const total = this.#sent.reduce((sum, sent) => sum + sent.bytes, 0);
    const span = Math.max(CHUNK_MS, now - (this.#sent[0]?.at ?? now) + CHUNK_MS);
    this.kbps = Math.round((total * 8) / span);
  }

  #onClose(code: number): void {
    this.#cut();
    const why = FINAL[code];
    if (why) {
      this.problem = why;
      return this.stop();
    }
    if (!this.stream) return;
    if (code === CLOSE_TOO_SLOW) this.#lower("camera_server_slow");
    this.phase = "reconnecting";
    this.kbps = 0;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  #onDeviceGone(stream: MediaStream): void {
    if (stream !== this.stream) return;
    this.problem = "camera_gone";
    this.close();
  }

  #cut(): void {
    clearTimeout(this.#timer);
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder && recorder.state !== "inactive") recorder.stop();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#sent = [];
  }

  #dropTracks(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}

function cameraProblem(error: unknown): MessageKey {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "camera_denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "camera_none";
  return name === "NotReadableError" ? "camera_in_use" : "camera_unsupported";
}
