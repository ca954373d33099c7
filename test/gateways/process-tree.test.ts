import { describe, expect, test } from 'vitest';
import {
  descendantsOf,
  parseProcesses,
  runnersOf,
} from '../../workers/gateways/windows-ssh/server/process-tree.ts';

const mark = 'servpack-0123456789ab';

/** `wmic process get … /format:csv` (columns by name, lines that end in \r\r\n), and PowerShell. */
const ofWmic = [
  '',
  'Node,CommandLine,ParentProcessId,ProcessId',
  'SITE-1,,0,4',
  String.raw`SITE-1,C:\Windows\System32\svchost.exe -k netsvcs -p, -s,620,1044`,
  `SITE-1,cmd.exe /c "echo ${mark} l^ists& (wmic process get CommandLine,ParentProcessId,ProcessId)",2200,2300`,
  'SITE-1,wmic  process get CommandLine,ParentProcessId,ProcessId /format:csv,2300,2304',
].join('\r\r\n');
const ofPowerShell = `,,0,4\r\n,cmd.exe /c "${mark}",2200,2300\r\n,"C:\\a b\\x.exe" 1 2,2300,2312\r\n`;
/** Wine's WMI prints columns, and the command line of no other process. */
const ofWine = [
  'CommandLine   ParentProcessId   ProcessId',
  '              40                56',
  '              332               344',
  'wmic process get CommandLine,ParentProcessId,ProcessId   344   352',
].join('\r\n');

describe('the processes of a server', () => {
  test.each([
    ['wmic', ofWmic, [2300]],
    ['PowerShell', ofPowerShell, [2300]],
    ['Wine', ofWine, [344]],
  ])('as %s lists them: which of them runs the line', (_, text, runners) => {
    expect([...runnersOf(parseProcesses(text), mark)]).toEqual(runners);
  });

  test('a command line may hold commas, spaces and numbers', () => {
    expect(parseProcesses(ofWmic)[1]).toEqual({
      commandLine: String.raw`,SITE-1,C:\Windows\System32\svchost.exe -k netsvcs -p, -s`,
      parent: 620,
      pid: 1044,
    });
    expect(parseProcesses(ofPowerShell).at(-1)).toMatchObject({ parent: 2300, pid: 2312 });
  });

  test('a text without processes names none', () => {
    expect(parseProcesses("'wmic' is not recognized as an internal or external command")).toEqual([]);
  });

  test('the tree below the line comes parents first, and without processes that were there before', () => {
    const rows = [
      { pid: 10, parent: 2 },
      { pid: 3, parent: 1 },
      { pid: 2, parent: 1 },
      // Process 1 is a number that Windows has used before: this one began before the line did.
      { pid: 9, parent: 1 },
      { pid: 7, parent: 8 },
    ].map((row) => ({ ...row, commandLine: '' }));
    expect(descendantsOf(rows, new Set([1]), new Set([9, 7]))).toEqual([3, 2, 10]);
  });

  test('a circle of parents, which reused numbers can make, ends', () => {
    const rows = [
      { pid: 2, parent: 3, commandLine: '' },
      { pid: 3, parent: 2, commandLine: '' },
    ];
    expect(descendantsOf(rows, new Set([2]), new Set())).toEqual([3]);
  });
});
