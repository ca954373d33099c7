import { isHaltStep } from '../campaigns/halt.ts';

interface Entry {
  readonly client: string | null;
  readonly campaign: string;
  readonly at: number;
  readonly to: string;
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * Which entries of the audit concern one client: its own steps, its campaigns' steps from their
 * creation on, and halts of everything since then, as long as the client has not settled. A client
 * that is deferred for days has no steps of its own meanwhile, and a pause holds it all the same.
 * @param read the client's own entries and those of no client, each shard in its order
 * @param waitingIn the campaign in which the client still waits for its first step
 */
export function concerns(read: readonly Entry[], waitingIn: string | null): (entry: Entry) => boolean {
  const spans = new Map<string, Span>();
  for (const { client, campaign, at, to } of read)
    if (client !== null) {
      const until = to === 'settled' ? at : Infinity;
      spans.set(campaign, { from: Math.min(at, spans.get(campaign)?.from ?? at), until });
    }
  if (waitingIn !== null && !spans.has(waitingIn)) spans.set(waitingIn, { from: Infinity, until: Infinity });
  for (const { client, campaign, at } of read) {
    const span = spans.get(campaign);
    if (client === null && span !== undefined)
      spans.set(campaign, { ...span, from: Math.min(span.from, at) });
  }
  const open = [...spans.values()];
  return ({ client, campaign, at, to }) => {
    if (client !== null) return true;
    if (campaign !== '') return at <= (spans.get(campaign)?.until ?? -Infinity);
    return isHaltStep(to) && open.some(({ from, until }) => at >= from && at <= until);
  };
}
