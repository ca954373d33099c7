import { hash } from 'node:crypto';

import type { ClientLook } from './products/client-look.ts';

/**
 * The most bytes of a text of evidence, which is kept once, under its own SHA-256. A longer text is
 * cut, and says so.
 */
export const evidenceBytesAtMost = 16 * 1024;

/**
 * Raw texts inside a look are cut sooner, so that a bloated SMS.INI leaves room for the rest of
 * the look.
 */
const rawTextBytesAtMost = 4 * 1024;

/** SHA-256 in lower-case hex; a string is hashed as UTF-8. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data);

/**
 * The text when it fits into `bytesAtMost` (UTF-8), else its beginning and a mark that says how
 * much there was.
 */
export function capped(text: string, bytesAtMost: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= bytesAtMost) return text;
  const mark = `[cut, ${bytes.length} bytes in all]`;
  // The last character may be cut in two: `stream` keeps its first half back instead of inventing
  // U+FFFD.
  const kept = bytes.subarray(0, Math.max(0, bytesAtMost - mark.length));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(kept, { stream: true }) + mark;
}

/** JSON with sorted keys: equal values give equal text, and so an equal SHA-256. */
export const canonicalJson = (value: unknown): string => JSON.stringify(ordered(value));

/**
 * The value with its keys in order. A value that is in order is returned as it is: every look is
 * hashed, and most of what a gateway brings is in order.
 */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const names = Object.keys(value);
  const fields = value as Readonly<Record<string, unknown>>;
  if (isSorted(names) && names.every((name) => typeof fields[name] !== 'object')) return value;
  return Object.fromEntries(names.sort().map((name) => [name, ordered(fields[name])]));
}

const isSorted = (names: readonly string[]): boolean =>
  names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name);

/**
 * The raw evidence of a look: canonical JSON of what the gateway brought, at most 16 KiB. The
 * moment of the look (the audit has it) and the free bytes, which are never the same twice, are
 * left out, so that looks that find the same share one text.
 */
export function evidenceOf({ at: _at, freeBytes: _freeBytes, ...look }: ClientLook): string {
  const cut = (text: string | null): string | null =>
    text === null ? null : capped(text, rawTextBytesAtMost);
  const evidence = {
    ...look,
    configuration: cut(look.configuration),
    versionFile: cut(look.versionFile),
    transcript:
      look.transcript === null
        ? null
        : { ...look.transcript, text: capped(look.transcript.text, rawTextBytesAtMost) },
  };
  return capped(canonicalJson(evidence), evidenceBytesAtMost);
}
