import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { decodeInput } from '../../orchestrator/input-file.ts';
import { parseRelease } from '../../orchestrator/input/release-file.ts';
import { parseProfile } from '../../shared/products/profile.ts';

// prettier-ignore
const pieces = [
  'campaign', 'select', 'where', 'waves', 'name', 'percent', 'rest', 'gate', 'ladder', 'deferrals', 'client', 'logonServer', '__proto__',
  ': ', ':', '- ', '[', ']', '{', '}', ',', '"', "'", '&a', '*a', '!!x', '|', '>', '#', '%', '---', '...', '? ', '~',
  '\n', '\n  ', '\r\n', '\r', '\t', '\0', '\uFEFF', '\ud800', '1', '1e999', '0x10', '80 %', '4h', 'true', 'é',
] as const;

/** Texts that are nearly what the parsers want, and anything else. */
const source = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((words) => words.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

const parsers = { parseCampaign, parseRelease, parseProfile, parseFleet };

describe.each(Object.entries(parsers))('%s', (_, parse) => {
  test('returns for any text a value, or faults that each name a line of the text', () => {
    fc.assert(
      fc.property(source, (text) => {
        const result = parse(text, 'f');
        const lines = text.split(/\r\n|\n|\r/).length;
        const faults = result.ok ? [] : result.error;
        expect(result.ok || faults.length > 0).toBe(true);
        expect(faults.filter(({ line }) => !(line >= 1 && line <= lines))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

test('decodeInput returns for any bytes a text or one fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const result = decodeInput(bytes, 'f', 80);
      expect(result.ok || result.error.length === 1).toBe(true);
    }),
  );
});

describe('a text made to hang a parser', () => {
  const size = 60_000;
  // prettier-ignore
  test.each([
    '[', '{', '- ', '? ', ': ', 'a: ', '{a: ', '[]', ',', '"', "'", '#\n', '%\n', '&a ', '*a\n', '!', '|\n', ' ', '\t', '\n', '\r',
    '""', '"",', 'a"', '\\', '---\n', '-\n', '\uFEFF', 'a\n b\n',
  ])('is read in linear time: %j repeated', (piece) => {
    const text = (length: number): string => piece.repeat(length / piece.length);
    expectLinear(size, text, (whole) => parseCampaign(whole, 'f'));
    expectLinear(size, text, (whole) => parseFleet(whole, 'f'));
    expectLinear(size, text, (whole) => parseFleet(`client,logonServer\n${whole}`, 'f'));
  });
});
