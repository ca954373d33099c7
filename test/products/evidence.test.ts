import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { canonicalJson, capped, evidenceOf, sha256 } from '../../shared/evidence.ts';
import { quietLook } from './given.ts';

test('sha256 is the hash of the UTF-8 bytes', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('é')).toBe(
    createHash('sha256')
      .update(Buffer.from([0xc3, 0xa9]))
      .digest('hex'),
  );
  expect(sha256(Buffer.from([0xc3, 0xa9]))).toBe(sha256('é'));
});

describe('evidence of a look', () => {
  test('is the same text for the same look, in whatever order its keys were written', () => {
    const evidence = evidenceOf(quietLook);
    const { at, ...found } = quietLook;
    expect(JSON.parse(evidence)).toEqual(found);
    // The moment is in the audit; looks that find the same are kept once.
    expect(evidenceOf({ ...quietLook, at: at + 60_000 })).toBe(evidence);
    const turned = Object.fromEntries(Object.entries(quietLook).toReversed()) as unknown as typeof quietLook;
    expect(evidenceOf(turned)).toBe(evidence);
    expect(evidenceOf({ ...quietLook, pendingRestart: true })).not.toBe(evidence);
  });

  test('holds the rest of a look with a huge configuration file', () => {
    const evidence = evidenceOf({ ...quietLook, configuration: 'x'.repeat(100_000) });
    expect(Buffer.byteLength(evidence)).toBeLessThan(16 * 1024);
    const read = JSON.parse(evidence) as typeof quietLook;
    expect(read.configuration).toMatch(/^x+\[cut, 100000 bytes in all\]$/);
    expect(read.bootId).toBe('boot-7');
  });

  test('has at most 16 KiB, and says when it was cut', () => {
    const files = Array.from({ length: 2000 }, (_, index) => ({
      name: `f${index}.exe`,
      sha256: 'ab'.repeat(32),
    }));
    const evidence = evidenceOf({ ...quietLook, files });
    expect(Buffer.byteLength(evidence)).toBe(16 * 1024);
    expect(evidence).toMatch(/\[cut, \d+ bytes in all\]$/);
  });
});

test('canonical JSON sorts keys at every depth, and keeps the order of lists', () => {
  expect(canonicalJson({ b: [{ d: 1, c: [3, 2] }], a: null })).toBe('{"a":null,"b":[{"c":[3,2],"d":1}]}');
});

test('a capped text has at most its bytes, and cuts no character in two', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 40, max: 100 }),
      (text, atMost) => {
        const cut = capped(text, atMost);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(atMost);
        expect(text.startsWith(cut.replace(/\[cut, \d+ bytes in all\]$/, ''))).toBe(true);
      },
    ),
  );
});
