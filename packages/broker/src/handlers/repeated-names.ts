/** Parts the entries of a request by whether their key stands in it once; of a repeated key only the key is left. */
export function splitRepeated<Entry, Key>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => Key,
): { readonly single: readonly Entry[]; readonly repeated: readonly Key[] } {
  const counts = new Map<Key, number>();
  for (const entry of entries) counts.set(keyOf(entry), (counts.get(keyOf(entry)) ?? 0) + 1);
  return {
    single: entries.filter((entry) => counts.get(keyOf(entry)) === 1),
    repeated: [...counts].filter(([, count]) => count > 1).map(([key]) => key),
  };
}
