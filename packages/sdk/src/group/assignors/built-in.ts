import type { Assignor, BuiltInAssignor } from '../assignor.ts';
import { rangeAssignor } from './range.ts';
import { roundRobinAssignor } from './round-robin.ts';
import { cooperativeStickyAssignor, stickyAssignor } from './sticky.ts';

export const BUILT_IN_ASSIGNORS: Readonly<Record<BuiltInAssignor, Assignor>> = {
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
  sticky: stickyAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
  RoundRobinAssigner: { ...roundRobinAssignor, name: 'RoundRobinAssigner' },
};
