/** 11930 -> `11,930` */
export const number = (value: number): string => value.toLocaleString('en-US');

/** `1 client`, `312 clients` */
export const many = (value: number, one: string, more = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : more}`;
