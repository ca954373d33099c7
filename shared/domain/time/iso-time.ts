/** UTC, whole seconds. Formatting a given time is not reading a clock. */
export const isoOf = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
