/** Loaded before all others, as it may start the process anew. */
export { becomeLean, dropStartGarbage } from '@millrace/base/lean-process';
