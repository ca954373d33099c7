import type { ClientRow } from './answers.ts';
import { campaignPath } from './actions.ts';

/** What a list of clients is filtered by; each is in the address of the screen. */
export const filterNames = [
  'prefix',
  'state',
  'wave',
  'server',
  'cause',
  'causeIs',
  'waitsFor',
  'blocker',
  'blocks',
  'relocation',
  'willBlockAgain',
  'marked',
  'stuck',
] as const;
export type Filter = Readonly<Partial<Record<(typeof filterNames)[number], string>>>;

/** A page of the clients of a campaign, in the order of their names. */
export interface ClientPage {
  readonly items: readonly ClientRow[];
  /** Where the next page begins; null = there is none. */
  readonly next: string | null;
  readonly total: number;
  readonly totalIs: 'exact' | 'atLeast';
}

/** One page costs the same at every place: there is no number of a page, only what follows. */
export function clientsPath(campaign: string, filter: Filter, after: string | null): string {
  const query = new URLSearchParams({
    ...(filter as Record<string, string>),
    ...(after === null ? {} : { after }),
  });
  return `${campaignPath(campaign, '/clients')}?${query.toString()}`;
}
