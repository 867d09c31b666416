import { join } from 'node:path';
import type { TargetSpec } from './options.ts';
import { ExternalTarget } from './target-external.ts';
import type { RequestCounts } from './request-counts.ts';
import { MillraceTarget } from './target-millrace.ts';
import { ReferenceTarget } from './target-reference.ts';

export type RestartMode = 'clean' | 'kill';

/** A broker that clients are run against. */
export interface Target {
  readonly name: string;
  /** Whether `restart` works: not for a broker that somebody else started. */
  readonly restartable: boolean;
  start(): Promise<void>;
  /**
   * Stops the broker with SIGTERM or SIGKILL and starts it on the same port and data; resolves when it answers again. `kill-now`: at this
   * very moment, though what it was asked since it was looked at last goes uncounted.
   */
  restart(mode: RestartMode | 'kill-now'): Promise<void>;
  stop(): Promise<void>;
  bootstrap(): string;
  version(): string;
  /** Why the broker is not there although nobody stopped it; undefined while it is there. */
  crashed(): string | undefined;
  /** Requests that it answered since it was asked before, restarts included; absent for a broker that does not tell. */
  takeRequests?(): Promise<RequestCounts>;
}

export function createTarget(spec: TargetSpec, workDir: string, outDir: string): Target {
  switch (spec.kind) {
    case 'millrace':
      return new MillraceTarget(workDir, join(outDir, 'millrace-broker.log'));
    case 'reference':
      return new ReferenceTarget(workDir);
    case 'external':
      return new ExternalTarget(spec.bootstrap);
  }
}
