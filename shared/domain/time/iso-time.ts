/** ISO 8601 in UTC, whole seconds. It formats a given time, and reads no clock. */
export const isoOf = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
