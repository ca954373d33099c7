/** `1 client`, `2 clients`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `all 5 slots`, `the one slot`. */
export const allOf = (count: number, noun: string): string =>
  count === 1 ? `the one ${noun}` : `all ${count} ${noun}s`;
