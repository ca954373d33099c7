import { describe, expect, test } from 'vitest';
import {
  executableOf,
  expanded,
  isInside,
  isSamePath,
  isVague,
  withExecutable,
} from '../../shared/domain/observation/image-path.ts';

/**
 * Image paths that public reports have: services with variables (Azure/iotedge pull 1718), drivers
 * with `\SystemRoot` and `\??\` (dokany pull 104), short names (gatling 3462).
 */
const bin = 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE';

describe('an image path', () => {
  test.each([
    ['"C:\\MS\\SMS\\BIN\\PCMSVC32.EXE" -svc'],
    ['C:\\MS\\SMS\\BIN\\PCMSVC32.EXE -svc'],
    ['C:\\MS\\SMS\\BIN\\PCMSVC32.EXE\t-svc'],
    ['\\??\\C:\\MS\\SMS\\BIN\\PCMSVC32.EXE'],
    ['\\\\?\\C:\\MS\\SMS\\BIN\\PCMSVC32.EXE'],
    ['"\\??\\C:\\MS\\SMS\\BIN\\PCMSVC32.EXE"'],
    ['C:/MS/SMS/BIN/PCMSVC32.EXE'],
    ['C:\\MS\\SMS\\BIN\\PCMSVC32'],
    ['C:\\MS\\SMS\\BIN\\PCMSVC32 /svc C:\\DATA'],
    ['C:\\MS\\\\SMS\\.\\BIN\\PCMSVC32.EXE   '],
    ['C:\\MS\\OTHER\\..\\SMS\\BIN\\PCMSVC32.EXE'],
    ['"C:\\MS\\SMS\\BIN. \\PCMSVC32.EXE"'],
  ])('%s names the same file in any spelling', (spelling) => {
    expect(isSamePath(executableOf(spelling), bin)).toBe(true);
    expect(isInside(executableOf(spelling), 'C:/MS/SMS/bin\\')).toBe(true);
    expect(isVague(executableOf(spelling))).toBe(false);
  });

  test.each([
    ['C:\\Program Files\\Agent\\agent.exe run', 'C:\\Program Files\\Agent\\agent.exe'],
    ['C:\\Program Files\\Agent\\agent --run', 'C:\\Program Files\\Agent\\agent.exe'],
    ['C:\\Program Files\\Agent\\agent run', 'C:\\Program Files\\Agent\\agent.exe'],
    ['\\\\server\\share\\a.exe', '\\\\server\\share\\a.exe'],
    ['\\\\?\\UNC\\server\\share\\a.exe', '\\\\server\\share\\a.exe'],
  ])('%s ends before its arguments', (imagePath, executable) => {
    expect(executableOf(imagePath)).toBe(executable);
  });

  test('with another executable keeps its arguments, and gets quotes where there are spaces', () => {
    expect(withExecutable('%SystemDrive%\\MS\\A.EXE -svc', 'C:\\SMS_PCM\\A.EXE')).toBe(
      'C:\\SMS_PCM\\A.EXE -svc',
    );
    expect(withExecutable('C:\\MS\\A -svc', 'C:\\SMS PCM\\A.EXE')).toBe('"C:\\SMS PCM\\A.EXE" -svc');
    expect(withExecutable('"C:\\MS\\A.EXE" -svc', 'C:\\X\\A.EXE')).toBe('"C:\\X\\A.EXE" -svc');
  });

  test.each([
    '%ProgramFiles%\\A.EXE',
    'C:\\PROGRA~1\\A.EXE',
    'C:\\X\\LONGNA~2.EXE',
    '\\SystemRoot\\a.sys',
    'a.exe',
  ])('%s can be told by its client only', (path) => {
    expect(isVague(path)).toBe(true);
    expect(isVague('C:\\A~B\\C.EXE')).toBe(false);
  });

  test('is expanded by the values of its client, also by variables that hold variables', () => {
    const values = new Map([
      ['systemroot', 'D:\\WINNT'],
      ['agent', '%SystemRoot%\\Agent'],
      ['programfiles(x86)', 'D:\\Program Files (x86)'],
    ]);
    const of = (path: string): string => expanded(path, (name) => values.get(name));
    expect(of('%AGENT%\\a.exe')).toBe('D:\\WINNT\\Agent\\a.exe');
    expect(of('%ProgramFiles(x86)%\\a.exe')).toBe('D:\\Program Files (x86)\\a.exe');
    expect(of('\\SystemRoot\\System32\\a.sys')).toBe('D:\\WINNT\\System32\\a.sys');
    expect(of('system32\\drivers\\a.sys')).toBe('D:\\WINNT\\system32\\drivers\\a.sys');
    expect(of('%Unknown%\\a.exe')).toBe('%Unknown%\\a.exe');
  });
});
