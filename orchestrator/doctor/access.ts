import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { type Check, fine, warning } from './check.ts';
import { overdueChecks } from './key-age.ts';

/** A token that ends sooner is named, so that its people get another one in time. */
const soonMs = 7 * 24 * 60 * 60_000;

/**
 * Says that the token of the token file may do everything, how many other tokens there are, and
 * which of them end soon, or are to be replaced.
 * @param now real time in milliseconds
 */
export async function checkAccess(
  store: Pick<OperatorStore, 'readAccess'>,
  now: number,
): Promise<readonly Check[]> {
  const { tokens } = await store.readAccess();
  const ending = tokens.filter(({ expiresAt }) => expiresAt !== null && expiresAt - now < soonMs);
  const many = tokens.length === 1 ? 'one other token' : `${tokens.length} other tokens`;
  const endless = tokens.filter(({ expiresAt }) => expiresAt === null);
  return [
    fine(
      'servpack',
      `the token of the token file may do everything, as administrator and as no single person; ${
        tokens.length === 0
          ? 'there is no other token (servpack token create)'
          : `${many} of the API, each with a role`
      }`,
    ),
    ...ending.map(({ name, expiresAt }) =>
      warning(
        'servpack',
        (expiresAt ?? 0) <= now
          ? `token ${name} of the API has expired at ${isoOf(expiresAt ?? 0)}`
          : `token ${name} of the API expires at ${isoOf(expiresAt ?? 0)}`,
        'a request with it is refused from then on',
        anotherToken(name),
      ),
    ),
    ...endless.flatMap(({ name, createdAt: madeAt }) =>
      overdueChecks(
        'servpack',
        { name: `token ${name} of the API`, is: 'token' },
        { madeAt, now },
        anotherToken(name),
      ),
    ),
  ];
}

const anotherToken = (name: string): string => `servpack token revoke ${name}, then servpack token create`;
