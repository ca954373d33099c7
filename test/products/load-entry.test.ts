import { expect, test } from 'vitest';
import { readLoadEntry, timesStarted } from '../../shared/execution/observation/read-observation.ts';

test.each([
  ['', 0],
  ['SMSRUN32.EXE', 1],
  ['smsrun32', 1],
  ['C:\\WINNT\\Smsrun32.exe /V', 1],
  ['"C:\\Program Files\\smsrun32.exe"', 1],
  ['calc.exe,smsrun32.exe', 1],
  ['smsrun32.exe C:\\WINNT\\SMSRUN32.EXE', 2],
  ['smsrun32;smsrun32 smsrun32.exe', 3],
  ['notsmsrun32.exe smsrun32.exe.bak smsrun321.exe C:\\smsrun32.exe\\x.exe', 0],
])('the entry Load=%s starts the update program %i times', (load, times) => {
  expect(timesStarted(load, 'SMSRUN32.EXE')).toBe(times);
});

const entry = (...loads: (string | null)[]) =>
  readLoadEntry(
    loads.map((load) => ({ load })),
    'SMSRUN32.EXE',
  );

test('of several users logged on a double Load entry counts first, then a single one', () => {
  expect(entry()).toBe('nobodyLoggedOn');
  expect(entry(null)).toBe('missing');
  expect(entry('calc.exe')).toBe('missing');
  expect(entry('smsrun32.exe')).toBe('once');
  expect(entry('smsrun32.exe smsrun32.exe')).toBe('double');
  expect(entry(null, 'smsrun32.exe')).toBe('once');
  expect(entry('smsrun32.exe', 'smsrun32.exe,smsrun32.exe')).toBe('double');
});
