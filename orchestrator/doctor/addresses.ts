import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import { type Check, warning } from './check.ts';

/** So many clients are named one by one. */
const shownAtMost = 5;

/** Says which clients checked in with an address that another client of the fleet has. */
export async function checkAddresses(
  store: Pick<OperatorStore, 'refusedAddresses'>,
): Promise<readonly Check[]> {
  const found = [...(await store.refusedAddresses())].sort((a, b) => b.at - a.at);
  if (found.length === 0) return [];
  const shown = found
    .slice(0, shownAtMost)
    .map(({ client, host, other, at }) => `${client} (${host} is that of ${other}, ${isoOf(at)})`);
  const rest = found.length > shownAtMost ? `, and ${found.length - shownAtMost} more` : '';
  return [
    warning(
      'clients',
      `check-ins brought an address that another client has: ${shown.join(', ')}${rest}`,
      'the address of these clients stays as it was; where they are reached no longer, nothing begins on them',
      'let the other client check in with its present address, or correct the fleet file and import it',
    ),
  ];
}
