import { counted } from '../domain/counted.ts';
import { mayStart, type SpeedNow, startedLately } from '../domain/speed.ts';
import type { Speed, StartsIn } from '../../shared/domain/campaign/speed.ts';

/** What a campaign file says of its speed. */
export function speedRuleWords(speed: Speed): string {
  if ('startsPerMinute' in speed)
    return `at most ${counted(speed.startsPerMinute, 'client')} ${speed.startsPerMinute === 1 ? 'starts' : 'start'} in a minute`;
  const { from, factor, per, most } = speed.ramp;
  return `at first ${counted(from, 'client')} ${from === 1 ? 'starts' : 'start'} in a minute, ${factor} times as many after every ${counted(per, 'upgraded client')}, at most ${most}; a pause or a halt begins at ${from} again`;
}

/** `at most 30 starts a minute now, step 2 of 7 of its ramp; 12 in the last minute`. */
export function speedNowWords({ perMinute, step }: SpeedNow, log: readonly StartsIn[], now: number): string {
  const ramp = step === null ? '' : `, step ${step.taken} of ${step.inAll} of its ramp`;
  return `at most ${counted(perMinute, 'start')} a minute now${ramp}; ${startedLately(log, now)} in the last minute`;
}

/** Why a client does not start although a slot is free; null = its campaign's speed lets it. */
export function whyNotFaster({ perMinute }: SpeedNow, log: readonly StartsIn[], now: number): string | null {
  if (mayStart(log, perMinute, now) > 0) return null;
  return `the campaign starts at most ${counted(perMinute, 'client')} a minute, spread over the minute: ${startedLately(log, now)} started in the last one`;
}
