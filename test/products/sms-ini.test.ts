import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

import { parseSmsIni } from '../../shared/products/sms-ini.ts';

const local = (...lines: string[]) => parseSmsIni(['[Local]', ...lines].join('\r\n'));

test('the SMS.INI of a sample client is read', () => {
  const text = [
    '; written by setup',
    '[SMS]',
    'SetupPhase=DEINSTALL',
    '',
    '[Local]',
    'SetupPhase=UPGRADE',
    'FilesNotDownloaded=APPCTL32.EXE, climonnt.exe',
    'CopyListVersion=835643765',
    'BuildNo=786',
    'SPNumber=0',
    'SMSBinPath=C:\\MS\\SMS\\BIN',
    'InstalledComponents=PCM, MIFENTRY, APPCONTROL, REMOTE_CONTROL',
  ].join('\r\n');
  expect(parseSmsIni(text)).toEqual({
    setupPhase: 'upgrade',
    filesNotDownloaded: ['appctl32.exe', 'climonnt.exe'],
    copyListVersion: '835643765',
  });
});

describe('SetupPhase', () => {
  test.each([
    ['INSTALLED', 'installed'],
    ['installed', 'installed'],
    ['Upgrade', 'upgrade'],
    ['VERIFY_FILES', 'verifyFiles'],
    ['verifying_files', 'verifyFiles'],
    ['COMPONENT_DEINSTALL', 'componentDeinstall'],
    ['DEINSTALL', 'deinstall'],
    ['deinstal', 'deinstall'],
    ['"installed"', 'installed'],
    ["' installed '", 'installed'],
    // Never success by half a word.
    ['not installed', 'unknown'],
    ['installed ; almost', 'unknown'],
    ['INSTALL', 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
  ])('%j is %s', (value, phase) => {
    expect(local(`SetupPhase=${value}`).setupPhase).toBe(phase);
  });

  test.each([
    ['there is no file', null],
    ['the file is empty', ''],
    ['it stands in another section', '[Site]\nSetupPhase=INSTALLED'],
    ['it stands before every section', 'SetupPhase=INSTALLED\n[Local]'],
    ['it is a comment', '[Local]\n;SetupPhase=INSTALLED'],
    ['it has no value', '[Local]\nSetupPhase'],
    ['the text is UTF-16 read as bytes', '[\0L\0o\0c\0a\0l\0]\0\n\0S\0e\0t\0u\0p\0'],
  ])('is unknown when %s', (_, text) => {
    expect(parseSmsIni(text).setupPhase).toBe('unknown');
  });
});

describe('SMS.INI is read as Windows reads it', () => {
  test.each(['[LOCAL]', '[ local ]', '\uFEFF[Local]', '  [Local]  ; of this machine'])(
    'with the section %j',
    (section) => {
      expect(parseSmsIni(`${section}\nSETUPPHASE = upgrade`).setupPhase).toBe('upgrade');
    },
  );

  test('with the first of several equal keys, also when a section comes twice', () => {
    expect(
      local('SetupPhase=UPGRADE', 'setupphase=INSTALLED', '[x]', '[local]', 'SetupPhase=INSTALLED')
        .setupPhase,
    ).toBe('upgrade');
  });
});

test.each([
  ['', []],
  ['""', []],
  ['A.EXE', ['a.exe']],
  ['A.EXE;b.dll , A.exe\tC.XNF', ['a.exe', 'b.dll', 'c.xnf']],
  ['"A.EXE", "B.EXE"', ['a.exe', 'b.exe']],
])('FilesNotDownloaded=%s are %j', (value, names) => {
  expect(local(`FilesNotDownloaded=${value}`).filesNotDownloaded).toEqual(names);
});

test.each(['INS TALLED', 'IN\uFEFFSTALLED', 'in-stalled'])('SetupPhase %j is not installed', (value) => {
  expect(local(`SetupPhase=${value}`).setupPhase).toBe('unknown');
});

test('a section line of SMS.INI that was cut off is no section', () => {
  expect(parseSmsIni('[Locals\nSetupPhase=INSTALLED\n').setupPhase).toBe('unknown');
});

test('CopyListVersion of SMS.INI changes nothing: it is current before any file arrives', () => {
  expect(local('CopyListVersion=876355200')).toEqual({
    setupPhase: 'unknown',
    filesNotDownloaded: [],
    copyListVersion: '876355200',
  });
});

const pieces = fc.constantFrom(
  '[',
  ']',
  'Local',
  '[Local]',
  'SetupPhase',
  '=',
  'INSTALLED',
  ';',
  '"',
  "'",
  '\r',
  '\n',
  '\0',
  '__proto__',
  ' ',
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((words) => words.join('')),
  fc.string({ unit: 'binary' }),
);

test('SMS.INI of any text never throws, and is never installed without saying so', () => {
  fc.assert(
    fc.property(text, (source) => {
      const { setupPhase } = parseSmsIni(source);
      expect(setupPhase !== 'installed' || /installed/i.test(source)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each(['[', '=', 'a=', '[Local]\n', '[Local]\na=b\n', '"', ' ', '\r', 'FilesNotDownloaded=a,'])(
  'SMS.INI of repeated %j is read in linear time',
  (piece) => {
    expectLinear(10_000_000, (length) => `[Local]\n${piece.repeat(length / piece.length)}`, parseSmsIni);
  },
);
