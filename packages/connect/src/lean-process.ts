/** Loaded before all others, as it may start the process anew. */
export { becomeLean } from '@millrace/base/lean-process';
