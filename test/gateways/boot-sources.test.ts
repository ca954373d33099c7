import { expect, test } from 'vitest';
import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import { lookAt } from '../../workers/gateways/windows-ssh/look/look.ts';
import { type Says, shellOf } from './told-client.ts';
import { toldRequest, toldWindows } from './told-windows.ts';

/** What a look says of the start when the section that asks for it prints this text. */
async function bootOf(text?: string, code = 0): Promise<string> {
  const over: Says = (commands) =>
    text !== undefined && commands.startsWith('wevtutil') ? [text, code] : undefined;
  const look = await lookAt(shellOf(toldWindows(over)), toldRequest);
  return look.ok ? look.value.bootId : look.error.message;
}

const wmic = (time: string): string => `LastBootUpTime             \r\r\n${time}  \r\r\n\r\r\n`;

// The event log may be emptied, or go round, between two looks. WMI tells the same start up to a
// second apart, and its time moves with the clock (windows_exporter issues 74 and 2336).
test.each([
  ['wmic, a second later', wmic('20261125050001.500000+060')],
  ['wmic, a second earlier', wmic('20261125045959.400000+060')],
  ['PowerShell, where wmic is gone (Windows 11 24H2)', '20261125050000.500000+060\r\n'],
])('one start is one boot when %s tells it instead of the event log', async (_, text) => {
  expect(isSameBoot(await bootOf(), await bootOf(text))).toBe(true);
});

test('another start is another boot', async () => {
  expect(isSameBoot(await bootOf(), await bootOf(wmic('20261125050040.500000+060')))).toBe(false);
});

test('the last source is asked where the event log is empty and wmic is gone', async () => {
  let asked = '';
  const shell = shellOf(
    toldWindows((commands) => {
      if (!commands.startsWith('wevtutil')) return undefined;
      asked = commands;
      return ['', 1];
    }),
  );
  await lookAt(shell, toldRequest);
  expect(asked).toMatch(
    /^wevtutil .* \| findstr StartTime \|\| wmic os get LastBootUpTime,LocalDateTime .*\|\| wmic os get LastBootUpTime .*\|\| powershell .*LastBootUpTime/,
  );
});

test('where no source tells the start, the look says what the last one said', async () => {
  expect(await bootOf("'powershell' is blocked by group policy\r\n", 1)).toContain(
    "boot not understood: 'powershell' is blocked by group policy",
  );
});

// WMI computes the start from the uptime: a correction of the clock moves both of its times
// (windows_exporter issues 74 and 2336). Their difference is the uptime, whatever the clock says.
const wmiAt = (start: number, now: number): string => `${wmi(start)}  ${wmi(now)}  \r\r\n`;
const wmi = (at: number): string =>
  `${new Date(at + 3_600_000)
    .toISOString()
    .replace(/[-:TZ]/g, '')
    .slice(0, 14)}.500000+060`;
const minute = 60_000;

test.each([
  ['four seconds ahead', 4_000],
  ['an hour back', -60 * minute],
  ['years ahead, as where the battery of the clock is empty', 5 * 365 * 24 * 60 * minute],
])('a clock that is corrected is no restart where only WMI tells the start: %s', async (_, correction) => {
  const now = Date.now();
  const before = await bootOf(wmiAt(now - 90 * minute, now));
  const after = await bootOf(wmiAt(now - 90 * minute + correction, now + correction));
  expect(isSameBoot(before, after)).toBe(true);
});

test('a restart is another boot where only WMI tells it, also when the clock is corrected meanwhile', async () => {
  const now = Date.now();
  const before = await bootOf(wmiAt(now - 90 * minute, now));
  for (const correction of [0, 4_000, -60 * minute]) {
    const after = await bootOf(wmiAt(now - 2 * minute + correction, now + correction));
    expect(isSameBoot(before, after)).toBe(false);
  }
});

test('the same start is one boot when WMI tells only the start, or its clock makes no sense', async () => {
  const [start, now] = [Date.now() - 90 * minute, Date.now()];
  const before = await bootOf(wmiAt(start, now));
  expect(isSameBoot(before, await bootOf(wmic(wmi(start))))).toBe(true);
  expect(isSameBoot(before, await bootOf(wmiAt(start, start - minute)))).toBe(true);
});
