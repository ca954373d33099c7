import type { KeptEntry } from '../../shared/store/seal-store.ts';

/** Which entries of the audit are asked for. */
export interface EntryFilter {
  readonly campaign?: string | undefined;
  readonly client?: string | undefined;
  /** With a client: also what concerns no single client, such as a pause of its campaign. */
  readonly orNoClient?: boolean;
  /** Only what concerns no single client. */
  readonly isOfNoClient?: boolean;
}

/** An entry of no client has no such key, and in a text its quotes would be escaped. */
const anyClient = Buffer.from('"client":"');

/** Whether the line of an entry may fit: it has the bytes of the filter. */
export function openSieve({
  client,
  campaign,
  orNoClient = false,
  isOfNoClient = false,
}: EntryFilter): (line: Buffer) => boolean {
  const needleOf = (name: string, value: string | undefined): Buffer =>
    Buffer.from(value === undefined ? '' : `"${name}":${JSON.stringify(value)}`);
  const [ofClient, ofCampaign] = [needleOf('client', client), needleOf('campaign', campaign)];
  return (line) =>
    line.includes(ofCampaign) &&
    (!isOfNoClient || !line.includes(anyClient)) &&
    (line.includes(ofClient) || (orNoClient && !line.includes(anyClient)));
}

export const fits = (
  entry: Pick<KeptEntry, 'campaign' | 'client'>,
  { campaign, client, orNoClient = false, isOfNoClient = false }: EntryFilter,
): boolean =>
  (!isOfNoClient || entry.client === null) &&
  (campaign === undefined || entry.campaign === campaign) &&
  (client === undefined || entry.client === client || (orNoClient && entry.client === null));
