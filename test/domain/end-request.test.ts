import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginsSomething } from '../../shared/domain/upgrade/placement.ts';
import { retry } from '../../orchestrator/domain/reopen.ts';
import { countersOf, endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import { inWordsLeftMarked } from '../../shared/domain/upgrade/requests.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import {
  activated,
  admitted,
  after,
  blockedByPcm,
  blockedByProgram,
  direct,
  done,
  evening,
  hours,
  look,
  minutes,
  phases,
  rules,
  silentUntil,
  upToDate,
} from './given.ts';
import { aborted, atOnce, ends, forward, marked, story } from './given-request.ts';

describe('a client that was marked when it failed, and is retried', () => {
  const ordered = story(admitted, [look(), { type: 'ClientMarked' }, marked, { type: 'RestartOrdered' }]);
  const failed = silentUntil(ordered, evening + hours(5));
  const again = retry(failed, 'the line is back');
  if (again.kind !== 'reopened') throw new Error(again.because);

  test('is not marked and restarted again when it comes back', () => {
    expect(failed.state).toMatchObject({ end: 'failed', cause: 'did not come back' });
    const back = look({ setupPhase: 'upgrade', bootId: 'another-boot' });
    const waits = after(rules, again.upgrade, [[evening + minutes(400), back]]);
    expect(waits.state).toMatchObject({ phase: 'deferred', class: 'logon' });
    const notMarked = look({ setupPhase: 'installed', bootId: 'another-boot' });
    const looked = after(rules, again.upgrade, [[evening + minutes(400), notMarked]]);
    expect([phases(looked), looked.memory.open.mark]).toEqual(['deferred download', null]);
  });

  test('ends marked when its upgrade is ended then', () => {
    const ended = story(again.upgrade, [ends]);
    expect(ended.state).toMatchObject({ end: 'cancelled', cause: 'campaign aborted' });
    expect(endedMarked(ended)).toBe(true);
  });
});

describe('an upgrade that a person ends', () => {
  test('settles at once when nothing has begun on the client', () => {
    const upgrade = story(admitted, [look(blockedByProgram), ends]);
    expect(upgrade.state).toMatchObject({ phase: 'settled', ...aborted });
    expect(upgrade.memory.request).toBeNull();
  });

  test('keeps the cause of a client that is marked, and says beside it that the client installs', () => {
    const upgrade = story(admitted, [look(), { type: 'ClientMarked' }, ends]);
    expect(upgrade.state).toMatchObject(aborted);
    expect(inWordsLeftMarked(upgrade.memory)).toBe(
      'it is marked since 2026-11-16T20:01:00Z and WILL install at its next logon unless it is unmarked',
    );
    expect(countersOf(upgrade)['endedMarked']).toBe(1);
  });

  test('leaves no mark behind by a route on which no logon installs', () => {
    const upgrade = story(admitted, [look(), { type: 'UpdateRan' }, ends], direct);
    expect(phases(upgrade)).toBe('settled cancelled');
    expect(endedMarked(upgrade)).toBe(false);
  });

  test('says that the client may be marked when the outcome of the command is not known', () => {
    const upgrade = story(admitted, [look(), ends]);
    expect(phases(upgrade)).toBe('settled cancelled');
    expect(endedMarked(upgrade)).toBe(true);
    expect(inWordsLeftMarked(upgrade.memory)).toContain('it may be marked');
  });

  test('awaits an ordered restart first', () => {
    const restarting = [look(), { type: 'ClientMarked' }, marked, { type: 'RestartOrdered' }] as const;
    const upgrade = story(admitted, [...restarting, ends]);
    expect(phases(upgrade)).toBe('restarting');
    const still = story(upgrade, [activated, marked]);
    expect(phases(still)).toBe('restarting');
    const returned = story(still, [activated, look({ setupPhase: 'upgrade', bootId: 'boot-2' })]);
    expect(phases(returned)).toBe('settled cancelled');
    expect(endedMarked(returned)).toBe(true);
  });

  test('settles as upgraded when the look after the restart proves it', () => {
    const upgrade = story(admitted, [
      look(),
      { type: 'ClientMarked' },
      marked,
      { type: 'RestartOrdered' },
      ends,
    ]);
    const returned = story(upgrade, [activated, look(upToDate, { bootId: 'boot-2' })]);
    expect(phases(returned)).toBe('settled upgraded');
  });

  test('finishes an open relocation first', () => {
    const moving = story(admitted, [look(blockedByPcm), done('record')], atOnce);
    const upgrade = story(moving, [ends], atOnce);
    expect(phases(upgrade)).toBe('remedying relocation forward stop');
    const whole = story(upgrade, forward.slice(1), atOnce);
    expect(whole.state).toMatchObject({ phase: 'settled', end: 'cancelled', cause: 'campaign aborted' });
    expect(whole.memory.learned.relocation).toBe('done');
  });

  test('does not begin a relocation that was only planned', () => {
    const upgrade = story(admitted, [look(blockedByPcm), ends], atOnce);
    expect(phases(upgrade)).toBe('settled cancelled');
    expect(upgrade.memory.learned.relocation).toBe('none');
  });

  test('stays as it is when it had settled', () => {
    const upgraded = story(admitted, [look(upToDate)]);
    expect(story(upgraded, [ends])).toEqual(upgraded);
  });

  test('never begins anything afterwards, under any events', () => {
    const events: readonly UpgradeEvent[] = [
      activated,
      look(),
      look(blockedByPcm),
      marked,
      look({ setupPhase: 'upgrade', bootId: 'boot-2' }),
      look(upToDate),
      { type: 'ClientMarked' },
      { type: 'UpdateRan' },
      { type: 'RestartOrdered' },
      { type: 'UsersNotified' },
      { type: 'CheckedIn' },
      { type: 'LookFailed', failure: { kind: 'unreachable', message: 'off' } },
      { type: 'CommandFailed', failure: { kind: 'timedOut', message: 'no answer' } },
      ...forward,
    ];
    const some = fc.array(fc.constantFrom(...events), { maxLength: 25 });
    fc.assert(
      fc.property(some, some, fc.constantFrom(rules, direct, atOnce), (before, later, given) => {
        let upgrade = story(story(admitted, before, given), [ends], given);
        for (const event of later) {
          upgrade = story(upgrade, [event], given);
          expect(beginsSomething(upgrade)).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });
});
