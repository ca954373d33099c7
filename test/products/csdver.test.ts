import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

import { parseCsdver } from '../../shared/products/csdver.ts';

test.each([
  ['SP3', 3],
  ['sp 4\r\n', 4],
  ['Service Pack 2\r\n', 2],
  ['SERVICE PACK\t4', 4],
  ['CSDVersion="Service Pack 3"\r\n; again: SP3', 3],
  ['SP10', 10],
])('CSDVER.SMS %j names service pack %i', (text, pack) => {
  expect(parseCsdver(text)).toBe(pack);
});

test.each([
  ['no file', null],
  ['an empty file', ''],
  ['build numbers', '1.20.786.0300'],
  ['a bare number', '3'],
  ['two service packs', 'SP3 SP4'],
  ['a name that only begins like one', 'SP3a SPOOL4 SP345'],
  ['a word that only ends like one', 'WASP3'],
  ['a digit that is none of ours', 'SP٣'],
])('CSDVER.SMS names no service pack: %s', (_, text) => {
  expect(parseCsdver(text)).toBeNull();
});

test('CSDVER.SMS of any text never throws, and is read in linear time', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('sp', 'service', 'pack', ' ', '\t', '3', '\n', 'x')), (words) => {
      const pack = parseCsdver(words.join(''));
      expect(pack === null || (pack >= 0 && pack <= 99)).toBe(true);
    }),
  );
  for (const piece of ['service ', 'sp', ' ', 'sp ', '3'])
    expectLinear(2_000_000, (count) => piece.repeat(count), parseCsdver);
});
