import { limitAt, type ServerLimit } from '../../shared/domain/campaign/server-limits.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { AuditEntry } from '../../shared/store/types.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import type { ServerShareNow } from '../views/server-share-words.ts';
import { fleetServers } from './servers.ts';

/** What a person asks for. */
export interface LimitRequest {
  /** Null = every logon server without a limit of its own. */
  readonly logonServer: string | null;
  /** Null = any number. */
  readonly active: number | null;
  readonly reason: string;
}

/** A limit, with the slots that are in use now; null for all logon servers together. */
export interface LimitInUse extends ServerLimit {
  readonly inUse: number | null;
}

/** Losing this often in a row against other people does not happen by chance. */
const triesAtMost = 20;

export async function listServerLimits({ store }: OrchestratorContext): Promise<readonly LimitInUse[]> {
  const { limits } = await store.readServerLimits();
  const slots = limits.length === 0 ? {} : await store.slotsInAll();
  return limits.map((limit) => ({
    ...limit,
    inUse: limit.logonServer === null ? null : (slots[limit.logonServer] ?? 0),
  }));
}

/**
 * Limits how many clients of a logon server are at work in all campaigns together, or takes such a
 * limit back. Clients beyond a new limit go on; no further one begins until there is room.
 */
export async function setServerLimit(
  { store, clock, log }: OrchestratorContext,
  who: string,
  request: LimitRequest,
): Promise<Result<null, Refusal>> {
  const named = await fleetServers(store, request.logonServer === null ? [] : [request.logonServer]);
  if (!named.ok) return named;
  const logonServer = named.value[0] ?? null;
  const place = placeOf(logonServer);
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const { version, limits } = await store.readServerLimits();
    const before = limits.find((each) => each.logonServer === logonServer);
    if (before === undefined && request.active === null)
      return err(fault('limit.refused', `${place} has no limit over all campaigns`));
    const at = clock.now();
    const { active, reason } = request;
    const others = limits.filter((each) => each !== before);
    const next = active === null ? [] : [{ logonServer, active, by: who, because: reason, at }];
    const audit = limitAudit(logonServer, [before?.active ?? null, active], { at, who, because: reason });
    if (!(await store.commitServerLimits({ version, limits: [...others, ...next] }, audit))) continue;
    log.info({ who, logonServer, active, reason }, 'server limit');
    return ok(null);
  }
  return err(fault('limit.busy', 'others change the limits all the time; try again'));
}

const placeOf = (logonServer: string | null): string =>
  logonServer === null ? 'every logon server' : `logon server ${logonServer}`;

/** The audit entry of a change of a limit. */
export const limitAudit = (
  logonServer: string | null,
  [before, next]: readonly [number | null, number | null],
  { at, who, because }: Pick<AuditEntry, 'at' | 'who' | 'because'>,
): AuditEntry => ({
  at,
  campaign: '',
  client: null,
  who,
  from: limitWords(before),
  to: limitWords(next),
  because: `${placeOf(logonServer)}: ${limitWords(next)} over all campaigns: ${because}`,
  evidence: null,
});

/** Is this an entry that `limitAudit` made? */
export const isLimitStep = ({
  campaign,
  client,
  to,
}: Pick<AuditEntry, 'campaign' | 'client' | 'to'>): boolean =>
  campaign === '' && client === null && (to === limitWords(null) || /^at most \d+ active$/u.test(to));

const limitWords = (active: number | null): string =>
  active === null ? 'any number' : `at most ${active} active`;

/**
 * The logon servers of a campaign that it shares with others, and who has how many slots. Undefined
 * where no logon server has a limit.
 */
export async function sharedServers(
  store: OperatorStore,
  campaign: string,
): Promise<readonly ServerShareNow[] | undefined> {
  const { limits } = await store.readServerLimits();
  if (limits.length === 0) return undefined;
  const slots = await store.slotsInAll();
  const names = (await store.campaigns(['running', 'paused', 'aborted'])).map(
    (record) => record.campaign.definition.campaign,
  );
  const inUse = await Promise.all(
    names.map(async (name) => ({ name, servers: (await store.slotsInUse(name)).perLogonServer })),
  );
  return Object.entries(slots).flatMap(([logonServer, each]) => {
    const most = limitAt(limits, logonServer);
    if (most === null) return [];
    const there = inUse.filter(({ servers }) => (servers[logonServer] ?? 0) > 0);
    const own = there.find(({ name }) => name === campaign)?.servers[logonServer] ?? 0;
    return [{ logonServer, most, slots: each, campaigns: there.length, own }];
  });
}
