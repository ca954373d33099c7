import type { Binding } from '../../shared/domain/campaign/binding.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { States } from '../../shared/domain/outcome/states.ts';
import { fits } from '../forecast/keep.ts';
import type { HoldStatus } from './holds.ts';
import type { HooksNow } from './hooks-now.ts';
import type { MissingStatus } from './missing-processes.ts';
import type { Surroundings } from './surroundings.ts';

/** What holds a running campaign up now, in one line. */
export interface BindsNow {
  readonly says: string;
  /** How much earlier it ends without that, in milliseconds; null = nobody has computed it. */
  readonly endMs: number | null;
}

/** What binds by the newest kept forecast; null = none is kept of the campaign as it is. */
export function keptBinding(campaign: Campaign, { kept = null }: Surroundings): Binding | null {
  return kept !== null && fits(kept, campaign) ? (kept.newest?.binds ?? null) : null;
}

/** What of a status shows what its campaign waits for. */
interface Known extends HooksNow {
  readonly status: CampaignState['status'];
  readonly halted: { readonly by: string; readonly because: string } | null;
  readonly missing?: readonly MissingStatus[] | undefined;
  readonly failures: readonly { readonly because: string }[];
  readonly holds: readonly HoldStatus[];
  readonly approvals?: readonly string[] | undefined;
  readonly waves: readonly {
    readonly wave: string;
    readonly states: States;
    readonly isOpen: boolean;
    readonly gate: string;
  }[];
  readonly window?: string;
  readonly blackouts?: readonly string[];
}

/**
 * The one limit that holds a running campaign up. What stops it for sure comes first; then the
 * largest gain that was computed; then what the clock or the gate says. Left out = nobody can say.
 * @param binding as it was computed last; null = it was not, or of another campaign
 * @param now policy time
 */
export function bindsNow(
  status: Known,
  binding: Binding | null,
  now: number,
): { readonly binds?: BindsNow | undefined } {
  if (status.status !== 'running') return {};
  const gain = binding?.limits[0];
  const says =
    stoppedBy(status) ??
    gain?.says ??
    closedWords(binding, now) ??
    binding?.says ??
    windowWords(status) ??
    gateWords(status);
  if (says === null) return {};
  return { binds: { says, endMs: says === gain?.says ? gain.endMs : null } };
}

/** Why it stands still until a person or a process does something; null = nothing stops it. */
function stoppedBy(status: Known): string | null {
  const { halted, missing = [], failures, holds, approvals = [], hooks = [] } = status;
  if (halted !== null) return `everything is halted by ${halted.by}: ${halted.because}`;
  const [process] = missing;
  if (process !== undefined)
    return `${process.process === 'worker' ? 'no worker runs' : 'no orchestrator leads'}: ${process.says}`;
  const [failure] = failures;
  if (failure !== undefined) return `the leader fails at this campaign: ${failure.because}`;
  const hold = holds
    .filter(({ clients }) => clients > 0)
    .toSorted((one, other) => other.clients - one.clients)[0];
  if (hold !== undefined)
    return `logon server ${hold.logonServer} is held by ${hold.by}, with ${hold.clients} unfinished ${hold.clients === 1 ? 'client' : 'clients'}: ${hold.because}`;
  const [approval] = approvals;
  if (approval !== undefined) return approval;
  const hook = hooks.find(({ state }) => state === 'wait' || state === 'running' || state === 'unknown');
  return hook === undefined ? null : `hook ${hook.hook}: ${hook.because ?? hook.state}`;
}

const closedWords = (binding: Binding | null, now: number): string | null =>
  binding?.closed !== undefined && binding.closed.until > now ? binding.closed.says : null;

/** Nobody is in progress while clients wait that begin only in windows, or after a blackout. */
function windowWords({ waves, window, blackouts = [] }: Known): string | null {
  const waiting = waves.some(({ isOpen, states }) => isOpen && states.waiting > 0);
  const lasting = waiting ? blackouts.find((each) => each.includes(' lasts: ')) : undefined;
  const closed = lasting ?? window;
  return closed === undefined || isBusy(waves) ? null : `nobody is in progress; ${closed}`;
}

/** All clients of the open waves are finished, and another wave waits behind the gate. */
function gateWords({ waves }: Known): string | null {
  const open = waves.findLastIndex(({ isOpen }) => isOpen);
  const newest = waves[open];
  if (newest === undefined || open === waves.length - 1 || isBusy(waves)) return null;
  const isLeft = waves.slice(0, open + 1).some(({ states }) => states.waiting + states.deferred > 0);
  return isLeft ? null : `the gate of wave ${newest.wave}: ${newest.gate}`;
}

const isBusy = (waves: Known['waves']): boolean =>
  waves.some(({ states: { active, restarting, remedying } }) => active + restarting + remedying > 0);
