// What a terminal executes or reorders, and much text comes from clients. C0, DEL and C1 control
// characters, bidirectional controls, line and paragraph separators.
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
/** JSON escapes C0 in its strings itself; outside of strings they are its line ends. */
const unsafeInJson = /[\x7F-\x9F\p{Bidi_Control}\u2028\u2029]/gu;

/** Replaces every unsafe character by a visible one, for one line of a terminal. */
export const visible = (text: string): string => text.replace(unsafe, '\uFFFD');

/**
 * Escapes unsafe characters in a text of JSON, which then means the same and is safe to print on a
 * terminal.
 */
export const visibleJson = (json: string): string =>
  json.replace(unsafeInJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
