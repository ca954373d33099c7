import { z } from 'zod';
import { across, matching } from '../../shared/input/fields.ts';
import { hostForm, isHost } from '../../shared/input/names.ts';

/**
 * Ids of campaigns and clients make up the job ids `campaign.client.N`, so they hold no dot and no
 * colon, and are never all digits (BullMQ refuses such a job id).
 */
export const isId = (value: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(value) && /\D/.test(value);

export const idForm = 'an id of 1 to 63 letters, digits, - and _, not digits only';

export const isLabel = (value: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N}._:=/@+-]{0,62}$/u.test(value);

export const labelForm = 'a word of 1 to 63 letters, digits and . _ : = / @ + -';

/** A zone of the tz database. Bare offsets are refused: they have no daylight saving time. */
export const isZone = (value: string): boolean =>
  /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(value) && isKnownToIntl(value);

function isKnownToIntl(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/**
 * `isZone` that remembers its answers, for one file: asking Intl takes 63 µs, which is 6.3 of the
 * 6.8 seconds that reading 100,000 clients would take. A fleet has few zones.
 */
export function rememberingIsZone(): (value: string) => boolean {
  const known = new Map<string, boolean>();
  return (value) => {
    const found = known.get(value) ?? isZone(value);
    if (known.size < 10_000) known.set(value, found);
    return found;
  };
}

export const zoneForm = 'a time zone such as Europe/Rome or UTC';

export const id = () => matching(idForm, isId);

export const host = () => matching(hostForm, isHost);

export const label = () => matching(labelForm, isLabel);

/** A group whose keys are names of logon servers. */
export const byLogonServer = <Value extends z.ZodType>(value: Value, expected: string) =>
  across(z.record(z.string(), value, { error: expected }), (named, blame) => {
    for (const name of Object.keys(named))
      if (!isHost(name)) blame([name], 'is no name of a logon server', hostForm);
  });
