import { hasOneSpelling, oneSpellingForm } from '../../shared/input/names.ts';

/** The name of a person, as a caller sends it or a token has it: no control characters. */
export const isPerson = (name: string): boolean =>
  /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@\\-]{0,63}$/u.test(name) && hasOneSpelling(name);

export const personForm = `a user name of at most 64 letters, digits, spaces and . _ @ \\ -, ${oneSpellingForm}`;
