import { isIP } from 'node:net';

import { matching } from './fields.ts';

/** Releases and products carry version numbers, so dots are fine: `sms-1.2-sp4`. */
export const isVersionedId = (value: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value);

export const versionedIdForm = 'a name of 1 to 63 letters, digits, dots, - and _';

/** `__proto__` would be lost as a key of an object, and with it the limits of a logon server. */
export const isHost = (value: string): boolean =>
  (value !== '__proto__' &&
    value.length <= 253 &&
    /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(value)) ||
  isIP(value) !== 0;

export const hostForm = 'a host name or an IP address';

export const isPort = (value: string): boolean =>
  /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535;

export const portForm = 'a port from 1 to 65535';

/**
 * The fingerprint of a host key as `ssh-keygen -lf` prints it: 32 bytes are 43 characters of
 * base64, and the last character carries four bits.
 */
export const isHostKey = (value: string): boolean =>
  /^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/.test(value);

export const hostKeyForm = 'fingerprints such as SHA256:… of 43 characters, separated by spaces';

/**
 * The name of a service: up to 256 characters, any but `/` and `\\` (CreateServiceW). Control
 * characters, which no command line can carry, are refused too, and spaces around it, which tools
 * cut off.
 */
export const isServiceName = (value: string): boolean =>
  value.length <= 256 &&
  /^[^\\/\p{Cc}\u2028\u2029]+$/u.test(value) &&
  value.isWellFormed() &&
  value.trim() === value;

/**
 * Whether no other text looks the same by Unicode alone: each letter has its composed form (NFC),
 * and none is invisible. For names with more letters than those of ASCII; two that look the same
 * would be two labels or two persons.
 */
export const hasOneSpelling = (name: string): boolean =>
  name === name.normalize('NFC') && !/\p{Default_Ignorable_Code_Point}/u.test(name);

export const oneSpellingForm = 'composed (Unicode NFC) and visible';

export const versionedId = () => matching(versionedIdForm, isVersionedId);
