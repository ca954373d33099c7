import type { LookRequest } from '../../shared/products/client-look.ts';
import { saysFacts, type Says } from './told-client.ts';

/** The request for `toldWindows`. */
export const toldRequest: LookRequest = {
  componentDirectory: 'C:\\Program Files\\GenericAgent',
  files: ['AGENTSVC.EXE'],
  services: ['GenericAgent'],
};

type Value = readonly [name: string, type: string, data: string];

/** Values of a key as `reg query` prints them. */
export const regQuery = (key: string, ...values: readonly Value[]): string =>
  ['', key, ...values.map((value) => `    ${value.join('    ')}`), '', ''].join('\r\n');

const services = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services';
const control = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control';

const answers: readonly (readonly [begin: string, text: string])[] = [
  ['wevtutil', "<Data Name='StartTime'>2026-11-25T04:00:00.5000000Z</Data>\r\n"],
  ['(if exist "%SystemRoot%\\servpack\\intent.json"', 'servpack:missing\r\n'],
  ['for /f "tokens=2 delims=\\"', ''],
  ['tasklist', '"System","4","Services","0","8 K"\r\n"AGENTSVC.EXE","4321","Services","0","12,345 K"\r\n'],
  ['pushd', 'F AGENTSVC.EXE\r\n'],
  ['dir /-c', '               2 Dir(s)  64000000000 bytes free\r\n'],
  [
    'sc queryex',
    [
      '',
      'SERVICE_NAME: GenericAgent ',
      '        TYPE               : 10  WIN32_OWN_PROCESS  ',
      '        STATE              : 4  RUNNING ',
      '                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)',
      '        WIN32_EXIT_CODE    : 0  (0x0)',
      '        SERVICE_EXIT_CODE  : 0  (0x0)',
      '        CHECKPOINT         : 0x0',
      '        WAIT_HINT          : 0x0',
      '        PID                : 4321',
      '        FLAGS              : ',
      '',
    ].join('\r\n'),
  ],
  ['sc enumdepend', '[SC] EnumDependentServices: entriesread = 0\r\n'],
  [
    'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions"',
    regQuery(`${control}\\ProductOptions`, ['ProductType', 'REG_SZ', 'WinNT']),
  ],
  [
    'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Services',
    regQuery(
      `${services}\\GenericAgent`,
      ['Type', 'REG_DWORD', '0x10'],
      ['Start', 'REG_DWORD', '0x2'],
      ['ImagePath', 'REG_EXPAND_SZ', '"C:\\Program Files\\GenericAgent\\AGENTSVC.EXE" -svc'],
      ['ObjectName', 'REG_SZ', 'LocalSystem'],
    ),
  ],
  [
    '(if exist "C:\\Program Files\\GenericAgent\\AGENTSVC.EXE" (certutil',
    `SHA256 hash of x:\r\n${'a'.repeat(64)}\r\nCertUtil: -hashfile command completed successfully.\r\n`,
  ],
];

/** What a Windows 11 prints for a look, save where `over` says otherwise. */
export const toldWindows = (over: Says = () => undefined, codePage = 437): Says =>
  saysFacts((commands, line) => {
    const said = over(commands, line);
    if (said !== undefined) return said;
    const answer = answers.find(([begin]) => commands.startsWith(begin));
    return answer && [answer[1], 0];
  }, codePage);
