import { reasons } from '../../../shared/store/reasons.ts';
import type { CheckIn } from '../../fleet/clients.ts';

/** What a logon script gets to read: one line, and a second one where an address came along. */

export const refused = (because: string): string => `refused: ${because}\n`;

export function accepted({ client, looks, because }: CheckIn, address: string | null): string {
  const what = looks
    ? because.replace(/^it is looked at/, 'will be looked at')
    : `nothing to do: ${why(client, because)}`;
  return `${client}: ${what}\n${address === null ? '' : `address: ${address}\n`}`;
}

const why = (client: string, because: string): string =>
  because === reasons.inNoCampaign(client)
    ? 'no campaign wants this client'
    : because.replace(`client ${client} `, 'it ');
