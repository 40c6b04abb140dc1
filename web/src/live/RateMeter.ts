// Lines per second over the last few seconds, so that the figure does not flicker.

const WINDOW_SECONDS = 5;

export class RateMeter {
  private readonly counts = new Map<number, number>();
  private since: number | null = null;

  add(count: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    this.since ??= nowMs;
    this.counts.set(second, (this.counts.get(second) ?? 0) + count);
  }

  perSecond(nowMs: number): number {
    if (this.since === null) return 0;
    const oldest = Math.floor(nowMs / 1000) - WINDOW_SECONDS;
    let sum = 0;
    for (const [second, count] of this.counts) {
      if (second <= oldest) this.counts.delete(second);
      else sum += count;
    }
    // In the first seconds the window is not full yet.
    return sum / Math.min(WINDOW_SECONDS, Math.max(1, (nowMs - this.since) / 1000));
  }
}
