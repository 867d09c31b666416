/**
 * Which record may be worked on next, so that the order that was asked for holds and as many as allowed are at work.
 *
 * Owns: lanes of records that must follow each other (a partition, or a key in a partition) and the queue of lanes that are free.
 * Invariants: of a lane one record is at work at a time, oldest first. Two keys with the same hash share a lane, which orders them
 *   needlessly but never wrongly.
 * Bounds: lanes exist only while they hold records.
 */

/** What is to be worked on. `laneKey` undefined: in no order. */
export interface LaneItem<Group> {
  readonly group: Group;
  readonly laneKey: number | undefined;
}

interface Lane<Item> {
  readonly items: Item[];
  head: number;
  isAtWork: boolean;
}

export class WorkLanes<Group, Item extends LaneItem<Group>> {
  readonly #lanes = new Map<Group, Map<number, Lane<Item>>>();
  readonly #ready: Lane<Item>[] = [];
  #readyHead = 0;
  #waiting = 0;

  /** Items that are not begun. */
  get waiting(): number {
    return this.#waiting;
  }

  add(item: Item): void {
    this.#waiting++;
    if (item.laneKey === undefined) {
      this.#ready.push({ items: [item], head: 0, isAtWork: false });
      return;
    }
    let lanes = this.#lanes.get(item.group);
    if (lanes === undefined) this.#lanes.set(item.group, (lanes = new Map<number, Lane<Item>>()));
    const lane = lanes.get(item.laneKey);
    if (lane === undefined) {
      const created: Lane<Item> = { items: [item], head: 0, isAtWork: false };
      lanes.set(item.laneKey, created);
      this.#ready.push(created);
    } else {
      lane.items.push(item);
    }
  }

  /** The next item that may be begun; undefined when all that wait have to wait for others. */
  begin(): Item | undefined {
    const lane = this.#ready[this.#readyHead];
    if (lane === undefined) return undefined;
    this.#readyHead++;
    if (this.#readyHead > 1_024 && this.#readyHead * 2 > this.#ready.length) {
      this.#ready.splice(0, this.#readyHead);
      this.#readyHead = 0;
    }
    lane.isAtWork = true;
    this.#waiting--;
    return lane.items[lane.head];
  }

  /** An item that was begun is over, one way or another. */
  end(item: Item): void {
    if (item.laneKey === undefined) return;
    const lanes = this.#lanes.get(item.group);
    const lane = lanes?.get(item.laneKey);
    if (lanes === undefined || lane === undefined) return;
    lane.isAtWork = false;
    lane.head++;
    if (lane.head < lane.items.length) {
      if (lane.head > 64) {
        lane.items.splice(0, lane.head);
        lane.head = 0;
      }
      this.#ready.push(lane);
      return;
    }
    lanes.delete(item.laneKey);
    if (lanes.size === 0) this.#lanes.delete(item.group);
  }
}
