// Follows a log query through server-sent events. Records go straight into the
// ring; the screen hears of them at most once a frame.
import { Observable } from "../app/Observable";
import { apiUrl, failure, isAbort } from "../api/request";
import type { TailRecord } from "../api/types";
import { type LogRecord, recordFromTail, type RowSource } from "../results/record";
import { RateMeter } from "./RateMeter";
import { RecentIds } from "./RecentIds";
import { RingBuffer } from "./RingBuffer";

/** Beyond this the oldest lines fall out; the status line says so. */
export const LIVE_ROWS_MAX = 100_000;
/** More than the history the server can be asked for. */
const IDS_MAX = 20_000;
const RETRY_MS = [1000, 2000, 5000, 10_000];
const RATE_EVERY_MS = 500;
const HISTORY_BURST_MS = 500;

export type TailPhase = "idle" | "connecting" | "open" | "reconnecting" | "failed";

export class TailSession extends Observable implements RowSource {
  phase: TailPhase = "idle";
  error = "";
  dropped = 0;
  rate = 0;
  private ring = new RingBuffer<LogRecord>(LIVE_ROWS_MAX);
  private meter = new RateMeter();
  private seen = new RecentIds(IDS_MAX);
  /** While the reader looks at older lines the view ends here. */
  private frozenEnd: number | null = null;
  private source: EventSource | null = null;
  private probe: AbortController | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private retries = 0;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private frame = 0;
  private query = "";
  private wasOpen = false;
  private history = 0;
  private openedMs = 0;
  private taken = 0;

  start(query: string, historyLines: number): void {
    this.stop();
    this.ring = new RingBuffer<LogRecord>(LIVE_ROWS_MAX);
    this.meter = new RateMeter();
    this.seen = new RecentIds(IDS_MAX);
    this.frozenEnd = null;
    this.dropped = this.rate = this.retries = 0;
    this.error = "";
    this.openedMs = this.taken = 0;
    this.wasOpen = false;
    this.history = historyLines;
    this.query = query;
    this.ticker = setInterval(() => this.tick(), RATE_EVERY_MS);
    this.connect();
  }

  stop(): void {
    this.source?.close();
    this.source = null;
    this.probe?.abort();
    clearTimeout(this.retry);
    clearInterval(this.ticker);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.phase = "idle";
    this.notify();
  }

  // --- the rows as the list sees them: newest first ---

  get count(): number {
    return Math.max(0, this.viewEnd - this.ring.first);
  }

  at(index: number): LogRecord | undefined {
    return index < 0 ? undefined : this.ring.get(this.viewEnd - 1 - index);
  }

  keyAt(index: number): number {
    return this.viewEnd - 1 - index;
  }

  indexOf(key: number): number {
    return key >= this.ring.first && key < this.viewEnd ? this.viewEnd - 1 - key : -1;
  }

  private get viewEnd(): number {
    return this.frozenEnd ?? this.ring.end;
  }

  get isFollowing(): boolean {
    return this.frozenEnd === null;
  }

  get waiting(): number {
    return this.ring.end - this.viewEnd;
  }

  get isFull(): boolean {
    return this.ring.end > this.ring.capacity;
  }

  pause(): void {
    if (this.frozenEnd !== null) return;
    this.frozenEnd = this.ring.end;
    this.notify();
  }

  follow(): void {
    if (this.frozenEnd === null) return;
    this.frozenEnd = null;
    this.notify();
  }

  // --- the connection ---

  private connect(): void {
    this.phase = this.wasOpen ? "reconnecting" : "connecting";
    // The history is asked for after a break too: it fills the gap, and what is
    // already here is known by its id.
    const address = apiUrl("api/v1/tail", { query: this.query, limit: String(this.history) });
    const source = (this.source = new EventSource(address));
    source.addEventListener("open", () => {
      this.wasOpen = true;
      this.retries = 0;
      this.error = "";
      this.openedMs = Date.now();
      this.taken = 0;
      this.phase = "open";
      this.notify();
    });
    source.addEventListener("record", (event) => this.take(event as MessageEvent<string>));
    source.addEventListener("dropped", (event) => {
      const { count } = readJson<{ count: number }>((event as MessageEvent<string>).data) ?? { count: 0 };
      this.dropped += count;
      this.draw();
    });
    source.addEventListener("failed", (event) => {
      const body = readJson<{ message: string }>((event as MessageEvent<string>).data);
      this.fail(body?.message ?? "The server ended the tail.");
    });
    source.addEventListener("error", () => this.onError(source, address));
    this.notify();
  }

  private onError(source: EventSource, address: string): void {
    if (source !== this.source || this.phase === "failed") return;
    if (source.readyState === EventSource.CONNECTING) {
      // The browser is already trying again and names the last record it saw.
      this.phase = this.wasOpen ? "reconnecting" : "connecting";
      this.notify();
      if (this.wasOpen) return;
    }
    source.close();
    if (this.wasOpen) this.retryLater();
    else void this.explain(address);
  }

  /** EventSource hides the text of a refusal: ask once more in the open. */
  private async explain(address: string): Promise<void> {
    this.probe?.abort();
    const probe = (this.probe = new AbortController());
    try {
      const response = await fetch(address, { signal: probe.signal, headers: { Accept: "text/event-stream" } });
      if (!response.ok && response.status < 500) {
        this.fail((await failure(response)).message);
        return;
      }
      probe.abort(); // It works now: the stream itself is taken by the next EventSource.
    } catch (cause) {
      if (isAbort(cause) || probe.signal.aborted) return;
      this.error = "The server cannot be reached.";
    }
    this.retryLater();
  }

  private retryLater(): void {
    this.phase = this.wasOpen ? "reconnecting" : "connecting";
    this.notify();
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.retries++, RETRY_MS.length - 1)]);
  }

  private fail(message: string): void {
    this.source?.close();
    this.phase = "failed";
    this.error = message;
    this.notify();
  }

  private take(event: MessageEvent<string>): void {
    const record = readJson<TailRecord>(event.data);
    if (!record || !this.seen.add(event.lastEventId)) return;
    this.ring.push(recordFromTail(record));
    // The opening burst is history, not the rate of what happens now.
    const isHistory = this.taken++ < this.history && Date.now() - this.openedMs < HISTORY_BURST_MS;
    if (!isHistory) this.meter.add(1, Date.now());
    this.draw();
  }

  private draw(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.notify();
    });
  }

  private tick(): void {
    const rate = this.meter.perSecond(Date.now());
    if (rate === this.rate) return;
    this.rate = rate;
    this.draw();
  }
}

function readJson<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null; // One broken event is not worth losing the stream.
  }
}
