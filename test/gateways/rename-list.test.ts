import { describe, expect, test } from 'vitest';
import { fileWithList, listsIn } from '../../workers/gateways/windows-ssh/changes/registry-file.ts';
import { renamesIn, withRename } from '../../workers/gateways/windows-ssh/changes/rename-list.ts';

const listOf = (...names: readonly string[]): Buffer =>
  Buffer.from(`${names.map((name) => `${name}\0`).join('')}\0`, 'utf16le');

const [one, two, three] = ['one', 'two', 'three'].map((name) => `\\??\\C:\\T\\${name}.tmp`) as [
  string,
  string,
  string,
];
const ours = { from: '\\??\\C:\\A\\a.dll.servpack', to: '!\\??\\C:\\A\\a.dll' };

// A deletion is a pair with an empty new name, also as the last pair: PendMoves of Sysinternals
// prints it as "Target: DELETE", and cpython issue 76768 has lists with empty strings. Windows 11
// marks names with `*1`.
test.each([
  ['nothing', [], []],
  ['a deletion', [one, ''], [{ from: one, to: '' }]],
  [
    'deletions',
    [one, '', two, ''],
    [
      { from: one, to: '' },
      { from: two, to: '' },
    ],
  ],
  [
    'renames',
    [one, two, two, `!${three}`],
    [
      { from: one, to: two },
      { from: two, to: `!${three}` },
    ],
  ],
  [
    'marked names',
    [`*1${one}`, '', `*1${two}`, `*1!${three}`],
    [
      { from: `*1${one}`, to: '' },
      { from: `*1${two}`, to: `*1!${three}` },
    ],
  ],
  ['an odd number of names', [one, '', two], null],
  ['a pair that begins with a new name', [one, two, `!${three}`, one], null],
  ['a pair that begins with nothing', ['', one], null],
] as const)('a list of %s is read in pairs, or not at all', (_, names, pairs) => {
  expect(renamesIn(listOf(...names))).toEqual(pairs);
});

test.each([
  ['without its own end', Buffer.from(`${one}\0${two}\0`, 'utf16le')],
  ['with half a character', Buffer.from([0x41, 0, 0, 0, 0])],
])('a list %s is not understood', (_, bytes) => {
  expect(renamesIn(bytes)).toBeNull();
});

test('the list of an empty value is empty', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(2)]) {
    expect(renamesIn(bytes)).toEqual([]);
    expect(withRename(bytes, ours)).toEqual(listOf(ours.from, ours.to));
  }
});

test('one more pair leaves the others as they are, byte by byte', () => {
  // A lone half of a surrogate pair: no text, and yet a name that NTFS takes.
  const theirs = Buffer.concat([Buffer.from([0x00, 0xd8, 0, 0]), listOf('', two, '')]);
  const after = withRename(theirs, ours);
  expect(after.subarray(0, theirs.length - 2)).toEqual(theirs.subarray(0, -2));
  expect(after.subarray(theirs.length - 2)).toEqual(listOf(ours.from, ours.to));
});

describe('a file of reg export', () => {
  const key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager';
  const file = (...lines: readonly string[]) => Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`, 'utf16le');
  const header = 'Windows Registry Editor Version 5.00';
  // The form of a capture in pywin32 issue 817: deletions, over several lines.
  const lines = [
    header,
    '',
    `[${key}]`,
    '"CriticalSectionTimeout"=dword:00278d00',
    '"PendingFileRenameOperations"=hex(7):5c,00,3f,00,3f,00,5c,00,43,00,3a,00,5c,00,61,\\',
    '  00,00,00,00,00,5c,00,3f,00,3f,00,5c,00,43,00,3a,00,5c,00,62,00,00,00,00,00,00,\\',
    '  00',
    '"RunLevelExecute"="x"',
    '',
    `[${key}\\AppCompatCache]`,
    '"PendingFileRenameOperations"=hex(7):41,00,00,00,00,00',
    '',
  ];

  test('tells the bytes of a list of its first key', () => {
    const list = listsIn(file(...lines), true)?.get('pendingfilerenameoperations');
    expect(list).toEqual(listOf('\\??\\C:\\a', '', '\\??\\C:\\b', ''));
  });

  test('is understood as far as its first key goes, and not where that goes on', () => {
    const whole = file(...lines);
    const cut = whole.subarray(0, whole.indexOf(Buffer.from('AppCompat', 'utf16le')));
    expect(listsIn(whole.subarray(0, -9), false)?.has('pendingfilerenameoperations')).toBe(true);
    expect(listsIn(cut, false)).toBeNull();
    expect(listsIn(file(...lines.slice(0, 3), ''), true)?.size).toBe(0);
  });

  test('of another form is not understood, and another type of value is no list', () => {
    expect(listsIn(Buffer.from(lines.join('\r\n'), 'latin1'), true)).toBeNull();
    expect(listsIn(file('REGEDIT4', ...lines.slice(1)), true)).toBeNull();
    const single = file(header, '', `[${key}]`, '"PendingFileRenameOperations"="C:\\\\a"', '');
    expect(listsIn(single, true)?.get('pendingfilerenameoperations')).toBeNull();
    const torn = file(header, '', `[${key}]`, '"PendingFileRenameOperations"=hex(7):5c,0', '');
    expect(listsIn(torn, true)?.get('pendingfilerenameoperations')).toBeNull();
  });

  test('that servpack writes tells the same bytes again', () => {
    const bytes = Buffer.from(Array.from({ length: 300 }, (_, at) => at % 256));
    const written = fileWithList(key, 'PendingFileRenameOperations', bytes);
    expect(listsIn(written, true)).toEqual(new Map([['pendingfilerenameoperations', bytes]]));
  });
});
