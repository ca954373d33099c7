/** How often a cause was counted. */
interface Counted {
  readonly cause: string;
  readonly count: number;
}

/** The causes of several waves, each once with its sum, most frequent first. */
export function ranked(causes: readonly Counted[]): readonly Counted[] {
  const sum = new Map<string, number>();
  for (const { cause, count } of causes) sum.set(cause, (sum.get(cause) ?? 0) + count);
  return [...sum]
    .map(([cause, count]) => ({ cause, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1));
}
