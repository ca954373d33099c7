import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import type { Members } from '../../shared/domain/campaign/membership.ts';

/** What a campaign file says of clients that come into its selection later; null = it is fixed. */
export function membershipWords({ membership, waves }: CampaignDefinition): string | null {
  if (membership === undefined) return null;
  const others = waves.findLast(({ size }) => 'count' in size || 'percent' in size || 'rest' in size);
  const named = waves.some(({ size }) => 'where' in size || 'clients' in size || 'logonServers' in size);
  const last = others === undefined ? 'no other wave takes it' : `wave ${others.name}`;
  const where = named ? `the first wave that names it, else ${last}` : last;
  return `a client that comes into the selection joins ${where}, also while the campaign runs; one that leaves the selection leaves the campaign, and is cancelled where it has begun`;
}

/** How the clients of a campaign have changed, in words; null = they have not. */
export function membersWords(members: Members | undefined): string | null {
  if (members === undefined) return null;
  const { joined, left, elsewhere, noWave, wouldJoin } = members;
  const parts = [
    ...(joined > 0 ? [`${joined} joined since the creation`] : []),
    ...(left > 0 ? [`${left} left`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} join when another campaign has finished them`] : []),
    ...(noWave > 0 ? [`${noWave} of the selection fit no wave`] : []),
    ...(wouldJoin > 0 ? [`${wouldJoin} of the fleet would join, but the campaign has ended`] : []),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}
