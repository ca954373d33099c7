import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { sha256 } from '../../shared/evidence.ts';
import { decodeInput, readInputFile } from '../../orchestrator/input-file.ts';
import { accepted, faultsOf } from './given.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('an input file that is no UTF-8 text', () => {
  test.each([
    [
      'a Latin-1 letter',
      bytes('a: 1\r\nb: 2\r\nc: M', [0xfc], 'ller\r\n'),
      'in:3: (file): is not UTF-8 text, expected UTF-8 text',
    ],
    [
      'a character that is cut off',
      bytes('a\n', [0xe2, 0x82]),
      'in:2: (file): is not UTF-8 text, expected UTF-8 text',
    ],
    [
      'UTF-16, as Windows saves Unicode',
      bytes([0xff, 0xfe], 'a\0'),
      'in:1: (file): is UTF-16 text, expected UTF-8 text',
    ],
    ['too much', bytes('x'.repeat(101)), 'in:1: (file): has 101 bytes, expected at most 100 bytes'],
  ])('%s', (_, input, fault) => {
    expect(faultsOf(decodeInput(input, 'in', 100))).toEqual([fault]);
  });
});

test('the text of an input file has the hash of the file, byte order mark included', () => {
  const input = bytes([0xef, 0xbb, 0xbf], 'a: é\r\n');
  expect(sha256(accepted(decodeInput(input, 'in', 100)))).toBe(sha256(input));
});

describe('an input file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'servpack-input-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is read', async () => {
    const file = join(folder, 'fine.yaml');
    await writeFile(file, 'a: 1\n');
    expect(await readInputFile(file, 100)).toEqual({ ok: true, value: 'a: 1\n' });
  });

  test('is refused by its size', async () => {
    const file = join(folder, 'huge.yaml');
    await writeFile(file, 'x'.repeat(101));
    expect(faultsOf(await readInputFile(file, 100))).toEqual([
      `${file}:1: (file): has 101 bytes, expected at most 100 bytes`,
    ]);
  });

  test('is refused when it is missing or a folder', async () => {
    const missing = join(folder, 'missing.yaml');
    expect(faultsOf(await readInputFile(missing, 100))).toEqual([
      `${missing}:1: (file): cannot be read (there is no such file or folder), expected a readable text file`,
    ]);
    expect(faultsOf(await readInputFile(folder, 100))).toEqual([
      `${folder}:1: (file): is not a file, expected a text file`,
    ]);
  });
});
