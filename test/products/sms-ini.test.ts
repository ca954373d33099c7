import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

import { parseSmsIni } from '../../shared/products/sms-ini.ts';
import { smsIniText } from '../../orchestrator/simulation/machines/sms-ini-file.ts';
import { smsProfile } from './given.ts';

const local = (...lines: string[]) => parseSmsIni(['[Local]', ...lines].join('\r\n'));
const status = (...lines: string[]) => parseSmsIni(['[WorkstationStatus]', ...lines].join('\r\n'));

/** Sections, keys and their order are those of the Resource Kit's "Sample SMS.INI File". */
const sample = (filesNotDownloaded: string): string =>
  smsIniText({
    setupPhase: 'verify_files',
    filesNotDownloaded,
    copyListVersion: 835_643_765,
    logonServer: 'LS1',
    bin: 'C:\\MS\\SMS\\BIN',
  });

test('each key of the published sample file is read from its section', () => {
  expect(parseSmsIni(sample('APPCTL32.EXE, climonnt.exe'))).toEqual({
    setupPhase: 'verifyFiles',
    filesNotDownloaded: ['appctl32.exe', 'climonnt.exe'],
    copyListVersion: '835643765',
  });
  expect(parseSmsIni(sample('')).filesNotDownloaded).toEqual([]);
});

test('the client of Q168598 has not downloaded a file', () => {
  const text = '[WorkstationStatus]\r\nFilesNotDownloaded=NWNETAPI.DLL\r\n[Local]\r\nSetupPhase=verify_files';
  expect(parseSmsIni(text)).toMatchObject({
    setupPhase: 'verifyFiles',
    filesNotDownloaded: ['nwnetapi.dll'],
  });
});

test('the built-in profile names the published sections', () => {
  const { phase, filesNotDownloaded, copyListVersion } = smsProfile().configuration ?? {};
  expect(phase).toMatchObject({ section: 'Local', key: 'SetupPhase' });
  expect(filesNotDownloaded).toEqual({ section: 'WorkstationStatus', key: 'FilesNotDownloaded' });
  expect(copyListVersion).toEqual({ section: 'SMS', key: 'CopyListVersion' });
});

test('a product with other sections has them in its profile', () => {
  const at = (section: string, key: string) => ({ section, key });
  const keys = { phase: at('Setup', 'State'), filesNotDownloaded: null, copyListVersion: null };
  expect(parseSmsIni('[Setup]\nState=installed\n[Local]\nSetupPhase=upgrade', keys)).toEqual({
    setupPhase: 'installed',
    filesNotDownloaded: [],
    copyListVersion: null,
  });
});

describe('what is left to download is not known, so it is never nothing, when', () => {
  test.each([
    ['there is no file', null],
    ['the section is missing', '[Local]\nSetupPhase=INSTALLED\n'],
    ['the key is missing', '[WorkstationStatus]\nInstalledComponents=PCM\n'],
    ['the key stands in another section', '[Local]\nFilesNotDownloaded=\n[WorkstationStatus]\n'],
    ['the key stands before every section', 'FilesNotDownloaded=\n[WorkstationStatus]\n'],
    ['the line of the key has no value', '[WorkstationStatus]\nFilesNotDownloaded\nFilesNotDownloaded=\n'],
    ['the line is a comment', '[WorkstationStatus]\n;FilesNotDownloaded=\n'],
    ['the name of the section was cut off', '[WorkstationStatus\nFilesNotDownloaded=\n'],
    [
      'only a later section of the same name has the key',
      '[WorkstationStatus]\nX=1\n[x]\n[WorkstationStatus]\nFilesNotDownloaded=\n',
    ],
  ])('%s', (_, text) => {
    expect(parseSmsIni(text).filesNotDownloaded).toBeNull();
  });

  test('the file is cut in the middle of the line', () => {
    const line = '[WorkstationStatus]\nFilesNotDownloaded=';
    const text = `${' '.repeat(256 * 1024 - line.length - 1)}\n${line}ONE.DLL`;
    expect(parseSmsIni(text).filesNotDownloaded).toBeNull();
  });
});

test('the first of several FilesNotDownloaded counts, in any case', () => {
  const text =
    '[WORKSTATIONSTATUS]\nfilesnotdownloaded = A.DLL\nFilesNotDownloaded=\n[workstationstatus]\nFilesNotDownloaded=\n';
  expect(parseSmsIni(text).filesNotDownloaded).toEqual(['a.dll']);
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
  expect(status(`FilesNotDownloaded=${value}`).filesNotDownloaded).toEqual(names);
});

test.each(['INS TALLED', 'IN\uFEFFSTALLED', 'in-stalled'])('SetupPhase %j is not installed', (value) => {
  expect(local(`SetupPhase=${value}`).setupPhase).toBe('unknown');
});

test('a section line of SMS.INI that was cut off is no section', () => {
  expect(parseSmsIni('[Locals\nSetupPhase=INSTALLED\n').setupPhase).toBe('unknown');
});

test('CopyListVersion of SMS.INI changes nothing: it is current before any file arrives', () => {
  expect(parseSmsIni('[SMS]\nCopyListVersion=876355200\n')).toEqual({
    setupPhase: 'unknown',
    filesNotDownloaded: null,
    copyListVersion: '876355200',
  });
});

const pieces = fc.constantFrom(
  '[',
  ']',
  'Local',
  '[Local]',
  'SetupPhase',
  '[WorkstationStatus]',
  'FilesNotDownloaded',
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
      const { setupPhase, filesNotDownloaded } = parseSmsIni(source);
      expect(filesNotDownloaded === null || /FilesNotDownloaded=/.test(source)).toBe(true);
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
