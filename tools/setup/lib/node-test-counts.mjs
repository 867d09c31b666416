/** Reporter for node:test: one JSON object with the counts, to be sent to a file of its own. */

export default async function* counts(events) {
  const result = { passed: 0, failed: 0, skipped: 0, failures: [], skippedNames: [], notes: [] };
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    if (data.skip !== undefined || data.todo !== undefined) {
      result.skipped += 1;
      const reason = typeof data.skip === 'string' ? `: ${data.skip}` : '';
      result.skippedNames.push(`${data.name}${reason}`);
    } else if (type === 'test:pass') {
      result.passed += 1;
    } else {
      result.failed += 1;
      result.failures.push({ name: data.name, why: String(data.details?.error?.cause ?? data.details?.error ?? '') });
    }
  }
  yield JSON.stringify(result);
}
