import { describe, expect, test } from 'vitest';
import { blockersOf, describeBlocker, fingerprint } from '../../shared/domain/observation/blocker.ts';
import { executableOf, isInside, withExecutable } from '../../shared/domain/observation/image-path.ts';
import type { Observation } from '../../shared/domain/observation/observation.ts';
import { countSightings, persistsBecause } from '../../shared/domain/remediation/persistence.ts';
import {
  agentClient,
  blockedByPcm,
  blockedByProgram,
  hours,
  minutes,
  oldClient,
  policy,
  pushed,
  rules,
} from './given.ts';

const seen = (...changes: readonly Partial<Observation>[]): Observation =>
  Object.assign({}, oldClient, ...changes) as Observation;

describe('a persisting blocker', () => {
  const blockers = blockersOf(rules.product, seen(blockedByPcm));
  const name = fingerprint(blockers[0] as never);
  const sightingAfter = (...looks: readonly (readonly [number, string])[]) =>
    looks.reduce(
      (before, [at, bootId]) => countSightings(() => policy.persistence, before, blockers, { at, bootId }),
      {},
    );

  test('persists after three looks; looks closer than minGapMs count once', () => {
    const twice = sightingAfter([0, 'a'], [minutes(5), 'a'], [minutes(10), 'a'], [minutes(21), 'a']);
    expect(twice).toMatchObject({ [name]: { looks: 2, since: 0 } });
    expect(persistsBecause(policy.persistence, (twice as never)[name])).toBeNull();
    const thrice = sightingAfter([0, 'a'], [minutes(21), 'a'], [minutes(42), 'a']);
    expect(persistsBecause(policy.persistence, (thrice as never)[name])).toBe('found by 3 looks');
  });

  test('persists after one restart, or after a day', () => {
    expect(
      persistsBecause(policy.persistence, (sightingAfter([0, 'a'], [minutes(5), 'b']) as never)[name]),
    ).toBe('still there after 1 restart');
    expect(
      persistsBecause(policy.persistence, (sightingAfter([0, 'a'], [hours(24), 'a']) as never)[name]),
    ).toBe('there for 24 hours');
  });

  test('counts from the beginning after it was gone', () => {
    const gone = countSightings(() => policy.persistence, sightingAfter([0, 'a'], [minutes(30), 'a']), [], {
      at: hours(1),
      bootId: 'a',
    });
    expect(gone).toEqual({});
  });
});

describe('the blockers of a client', () => {
  test('a PCM service that runs out of the component directory is structural', () => {
    const [blocker] = blockersOf(rules.product, seen(blockedByPcm));
    expect(blocker).toMatchObject({ kind: 'service', executable: 'pcmsvc32.exe', structural: true });
    expect(describeBlocker(blocker as never)).toBe(
      'pcmsvc32.exe, service SMS_PACKAGE_COMMAND_MANAGER_NT, automatic start, runs from C:\\MS\\SMS\\BIN (restarting will not help: it starts again with Windows)',
    );
  });

  test('a program of a user, and a file that something has open', () => {
    const found = blockersOf(rules.product, seen(blockedByProgram, { locked: ['pcmwin32.exe', 'sm32.hlp'] }));
    expect(found.map(fingerprint)).toEqual(['program pcmwin32.exe', 'file sm32.hlp']);
  });

  test('the service that a swap stops does not block it, in any session', () => {
    const [service] = agentClient.processes ?? [];
    if (service === undefined) throw new Error('no process');
    const processes = [{ ...service, session: 1 }];
    expect(blockersOf(pushed.product, seen(agentClient))).toEqual([]);
    expect(blockersOf(pushed.product, seen(agentClient, { processes }))).toEqual([]);
    const together = [...processes, { ...service, pid: 205, session: 1 }];
    expect(blockersOf(pushed.product, seen(agentClient, { processes: together }))).toHaveLength(1);
  });
});

describe('an image path', () => {
  test('keeps its quotes and arguments with another executable', () => {
    const to = 'C:\\SMS_PCM\\pcmsvc32.exe';
    expect(executableOf('"C:\\Program Files\\a b.exe" -k x')).toBe('C:\\Program Files\\a b.exe');
    expect(withExecutable('"C:\\Program Files\\a b.exe" -k x', to)).toBe(`"${to}" -k x`);
    expect(withExecutable('C:\\MS\\SMS\\BIN\\PCMSVC32.EXE /debug', to)).toBe(`${to} /debug`);
    expect(withExecutable('C:\\MS\\SMS\\BIN\\PCMSVC32.EXE', to)).toBe(to);
  });

  test('is inside a directory in any spelling', () => {
    expect(isInside('"c:\\ms\\sms\\bin\\PCMSVC32.EXE"', 'C:\\MS\\SMS\\BIN')).toBe(true);
    expect(isInside('C:\\MS\\SMS\\BINARIES\\x.exe', 'C:\\MS\\SMS\\BIN')).toBe(false);
    expect(isInside('C:\\SMS_PCM\\pcmsvc32.exe', 'C:\\MS\\SMS\\BIN')).toBe(false);
  });
});
