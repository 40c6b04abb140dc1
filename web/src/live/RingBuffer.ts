// Keeps the newest `capacity` items. Each item gets a number that grows by one
// and is never reused, so a row stays the same row while older ones fall out.

export class RingBuffer<T> {
  readonly capacity: number;
  private readonly slots: (T | undefined)[] = [];
  private next = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError("capacity must be a positive integer");
    this.capacity = capacity;
  }

  push(item: T): void {
    this.slots[this.next % this.capacity] = item;
    this.next++;
  }

  /** Number of the oldest item held. */
  get first(): number {
    return Math.max(0, this.next - this.capacity);
  }

  /** Number the next item will get. */
  get end(): number {
    return this.next;
  }

  get count(): number {
    return this.next - this.first;
  }

  /** The item with this number, if it is still held. */
  get(number: number): T | undefined {
    return number >= this.first && number < this.next ? this.slots[number % this.capacity] : undefined;
  }
}
