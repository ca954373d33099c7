import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

import { parseSmsrun32 } from '../../shared/products/smsrun32.ts';

const blocked = [
  'Reading configuration...',
  'Client executable active: pcmsvc32.exe',
  'Warning: Client component in use.',
  'Client component files will not be overwritten or removed.',
  'Verifying Microsoft Systems Management Server client installation.',
];

const nothing = { active: [], inUse: false, notUnderstood: [] };

const read = (...lines: string[]) => parseSmsrun32(lines.join('\r\n'));

describe('the transcript of a blocked client (Q168463)', () => {
  const expected = { active: ['pcmsvc32.exe'], inUse: true, notUnderstood: [] };

  test.each([
    ['as the article prints it', blocked],
    ['in capitals', blocked.map((line) => line.toUpperCase())],
    [
      'with six dots and three',
      blocked.map((line) => line.replace(/\.*$/, '......')).with(4, `${blocked[4]}..`),
    ],
    ['without dots', blocked.map((line) => line.replace(/\.$/, ''))],
    ['with other spacing', blocked.map((line) => `  ${line.replaceAll(' ', '\t ')}  `)],
    ['with the whole path', blocked.with(1, 'Client executable active: C:\\MS\\SMS\\BIN\\PCMSVC32.EXE')],
  ])('%s', (_, lines) => {
    expect(read(...lines)).toEqual(expected);
    expect(parseSmsrun32(lines.join('\n'))).toEqual(expected);
  });

  test('names several active executables, each once and in order', () => {
    const more = ['PCMWIN32.EXE', 'pcmsvc32.exe', 'appctl32.exe'].map(
      (name) => `Client executable active: ${name}`,
    );
    expect(read(...blocked.toSpliced(2, 0, ...more)).active).toEqual([
      'pcmsvc32.exe',
      'pcmwin32.exe',
      'appctl32.exe',
    ]);
  });

  test('is blocked with the warning alone, and with the executable alone', () => {
    expect(read('Warning: Client component in use.')).toEqual({ ...nothing, inUse: true });
    expect(read('Client executable active: a.exe')).toEqual({
      active: ['a.exe'],
      inUse: true,
      notUnderstood: [],
    });
  });

  test('is blocked even when a later run in the same text is not', () => {
    expect(read(...blocked, 'Reading configuration...', blocked[4] ?? '')).toEqual(expected);
  });
});

test('a transcript with Verifying is no success: every client prints it', () => {
  expect(read('Reading configuration......', blocked[4] ?? '')).toEqual(nothing);
});

test('an empty transcript says nothing', () => {
  expect(parseSmsrun32('')).toEqual(nothing);
  expect(parseSmsrun32('\uFEFF\r\n \r\n...\r\n')).toEqual(nothing);
});

test.each([
  'Copying APPCTL32.EXE',
  'Client executable active:',
  'Client executable inactive: pcmsvc32.exe',
  'No warning: Client component in use.',
  'Verifying',
  `Client executable active: ${'x'.repeat(300)}`,
])('a transcript keeps lines that are not understood: %s', (line) => {
  const { notUnderstood, ...said } = read(...blocked.toSpliced(1, 1, line));
  expect(notUnderstood).toEqual([line.slice(0, 200)]);
  expect(said).toEqual({ active: [], inUse: true });
});

test('a huge transcript is cut, and counts as not understood', () => {
  const { active, notUnderstood } = parseSmsrun32(
    `Client executable active: a.exe\n${'strange\n'.repeat(1_000_000)}`,
  );
  expect(active).toEqual(['a.exe']);
  expect(notUnderstood).toHaveLength(50);
  expect(notUnderstood[0]).toBe('(cut after 65536 characters)');
});

const pieces = fc.constantFrom(
  ...blocked,
  'Client executable active:',
  '.',
  '...',
  ' ',
  '\t',
  '\\',
  '/',
  '\r',
  '\n',
  '\0',
  'x',
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((words) => words.join('')),
  fc.string({ unit: 'binary' }),
);

test('a transcript of any text never throws, and keeps every unknown line', () => {
  fc.assert(
    fc.property(text, (source) => {
      const { active, inUse } = parseSmsrun32(source);
      expect(active.filter((name) => name === '' || name !== name.toLowerCase())).toEqual([]);
      expect(inUse || active.length === 0).toBe(true);
      expect(parseSmsrun32(`${source}\nsomething else`).notUnderstood.at(-1)).toBe('something else');
    }),
    { numRuns: 1000 },
  );
});

test.each(['.', ' ', '. ', '\r', '\t.', 'Client executable active: ', 'Reading configuration', '\\'])(
  'a transcript of repeated %j is read in linear time',
  (piece) => {
    expectLinear(10_000_000, (length) => piece.repeat(length / piece.length), parseSmsrun32);
  },
);

describe('SMSRUN.LOG (its lines begin with the moment and the program, Q167759)', () => {
  const logged = (...texts: string[]) =>
    texts.map((text) => `[04/16/97 11:44:08] C:\\MS\\SMS\\BIN\\SMSRUN32.EXE ==> ${text}`);
  const start = 'Starting execution, command line =  <empty>';

  test('says the same as the screen', () => {
    expect(read(...logged(start, ...blocked))).toEqual({
      active: ['pcmsvc32.exe'],
      inUse: true,
      notUnderstood: [],
    });
  });

  test('is read from the beginning of its last run: an older block is no block', () => {
    expect(read(...logged(start, ...blocked, start, blocked[0] ?? '', blocked[4] ?? ''))).toEqual(nothing);
  });

  test('keeps lines that are not understood, without the moment', () => {
    expect(read(...logged(start, 'Logon root dir set to \\\\LS1\\SMS_SHR')).notUnderstood).toEqual([
      'Logon root dir set to \\\\LS1\\SMS_SHR',
    ]);
  });

  test('is read in linear time when it repeats the beginning of a line', () => {
    expectLinear(10_000_000, (length) => '[04/16/97 11:44:08] C:\\'.repeat(length / 24), parseSmsrun32);
  });
});
