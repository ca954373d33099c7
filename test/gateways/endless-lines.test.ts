import { expect, test } from 'vitest';
import { newerFence } from '../../workers/gateways/windows-ssh/changes/guard.ts';
import { iniLine } from '../../workers/gateways/windows-ssh/changes/ini-line.ts';
import { parseDetails } from '../../workers/gateways/windows-ssh/look/processes.ts';
import { toldBoot, systemIn } from '../../workers/gateways/windows-ssh/look/read-look.ts';
import { parseRegistry } from '../../workers/gateways/windows-ssh/look/registry.ts';
import { scBlocks } from '../../workers/gateways/windows-ssh/look/services.ts';

/**
 * A client may print megabytes in one line. Each text is read in time linear to its length: a
 * pattern that goes back over a long line would stop the worker, and all other clients with it.
 */
const mark = '@@0123456789ab';
const readers: Readonly<Record<string, readonly [(text: string) => unknown, (length: number) => string]>> = {
  'spaces in a registry value': [parseRegistry, (n) => `HKEY_USERS\n  a${' '.repeat(n)}b`],
  'types in a registry value': [parseRegistry, (n) => `HKEY_USERS\n  ${'a REG_SZx '.repeat(n / 10)}`],
  'digits of a version': [systemIn, (n) => '1'.repeat(n)],
  'dots of a version': [systemIn, (n) => '1.'.repeat(n / 2).replaceAll('1.1.', '1.x.')],
  'starts without an end': [toldBoot, (n) => 'StartTime>'.repeat(n / 10)],
  'digits of a start': [toldBoot, (n) => '2'.repeat(n)],
  'spaces in the name of a service': [scBlocks, (n) => `SERVICE_NAME: a${' '.repeat(n)}b`],
  'digits of a service': [scBlocks, (n) => `NAME: a\n  STATE : ${'4'.repeat(n)}`],
  'empty lines between services': [scBlocks, (n) => `NAME: a\n${' \n'.repeat(n / 2)}`],
  'spaces in a key': [
    (text) => iniLine(Buffer.from(text), { section: 'SMS', key: 'SetupPhase' }),
    (n) => `[SMS]\n${' '.repeat(n)}x`,
  ],
  'zeros of a fence': [
    (text) => newerFence(Buffer.from(text), { line: '', mark, names: [] }),
    (n) => `${mark} fenced ${'0'.repeat(n)}`,
  ],
  'commas of a process': [parseDetails, (n) => ',1'.repeat(n / 2)],
  'spaces of a process': [parseDetails, (n) => `,a,1${' '.repeat(n)}x`],
};

/**
 * Text that is read once takes some milliseconds at this length. A pattern that goes back takes
 * half the square of it: twenty thousand million steps, which no machine makes in a second.
 */
const length = 200_000;
const atMostSeconds = 1;

test.each(Object.entries(readers))('%s: a long line is read in a time linear to it', (_, [read, textOf]) => {
  const text = textOf(length);
  // Time of this thread on a processor: what else the machine does has no part in it.
  const begun = process.threadCpuUsage();
  read(text);
  const { user, system } = process.threadCpuUsage(begun);
  expect((user + system) / 1e6).toBeLessThan(atMostSeconds);
});
