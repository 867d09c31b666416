/** What a log demands of the batches that are appended to it, in the terms of `validateBatch`. */
import { decompressedBytesMax } from '@millrace/protocol';
import type { LogConfig } from './log-engine.ts';

export interface AppendChecks {
  allowUnsequenced: boolean;
  requireKeys: boolean;
  timestampMinMs: number;
  timestampMaxMs: number;
  outputBytesMax: number;
}

export function newAppendChecks(): AppendChecks {
  return {
    allowUnsequenced: false,
    requireKeys: false,
    timestampMinMs: -Infinity,
    timestampMaxMs: Infinity,
    outputBytesMax: 0,
  };
}

/** The checks of a log with this configuration, now. `checks` may be an object to fill in, for those who ask with every batch. */
export function appendChecks(
  config: LogConfig,
  nowMs: number,
  allowUnsequenced = false,
  checks: AppendChecks = newAppendChecks(),
): AppendChecks {
  const stampsTime = config.messageTimestampType === 'LogAppendTime';
  checks.allowUnsequenced = allowUnsequenced;
  checks.requireKeys = config.cleanupCompact;
  checks.timestampMinMs = stampsTime ? -Infinity : nowMs - config.messageTimestampBeforeMaxMs;
  checks.timestampMaxMs = stampsTime ? Infinity : nowMs + config.messageTimestampAfterMaxMs;
  checks.outputBytesMax = decompressedBytesMax(config.maxMessageBytes);
  return checks;
}
