import type { DeferralPolicy, RestartPolicy } from '../../shared/domain/rules/policy.ts';
import { defaultDeferrals, defaultRestart } from './campaign-defaults.ts';
import { across, amount, count, oneOf, section } from '../../shared/input/fields.ts';
import { duration, printDuration } from '../../shared/input/quantities.ts';
import { hoursOfDay } from './windows.ts';

/** The policy sections of a campaign file; every key may be left out. */

/**
 * The value in the file, or the default without one. NaN, which fails every comparison, for a
 * faulty value.
 */
const effective = (value: unknown, fallback: number): number =>
  value === undefined ? fallback : typeof value === 'number' ? value : Number.NaN;

/**
 * Blames a key that the file has, when the duration that must be shorter is the longer one.
 */
export function notLonger(
  value: Readonly<Record<string, unknown>>,
  [short, shortDefault]: readonly [string, number],
  [long, longDefault]: readonly [string, number],
  blame: (path: PropertyKey[], wrong: string, expected: string) => void,
): void {
  const shortMs = effective(value[short], shortDefault);
  const longMs = effective(value[long], longDefault);
  if (!(shortMs > longMs)) return;
  const said = (key: string, ms: number) =>
    `${key} (${printDuration(ms)}${value[key] === undefined ? ', the default' : ''})`;
  if (value[short] === undefined)
    blame([long], `is shorter than ${said(short, shortMs)}`, `at least ${printDuration(shortMs)}`);
  else blame([short], `is longer than ${said(long, longMs)}`, `at most ${printDuration(longMs)}`);
}

const deferral = (base: DeferralPolicy) =>
  across(
    section({
      first: duration(1000).optional(),
      factor: amount(1, 10).default(base.factor),
      max: duration(1000).optional(),
      jitter: amount(0, 0.9, ' (0.2 spreads a delay over 80 % to 120 % of itself)').default(base.jitter),
      budget: count(0, 10_000).default(base.budget),
      whenSpent: oneOf('needsAttention', 'failed').default(base.whenSpent),
    }),
    (value, blame) => notLonger(value, ['first', base.firstMs], ['max', base.maxMs], blame),
  )
    .transform(({ first, max, ...rest }): DeferralPolicy => ({
      ...rest,
      firstMs: first ?? base.firstMs,
      maxMs: max ?? base.maxMs,
    }))
    .prefault({});

export const deferralsSection = section({
  service: deferral(defaultDeferrals.service),
  program: deferral(defaultDeferrals.program),
  busy: deferral(defaultDeferrals.busy),
  unreachable: deferral(defaultDeferrals.unreachable),
  couldNotLook: deferral(defaultDeferrals.couldNotLook),
  restart: deferral(defaultDeferrals.restart),
  logon: deferral(defaultDeferrals.logon),
  download: deferral(defaultDeferrals.download),
  load: deferral(defaultDeferrals.load),
}).prefault({});

export const restartSection = across(
  section({
    allowed: oneOf('never', 'nobodyLoggedOn', 'always').default(defaultRestart.allowed),
    between: hoursOfDay().nullable().default(defaultRestart.between),
    deadline: duration(60_000).optional(),
    lookEvery: duration(1000).optional(),
  }),
  (value, blame) =>
    notLonger(
      value,
      ['lookEvery', defaultRestart.lookEveryMs],
      ['deadline', defaultRestart.deadlineMs],
      blame,
    ),
)
  .transform(({ allowed, between, deadline, lookEvery }): RestartPolicy => ({
    allowed,
    between,
    deadlineMs: deadline ?? defaultRestart.deadlineMs,
    lookEveryMs: lookEvery ?? defaultRestart.lookEveryMs,
  }))
  .prefault({});

export const structuralField = oneOf('atOnce', 'whenPersisting').default('whenPersisting');
