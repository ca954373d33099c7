/** 11930 -> `11,930` */
export const number = (value: number): string => value.toLocaleString('en-US');

/** `1 client`, `312 clients` */
export const many = (value: number, one: string, more = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : more}`;

/** `pc-1, pc-2 and 30 more`: the first of so many names. */
export const firstAndMore = (names: readonly string[], all: number): string =>
  all > names.length ? `${names.join(', ')} and ${number(all - names.length)} more` : names.join(', ');
