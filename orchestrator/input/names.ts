import { z } from 'zod';
import { bareServer, logonServerKey } from '../../shared/domain/observation/logon-server.ts';
import { zoneNamed } from '../../shared/domain/time/window.ts';
import { across, field, matching, sentence } from '../../shared/input/fields.ts';
import { hasOneSpelling, hostForm, isHost, oneSpellingForm } from '../../shared/input/names.ts';
import { parseWhere } from './parse-where.ts';

/**
 * Ids of campaigns and clients make up the job ids `campaign.client.N`, so they hold no dot and no
 * colon, and are never all digits (BullMQ refuses such a job id).
 */
export const isId = (value: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(value) && /\D/.test(value);

export const idForm = 'an id of 1 to 63 letters, digits, - and _, not digits only';

export const isLabel = (value: string): boolean =>
  /^[\p{L}\p{N}][\p{L}\p{N}._:=/@+-]{0,62}$/u.test(value) && hasOneSpelling(value);

export const labelForm = `a word of 1 to 63 letters, digits and . _ : = / @ + -, ${oneSpellingForm}`;

/**
 * A zone of the tz database. Bare offsets are refused: they have no daylight saving time. Temporal
 * decides, because the windows of clients are computed with it: Intl also takes names such as IST
 * or PST, which the database does not have.
 */
export const isZone = (value: string): boolean => zoneNamed(value) !== null;

/**
 * The zone of a row in the spelling of the tz database, with remembered answers for one file:
 * computing each would take most of the time of reading a fleet. A fleet has few zones.
 */
export function rememberingZone(): (value: string) => string | null {
  const known = new Map<string, string | null>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const zone = zoneNamed(value);
    if (known.size < 10_000) known.set(value, zone);
    return zone;
  };
}

export const zoneForm = 'a time zone such as Europe/Rome or UTC';

export const id = () => matching(idForm, isId);

/** The name of a logon server without `\\` and the dot of the root, as the fleet has it. */
export const logonServer = () =>
  field(hostForm, (value) => {
    const name = typeof value === 'string' ? bareServer(value) : '';
    return isHost(name) ? name : undefined;
  });

export const label = () => matching(labelForm, isLabel);

/** Conditions, such as `office, ring != canary`. */
export const where = () =>
  sentence('conditions in quotes, such as "office, ring != canary, logonServer = LS-PUN"', parseWhere);

/** A group whose keys are names of logon servers, in the spelling of `logonServer`. */
export const byLogonServer = <Value extends z.ZodType>(value: Value, expected: string) =>
  withoutProto.pipe(
    across(z.record(z.string(), value, { error: expected }), (named, blame) => {
      const before = new Map<string, string>();
      for (const name of Object.keys(named)) {
        const other = before.get(logonServerKey(name));
        if (!isHost(bareServer(name))) blame([name], 'is no name of a logon server', hostForm);
        else if (other !== undefined) blame([name], `is the logon server ${other}`, 'each server once');
        before.set(logonServerKey(name), name);
      }
    }).transform(byBareName),
  );

const byBareName = <Value>(named: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [bareServer(name), value]));

/** A record loses the key `__proto__` without a word, and with it the limits of a logon server. */
const withoutProto = across(z.unknown(), (named, blame) => {
  if (Object.hasOwn(named as object, '__proto__'))
    blame(['__proto__'], 'is no name of a logon server', hostForm);
});
