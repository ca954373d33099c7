import { type Check, warning } from './check.ts';

const dayMs = 24 * 60 * 60_000;

/** Days after which a secret is to be replaced (docs/security.md, "Keys and secrets"). */
export const keyDays = { token: 365, 'checkin-key': 730 } as const;

/**
 * Says that a secret is older than it should be.
 * @param secret its name in a sentence
 * @param times real milliseconds
 * @param how replaces it
 */
export function overdueChecks(
  area: Check['area'],
  secret: { readonly name: string; readonly is: keyof typeof keyDays },
  { madeAt, now }: { readonly madeAt: number; readonly now: number },
  how: string,
): readonly Check[] {
  const days = Math.floor((now - madeAt) / dayMs);
  const most = keyDays[secret.is];
  if (days <= most) return [];
  return [
    warning(
      area,
      `${secret.name} is ${days} days old; it is to be replaced after ${most}`,
      'the longer a secret is in use, the more people and backups have had it',
      how,
    ),
  ];
}
