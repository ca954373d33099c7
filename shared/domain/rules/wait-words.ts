import type { DeferralClass, WaitClass } from './policy.ts';

/** What a deferred client waits for, as every screen and every message says it. */
export const waitWords: Readonly<Record<WaitClass, string>> = {
  service: 'blocked by a service',
  program: 'blocked by a program',
  busy: 'blocked by a service at work',
  unreachable: 'unreachable',
  couldNotLook: 'could not be looked at',
  restart: 'waiting for a restart',
  logon: 'waiting for a logon',
  download: 'waiting for the download',
  load: 'waiting for a Load entry',
  window: 'waiting for the maintenance window',
  approval: 'waiting for approval',
  remediation: 'waiting for the limit of remediations',
  restarts: 'waiting for the limit of restarts',
  hook: 'waiting for its hook',
};

const spentWords: Readonly<Record<DeferralClass, string>> = {
  service: 'still blocked by a service after',
  program: 'still blocked by a program after',
  busy: 'still blocked by a service at work after',
  unreachable: 'still unreachable after',
  couldNotLook: 'could not be looked at in',
  restart: 'still waiting for a restart after',
  logon: 'still waiting for a logon after',
  download: 'not downloaded after',
  load: 'still waiting for a Load entry after',
};

/**
 * `not downloaded after 6 tries`: the cause of an end for which all tries of a class are used. The
 * same for all clients of a campaign, so that the causes can be counted.
 */
export const spentCause = (kind: DeferralClass, tries: number): string =>
  `${spentWords[kind]} ${tries} ${tries === 1 ? 'try' : 'tries'}`;
