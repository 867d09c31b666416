import { join } from 'node:path';

export const REPO_ROOT = join(import.meta.dirname, '../../../..');

/** What `npm run build` makes of apps/broker. */
export const BROKER_MAIN = join(REPO_ROOT, 'apps/broker/dist/main.cjs');

/** What `npm run build` makes of apps/connect. */
export const CONNECT_MAIN = join(REPO_ROOT, 'apps/connect/dist/main.cjs');

/** The cache of compiled code that `npm start` uses. */
export const COMPILE_CACHE = join(REPO_ROOT, 'node_modules/.cache/node-compile');

/** Fetches the jars of Apache Kafka for the conformance run, and for this. */
export const REFERENCE_SCRIPT = join(REPO_ROOT, 'tools/conformance/reference/apache-kafka.sh');

export const LATENCY_PROBE = join(import.meta.dirname, '../../java/LatencyProbe.java');
export const TRANSACTION_PROBE = join(import.meta.dirname, '../../java/TransactionProbe.java');

export const DOCUMENT = join(REPO_ROOT, 'docs/performance.md');
export const DOCUMENT_DIR = join(REPO_ROOT, 'docs/performance');

/** Where runs keep their data; ignored by Git. On the disk of the checkout, since /tmp may be memory. */
export const WORK_DIR = join(REPO_ROOT, '.millrace/bench');
