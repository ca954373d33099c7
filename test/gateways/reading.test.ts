import { startInSteps } from '../../shared/domain/observation/boot.ts';
import { describe, expect, test } from 'vitest';
import { codePageIn, decode } from '../../workers/gateways/windows-ssh/connection/code-page.ts';
import { parseSmsIni } from '../../shared/products/sms-ini.ts';
import { iniLine, withIniValue } from '../../workers/gateways/windows-ssh/changes/ini-line.ts';
import { parseDetails, parseTasklist, wmiTime } from '../../workers/gateways/windows-ssh/look/processes.ts';
import { systemIn, toldBoot } from '../../workers/gateways/windows-ssh/look/read-look.ts';
import { dwordOf, multiOf, parseRegistry } from '../../workers/gateways/windows-ssh/look/registry.ts';
import { readService, scBlocks } from '../../workers/gateways/windows-ssh/look/services.ts';
import { lineFor } from '../../workers/gateways/windows-ssh/connection/shell.ts';

describe('the output of sc.exe is read by its numbers', () => {
  const block = (labels: readonly [string, string]) =>
    [
      '',
      'SERVICE_NAME: SMS_PACKAGE_COMMAND_MANAGER_NT ',
      `        ${labels[0].padEnd(19)}: 10  WIN32_OWN_PROCESS  `,
      `        ${labels[1].padEnd(19)}: 3  STOP_PENDING `,
      '                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)',
      '        WIN32_EXIT_CODE    : 0  (0x0)',
      '        PID                : 1234',
      '        FLAGS              : ',
      '',
    ].join('\r\n');

  test.each([
    ['English', ['TYPE', 'STATE']],
    ['German', ['TYP', 'STATUS']],
    ['French', ['TYPE', 'ÉTAT']],
  ] as const)('in %s', (_, labels) => {
    expect(scBlocks(block(labels))).toEqual([
      { name: 'SMS_PACKAGE_COMMAND_MANAGER_NT', state: 'stopPending', pid: 1234 },
    ]);
  });

  // A capture of sc.exe on Russian Windows, as public repositories hold it. A service name follows
  // `Имя_службы`, and the process follows `ID_процесса`.
  const russian = (state: string, more: readonly string[]) =>
    [
      '',
      'Имя_службы: Agent',
      '        Тип                : 10  WIN32_OWN_PROCESS  ',
      `        Состояние          : ${state} `,
      '                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)',
      '        Код_выхода_Win32   : 1077  (0x435)',
      '        Код_выхода_службы  : 0  (0x0)',
      '        Контрольная_точка  : 0x0',
      '        Ожидание           : 0x7d0',
      ...more,
      '',
    ].join('\r\n');

  test('in Russian, where every label is translated, with the process', () => {
    const whole = ['        ID_процесса        : 4321', '        Флаги              : '];
    expect(scBlocks(russian('4  RUNNING', whole))).toEqual([{ name: 'Agent', state: 'running', pid: 4321 }]);
    expect(scBlocks(russian('1  STOPPED', []))).toEqual([{ name: 'Agent', state: 'stopped', pid: null }]);
  });

  test.each([
    ['a label of two words', 'Nom du service : Agent', '        État du service    : 4  RUNNING '],
    ['a state without a word', 'SERVICE_NAME: Agent', '        STATE              : 4 '],
  ])('with %s', (_, name, state) => {
    const text = ['', name, '        TYPE               : f0   ERROR  ', state, '        PID    : 77', ''];
    expect(scBlocks(text.join('\r\n'))).toEqual([{ name: 'Agent', state: 'running', pid: 77 }]);
  });

  const partsWith = (state: string, type = '0x10') =>
    new Map(
      [
        ['state Agent', state],
        [
          'settings Agent',
          `HKEY_LOCAL_MACHINE\\X\r\n    Type    REG_DWORD    ${type}\r\n    Start    REG_DWORD    0x2\r\n    ImagePath    REG_EXPAND_SZ    C:\\A.EXE\r\n`,
        ],
        ['dependants Agent', ''],
      ].map(([name = '', text = '']) => [name, { text, exitCode: 0 }] as const),
    );

  test('and a service that runs without a process is not understood, unless it is a driver', () => {
    const running = russian('4  RUNNING', []);
    expect(readService(partsWith(running), 'Agent')).toMatchObject({
      ok: false,
      error: expect.stringContaining('process of Agent not understood'),
    });
    expect(readService(partsWith(running, '0x1'), 'Agent')).toMatchObject({ ok: true, value: { pid: null } });
    expect(readService(partsWith(russian('1  STOPPED', [])), 'Agent')).toMatchObject({ ok: true });
  });

  test('block by block, without its messages', () => {
    expect(
      scBlocks(`Enum: entriesRead = 2\r\n${block(['TYPE', 'STATE'])}${block(['TYPE', 'STATE'])}`),
    ).toHaveLength(2);
    expect(scBlocks('[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n\r\nDer Dienst …\r\n')).toEqual(
      [],
    );
  });
});

