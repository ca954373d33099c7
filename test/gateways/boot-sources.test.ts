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
    /^wevtutil .* \| findstr StartTime \|\| wmic os get LastBootUpTime .*\|\| powershell .*LastBootUpTime/,
  );
});

test('where no source tells the start, the look says what the last one said', async () => {
  expect(await bootOf("'powershell' is blocked by group policy\r\n", 1)).toContain(
    "boot not understood: 'powershell' is blocked by group policy",
  );
});
