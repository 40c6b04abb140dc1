// Record ids seen lately. After a break the server sends a few known lines again
// (it is asked to, so that none is missed): they must not appear twice.

export class RecentIds {
  private readonly ids = new Set<string>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** False when the id was seen before. A record without id is always new. */
  add(id: string): boolean {
    if (id === "") return true;
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.capacity) {
      // A Set keeps the order of insertion: the first is the oldest.
      for (const oldest of this.ids) {
        this.ids.delete(oldest);
        break;
      }
    }
    return true;
  }
}
