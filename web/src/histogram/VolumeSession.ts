// Asks for the histogram of a log query. Kept apart from the log session: the
// lines must not wait for the bars, nor the bars for the lines.
import { Observable } from "../app/Observable";
import { queryRange } from "../api/loki";
import { isAbort, messageOf } from "../api/request";
import { msFromNanos } from "../time/nanos";
import type { Span } from "../time/range";
import { barGrid, chooseStepMs } from "./step";
import { readVolume, type Volume, volumeQuery } from "./volume";

export class VolumeSession extends Observable {
  volume: Volume | null = null;
  isLoading = false;
  error = "";
  private abort: AbortController | null = null;

  async run(query: string, span: Span): Promise<void> {
    this.cancel();
    const abort = (this.abort = new AbortController());
    this.isLoading = true;
    this.notify();
    const stepMs = chooseStepMs(msFromNanos(span.end - span.start));
    const grid = barGrid(span, stepMs);
    try {
      const answer = await queryRange(
        {
          query: volumeQuery(query, stepMs),
          // From the end of the first bar to the end of the last: no point outside.
          start: BigInt(grid.firstMs) * 1_000_000n,
          end: BigInt(grid.firstMs + (grid.count - 1) * stepMs) * 1_000_000n,
          stepMs,
        },
        abort.signal,
      );
      this.volume = answer.kind === "matrix" ? readVolume(answer.result, grid) : null;
      this.error = "";
    } catch (cause) {
      if (isAbort(cause) || abort.signal.aborted) return;
      this.error = messageOf(cause);
    }
    if (abort.signal.aborted) return;
    this.isLoading = false;
    this.notify();
  }

  cancel(): void {
    this.abort?.abort();
    this.abort = null;
    if (!this.isLoading) return;
    this.isLoading = false;
    this.notify();
  }
}