test('a value in the output of reg.exe may hold spaces, and \\0 separates the parts of a list', () => {
  const [key] = parseRegistry(
    '\r\nHKEY_LOCAL_MACHINE\\X\r\n    ImagePath    REG_EXPAND_SZ    "C:\\A B\\c.exe"  -k x\r\n    Start    REG_DWORD    0x2\r\n    DependOnService    REG_MULTI_SZ    RPCSS\\0Tcpip\r\n    Empty    REG_SZ    \r\n',
  );
  expect(key?.values.get('imagepath')).toBe('"C:\\A B\\c.exe"  -k x');
  expect(dwordOf(key?.values.get('start'))).toBe(2);
  expect(multiOf(key?.values.get('dependonservice'))).toEqual(['RPCSS', 'Tcpip']);
  expect(key?.values.get('empty')).toBe('');
});

describe('a time of a client', () => {
  test('from WMI is local, with its offset in minutes', () => {
    expect(wmiTime('20261125050000.500000+060')).toBe(Date.UTC(2026, 10, 25, 4, 0, 0, 500));
    expect(wmiTime('no time')).toBeNull();
  });

  test('of its start comes from the event log, or from WMI', () => {
    const event = "<Data Name='StartTime'>2026-11-25T04:00:00.5000000Z</Data>";
    expect(toldBoot(event)).toMatchObject({ uptimeMs: null });
    expect(startInSteps(toldBoot(event)?.at ?? 0)).toBe(Date.UTC(2026, 10, 25, 4));
    expect(toldBoot('LastBootUpTime\r\n20261125050000.500000+060')).toEqual({
      at: Date.UTC(2026, 10, 25, 4) + 500,
      uptimeMs: null,
    });
    expect(
      toldBoot('LastBootUpTime  LocalDateTime\r\n20261125050000.5+060  20261125060002.500000+060'),
    ).toBeNull();
    expect(toldBoot('/20261125060002.500000+060')).toBeNull();
    expect(toldBoot('20261125050000.500000+060/20261125060002.500000+060')).toMatchObject({
      uptimeMs: 3_602_000,
    });
    // As Wine prints it: the offset of the client's time has two digits.
    expect(
      toldBoot(
        'LastBootUpTime             LocalDateTime\r\n20261125050000.500000+060  20261125060002.500000+06',
      ),
    ).toEqual({ at: Date.UTC(2026, 10, 25, 4) + 500, uptimeMs: null });
    expect(toldBoot('')).toBeNull();
  });
});

test('processes are read from tasklist, with their details from WMI', () => {
  expect(parseTasklist('"a b.exe","12","Console","1","1.024 K"\r\nINFO: nothing\r\n')).toEqual([
    { executable: 'a b.exe', pid: 12, session: 1 },
  ]);
  expect(parseDetails('PC,20261125050000.500000+060,C:\\A, B\\c.exe,12\r\n').get(12)).toEqual({
    imagePath: 'C:\\A, B\\c.exe',
    startedAt: Date.UTC(2026, 10, 25, 4, 0, 0, 500),
  });
});

describe('the code page of an output', () => {
  test.each([
    ['Aktive Codepage: 850.', 'cp850'],
    ['Active code page: 65001', 'utf8'],
    ['現在のコード ページ: 932', 'cp932'],
    ['nothing', null],
  ])('%s', (text, page) => {
    expect(codePageIn(text)).toBe(page);
  });

  test('is that of the console, except for UTF-16', () => {
    expect(decode(Buffer.from([0x84, 0x8e]), 'cp850')).toBe('äÄ');
    expect(decode(Buffer.from('\ufeffäb', 'utf16le'), 'cp850')).toContain('äb');
  });
});

