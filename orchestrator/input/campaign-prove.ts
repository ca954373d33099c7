import { count, flag, matching, section } from '../../shared/input/fields.ts';

/** A column of the fleet, or the key of a label `key=value`. */
export const isPer = (value: string): boolean => /^[A-Za-z][A-Za-z0-9._/-]{0,62}$/.test(value);

export const perForm = 'logonServer, zone, or the key of a label such as site';

/**
 * `prove:` what must hold of the policy, for `campaign prove`. A campaign itself does not change by
 * it: the section is no part of its definition.
 */
export const proveSection = section({
  neverDown: section({ most: count(0, 5), per: matching(perForm, isPer).default('logonServer') }).optional(),
  loggedOn: flag().optional(),
}).optional();
