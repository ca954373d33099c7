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

const [short, factor] = [4_000, 8];

/**
 * The least of some times, in microseconds of this thread on a processor: what else the machine
 * does has no part in it.
 */
function leastTime(read: (text: string) => unknown, text: string): number {
  const times = Array.from({ length: 7 }, () => {
    const begun = process.threadCpuUsage();
    read(text);
    return process.threadCpuUsage(begun).user;
  });
  return Math.min(...times);
}

test.each(Object.entries(readers))(
  '%s: eight times the length takes about eight times the time',
  (_, [read, textOf]) => {
    leastTime(read, textOf(short));
    const [one, eight] = [leastTime(read, textOf(short)), leastTime(read, textOf(short * factor))];
    // A pattern that goes back takes 64 times the time. Times below the least are only noise.
    expect(eight / Math.max(one, 50)).toBeLessThan(3 * factor);
  },
);
