import { runProgram } from '../harness.ts';
import { ADMIN_CASES } from './admin.ts';
import { CLUSTER_ADMIN_CASES } from './cluster-admin.ts';
import { GROUP_CASES } from './groups.ts';
import { PRODUCE_CASES } from './produce.ts';
import { resetOffsets } from './reset-offsets.ts';
import { TRANSACTION_CASES } from './transactions.ts';

const version = /kafka-(\d+\.\d+\.\d+)\/libs/.exec(process.env['CONFORMANCE_CLASSPATH'] ?? '')?.[1] ?? 'unknown';
await runProgram(version, {
  ...PRODUCE_CASES,
  ...GROUP_CASES,
  ...TRANSACTION_CASES,
  ...ADMIN_CASES,
  ...CLUSTER_ADMIN_CASES,
  'admin-reset-offsets': resetOffsets,
});
