import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remediationRuleWords } from '../../orchestrator/views/remediation-words.ts';
import {
  type BegunRemediation,
  type RemediationLimits,
  spentLimit,
} from '../../shared/domain/rules/remediation-limits.ts';
import { evening, hours, minutes } from './given.ts';

const begun = (...at: readonly number[]): readonly BegunRemediation[] =>
  at.map((each, index) => ({ name: `pc-${index}`, wave: 0, at: each }));
const asked = (at: number, name = 'pc-9'): BegunRemediation => ({ name, wave: 0, at });

describe('a limit of remediations', () => {
  test('in an hour has room again an hour after the one that makes room', () => {
    const known = begun(evening, evening + minutes(20), evening + minutes(40));
    const limits = { perHour: 2 };
    expect(spentLimit(limits, known, asked(evening + minutes(50)))).toEqual({
      limit: 'perHour',
      most: 2,
      roomAt: evening + minutes(80),
    });
    expect(spentLimit(limits, known, asked(evening + minutes(80)))).toBeNull();
  });

  test('counts a second try to begin the same one once', () => {
    expect(spentLimit({ perHour: 1, perWave: 1 }, begun(evening), asked(evening, 'pc-0'))).toBeNull();
  });

  test('of a clock that was put back counts what lies ahead as of now', () => {
    const spent = spentLimit({ perHour: 1 }, begun(evening + hours(5)), asked(evening));
    expect(spent).toMatchObject({ roomAt: evening + hours(1) });
  });

  test('is never exceeded, and a client that comes at the named time begins', () => {
    const tries = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: hours(1) }), wave: fc.nat(2) }), {
      maxLength: 60,
    });
    const some = fc.record(
      { perHour: fc.integer({ min: 1, max: 5 }), perWave: fc.integer({ min: 1, max: 20 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(some, tries, (limits: RemediationLimits, each) => {
        let [known, now]: [readonly BegunRemediation[], number] = [[], evening];
        for (const [index, { afterMs, wave }] of each.entries()) {
          now += afterMs;
          const wanted = { name: `pc-${index}`, wave, at: now };
          const spent = spentLimit(limits, known, wanted);
          if (spent === null) known = [...known, wanted];
          const { roomAt = null } = spent ?? {};
          const atRoom = roomAt === null ? null : spentLimit(limits, known, { ...wanted, at: roomAt });
          expect(atRoom).toBeNull();
          expect(roomAt ?? Infinity).toBeGreaterThan(now);
        }
        for (const { at: from, wave } of known) {
          const inHour = known.filter(({ at }) => at >= from && at < from + hours(1));
          expect(inHour.length).toBeLessThanOrEqual(limits.perHour ?? Infinity);
          const inWave = known.filter((other) => other.wave === wave);
          expect(inWave.length).toBeLessThanOrEqual(limits.perWave ?? Infinity);
        }
      }),
    );
  });

  test('is said with every value', () => {
    expect(remediationRuleWords({ perHour: 50, perWave: 200 })).toEqual([
      'relocations, workarounds and replacements: at most 50 begin in an hour, at most 200 in each wave',
    ]);
    expect(remediationRuleWords()).toEqual([]);
  });
});