describe('a value of an INI file', () => {
  const phase = { section: 'Local', key: 'SetupPhase' };
  const change = (text: string) => {
    const changed = withIniValue(Buffer.from(text, 'latin1'), { ...phase, value: 'UPGRADE' });
    return changed.ok ? changed.value.toString('latin1') : changed.error;
  };

  test('is changed in its line, and no other byte', () => {
    const text = '; \x84\r\n[SMS]\r\nSetupPhase=other\r\n[ local ]\r\n  setupphase =Installed\r\nX=1';
    expect(change(text)).toBe(text.replace('Installed', 'UPGRADE'));
    expect(iniLine(Buffer.from(text, 'latin1'), phase)).toEqual({
      value: 'Installed',
      line: 'setupphase =Installed',
    });
  });

  test('is added to a section without it, with the line ends of the file', () => {
    expect(change('[Local]\nA=1\n')).toBe('[Local]\nSetupPhase=UPGRADE\nA=1\n');
    expect(change('[Local]')).toBe('[Local]\r\nSetupPhase=UPGRADE\r\n');
  });

  test('is added with its section at the end of a file without this section', () => {
    expect(change('[Other]\nA=1\n')).toBe('[Other]\nA=1\n[Local]\nSetupPhase=UPGRADE\n');
    expect(change('[Other]\r\nA=1')).toBe('[Other]\r\nA=1\r\n[Local]\r\nSetupPhase=UPGRADE\r\n');
    expect(change('')).toBe('[Local]\r\nSetupPhase=UPGRADE\r\n');
  });

  test('is changed where Windows reads it: the first key in the first section of the name', () => {
    const twice = '[Local]\nSetupPhase=A\nsetupphase=B\n[x]\nSetupPhase=C\n[LOCAL]\nSetupPhase=D\n';
    expect(change(twice)).toBe(twice.replace('=A', '=UPGRADE'));
    const inSecond = '[local]\nX=1\n[x]\n[Local]\nSetupPhase=INSTALLED\n';
    expect(iniLine(Buffer.from(inSecond), phase)).toBeNull();
    expect(change(inSecond)).toBe(inSecond.replace('X=1', 'SetupPhase=UPGRADE\nX=1'));
  });

  test.each([
    '\uFEFF[Local]\r\nSetupPhase=INSTALLED\r\n',
    '[Local]\nSetupPhase = "INSTALLED" \n',
    '[Local]\nX=1\n',
    '[SMS]\nX=1',
    '[Local]\nSetupPhase\n',
  ])('is read as it was written in %j', (text) => {
    const changed = withIniValue(Buffer.from(text), { ...phase, value: 'UPGRADE' });
    expect(changed.ok && parseSmsIni(changed.value.toString('utf8')).setupPhase).toBe('upgrade');
    expect(changed.ok && iniLine(changed.value, phase)?.value).toBe('UPGRADE');
  });

  test('is not changed in a file that is no INI file', () => {
    expect(change('[\0L\0o')).toContain('not plain text');
  });
});

test('a shell that is not cmd.exe gets the command line encoded, so that it interprets none of it', () => {
  const line = `echo 'a' & "b"`;
  const wrapped = lineFor('other', line);
  expect(wrapped).toMatch(/^powershell\.exe -NoProfile -NonInteractive -EncodedCommand [A-Za-z0-9+/=]+$/);
  const script = Buffer.from(wrapped.split(' ').at(-1) ?? '', 'base64').toString('utf16le');
  expect(script).toContain(`'/d /s /c "echo ''a'' & "b""'`);
  expect(lineFor('cmd', line)).toBe(line);
});

test.each([
  [
    'C:\\Windows\r\nActive code page: 850\r\n\r\nMicrosoft Windows [Version 10.0.19045.3803]\r\n',
    'Microsoft Windows [Version 10.0.19045.3803]',
  ],
  [
    'C:\\WINDOWS\r\nAktive Codepage: 850.\r\n\r\nMicrosoft Windows [versão 6.1.7601]\r\n',
    'Microsoft Windows [versão 6.1.7601]',
  ],
  [
    'C:\\windows\r\nActive code page: 437\r\n\r\nMicrosoft Windows 6.1.7601\r\n',
    'Microsoft Windows 6.1.7601',
  ],
  ['C:\\windows\r\nActive code page: 437\r\n', null],
])('the system of a machine is read from %j', (facts, system) => {
  expect(systemIn(facts)).toBe(system);
});
