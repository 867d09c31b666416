import { assert } from '@millrace/base';

import type { AcceptanceCase } from './acceptance-case.ts';
import { sinkCases, type SinkDriver } from './sink-cases.ts';
import { sourceCases, type SourceDriver } from './source-cases.ts';

export type { AcceptanceCase } from './acceptance-case.ts';

/**
 * Everything that a source has to do right, as cases for any test runner:
 * `for (const { name, run } of sourceAcceptance(driver)) test(name, run)`.
 */
export function sourceAcceptance<C>(driver: SourceDriver<C>): readonly AcceptanceCase[] {
  return sourceCases(driver);
}

/** The same of a sink. */
export function sinkAcceptance<C>(driver: SinkDriver<C>): readonly AcceptanceCase[] {
  return sinkCases(driver);
}

/** Runs cases one after another; for scripts without a test runner. Rejects with the first that fails. */
export async function acceptance(cases: readonly AcceptanceCase[]): Promise<void> {
  assert(cases.length > 0, 'there are no cases');
  for (const { name, run } of cases) {
    try {
      await run();
    } catch (error) {
      throw new Error(`not accepted: ${name}`, { cause: error });
    }
  }
}
