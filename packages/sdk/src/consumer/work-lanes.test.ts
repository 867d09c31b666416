import fc from 'fast-check';
import { WorkLanes } from './work-lanes.ts';

interface Item {
  readonly group: string;
  readonly laneKey: number | undefined;
  readonly number: number;
}

describe('WorkLanes', () => {
  it('begins one record of a lane at a time, oldest first, and all of them in the end', () => {
    const item = fc.record({ group: fc.constantFrom('a', 'b'), laneKey: fc.option(fc.nat(3), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 300 }), fc.array(fc.nat(), { maxLength: 600 }), (items, choices) => {
        const lanes = new WorkLanes<string, Item>();
        const atWork: Item[] = [];
        const done: Item[] = [];
        const begin = (): boolean => {
          const next = lanes.begin();
          if (next === undefined) return false;
          if (next.laneKey !== undefined) {
            for (const other of atWork)
              expect(other.group === next.group && other.laneKey === next.laneKey).toBe(false);
          }
          atWork.push(next);
          return true;
        };
        const end = (choice: number): void => {
          const [item] = atWork.splice(choice % atWork.length, 1);
          if (item === undefined) return;
          lanes.end(item);
          done.push(item);
        };
        items.forEach((each, number) => lanes.add({ ...each, number }));

        for (const choice of choices) {
          if (choice % 2 === 0 || atWork.length === 0) begin();
          else end(choice);
        }
        while (begin() || atWork.length > 0) if (atWork.length > 0) end(0);

        expect(lanes.waiting).toBe(0);
        expect(done).toHaveLength(items.length);
        const order = new Map<string, number>();
        for (const { group, laneKey, number } of done) {
          if (laneKey === undefined) continue;
          const key = `${group}${String(laneKey)}`;
          expect(number).toBeGreaterThan(order.get(key) ?? -1);
          order.set(key, number);
        }
      }),
    );
  });
});
