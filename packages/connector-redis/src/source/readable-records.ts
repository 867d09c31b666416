import type { OutRecord, SourceContext } from '@millrace/connect-api';

/**
 * Records of what a source read, in its order. What cannot become one goes to the dead letter topic with its bytes, or fails the task, as
 * `errors.tolerance` says.
 */
export async function readableRecords<T>(
  items: readonly T[],
  context: Pick<SourceContext, 'deadLetter'>,
  { recordOf, rawOf }: { readonly recordOf: (item: T) => OutRecord; readonly rawOf: (item: T) => Uint8Array },
): Promise<OutRecord[]> {
  const records: OutRecord[] = [];
  for (const item of items) {
    let record: OutRecord;
    try {
      record = recordOf(item);
    } catch (error) {
      await context.deadLetter(rawOf(item), error);
      continue;
    }
    records.push(record);
  }
  return records;
}
