/**
 * A name as one segment of a path, whatever an operator typed: a lone surrogate would throw, and `..` would ask for another path, also
 * where its dots are escaped. The API then says itself that such a name is none.
 */
export const segment = (name: string): string =>
  /^\.{1,2}$/.test(name) ? name.replaceAll('.', '%252E') : encodeURIComponent(name.toWellFormed());
