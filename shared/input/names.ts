import { isIP } from 'node:net';

import { z } from 'zod';

import { across, matching } from './fields.ts';

/**
 * Ids of campaigns and clients make up the job ids `campaign.client.N`, so they hold no dot and no
 * colon, and are never all digits (BullMQ refuses such a job id).
 */
export const isId = (value: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(value) && /\D/.test(value);

export const idForm = 'an id of 1 to 63 letters, digits, - and _, not digits only';

/** Releases and products carry version numbers, so dots are fine: `sms-1.2-sp4`. */
export const isVersionedId = (value: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value);

export const versionedIdForm = 'a name of 1 to 63 letters, digits, dots, - and _';

export const isHost = (value: string): boolean =>
  (value.length <= 253 && /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(value)) || isIP(value) !== 0;

export const hostForm = 'a host name or an IP address';

export const isLabel = (value: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N}._:=/@+-]{0,62}$/u.test(value);

export const labelForm = 'a word of 1 to 63 letters, digits and . _ : = / @ + -';

/** A zone of the tz database. Bare offsets are refused: they know no daylight saving time. */
export const isZone = (value: string): boolean =>
  /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(value) && isKnownToIntl(value);

/** `isZone` that remembers its answers: a fleet has few zones, and asking Intl takes long. */
export function rememberingIsZone(): (value: string) => boolean {
  const known = new Map<string, boolean>();
  return (value) => {
    const found = known.get(value) ?? isZone(value);
    if (known.size < 10_000) known.set(value, found);
    return found;
  };
}

function isKnownToIntl(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

export const zoneForm = 'a time zone such as Europe/Rome or UTC';

export const isPort = (value: string): boolean =>
  /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535;

export const portForm = 'a port from 1 to 65535';

/**
 * As `ssh-keygen -lf` prints it: 32 bytes are 43 characters of base64, and the last one carries
 * four bits.
 */
export const isHostKey = (value: string): boolean =>
  /^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/.test(value);

export const hostKeyForm = 'fingerprints such as SHA256:… of 43 characters, separated by spaces';

export const id = () => matching(idForm, isId);
export const versionedId = () => matching(versionedIdForm, isVersionedId);
export const host = () => matching(hostForm, isHost);
export const label = () => matching(labelForm, isLabel);

/** A group whose keys are names of logon servers. */
export const byLogonServer = <Value extends z.ZodType>(value: Value, expected: string) =>
  across(z.record(z.string(), value, { error: expected }), (named, blame) => {
    for (const name of Object.keys(named))
      if (!isHost(name)) blame([name], 'is no name of a logon server', hostForm);
  });
