/**
 * A file with more faults than this is no fleet file, and a list of millions of faults would fill
 * the memory.
 */
export const faultsAtMost = 10_000;
