/**
 * Clients in the order of their names, without case: what a page of a list begins after. A
 * blank is less than every character of a name, so `pc-1` comes before `pc-10` and `PC-1` beside
 * it.
 */
export function nameKey(client: string): string {
  const lower = client.toLowerCase();
  return lower === client ? client : `${lower} ${client}`;
}

/** The client of a key. */
export const clientOfKey = (key: string): string => key.slice(key.indexOf(' ') + 1);

/** Which names are read: those that begin so in any case, and come after this key. */
export interface NameRange {
  /** A key of `nameKey`; null = from the beginning. */
  readonly after: string | null;
  readonly prefix?: string | undefined;
  readonly limit: number;
}

/** @returns whether the key lies in the range; the limit is not considered */
export function isInRange(key: string, { after, prefix = '' }: NameRange): boolean {
  return (after === null || key > after) && key.startsWith(prefix.toLowerCase());
}
