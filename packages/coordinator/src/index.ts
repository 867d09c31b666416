export type { GroupCoordinator, GroupRequestContext } from './group-coordinator.ts';
