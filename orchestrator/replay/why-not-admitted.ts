import { calendarClass } from '../../shared/domain/campaign/calendar.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import type { ClassTimes } from '../simulation/class-times.ts';
import type { Slots } from '../simulation/slots.ts';
import type { Member } from './history.ts';

/** The leader asks for the window at most so long before the store admits: policy time. */
const askedBeforeMs = 60_000;

/**
 * Why the rules of a campaign do not admit this client now; null = they do.
 * @param slots of clients that certainly hold one
 * @param classes when the windows of the campaign are open
 */
export function whyNotAdmitted(
  campaign: Campaign,
  client: Client,
  { wave, logonServer }: Member,
  { slots, classes, at }: { readonly slots: Slots; readonly classes: ClassTimes; readonly at: number },
): string | null {
  const { definition, state } = campaign;
  if (state.status !== 'running') return `the campaign is ${state.status}`;
  if (wave >= state.openWaves) return `wave ${definition.waves[wave]?.name ?? ''} is not open`;
  if (holdAt(campaign, logonServer) !== null) return `logon server ${logonServer} is held`;
  const zone = calendarClass(definition, client);
  if (zone !== undefined && !classes.of(zone, at - askedBeforeMs).isOpen && !classes.of(zone, at).isOpen)
    return 'its window is closed';
  const { active, perLogonServer } = definition.budgets;
  if (slots.all >= active) return `${slots.all} of ${active} slots are taken`;
  const here = slots.at(logonServer);
  if (here >= perLogonServer) return `${here} of ${perLogonServer} slots at ${logonServer} are taken`;
  return null;
}
