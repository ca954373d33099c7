import type { Campaign, Running } from '../../shared/domain/campaign/campaign.ts';
import { type Counters, openHooks } from '../../shared/domain/outcome/counters.ts';
import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import { isLeftOver } from '../../shared/domain/campaign/member-change.ts';
import { everywhere, type IsOpen } from '../../shared/store/queued.ts';
import type { Pace } from '../../shared/store/admission-store.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { campaignAudit } from '../campaigns/audit.ts';
import { isFinishingCampaign } from '../domain/cancel-order.ts';
import { finishMove, isMoveLeftOver } from '../campaigns/move-waiting.ts';
import { haltByRule, readStopFacts } from '../campaigns/stop-facts.ts';
import { type ClientHookRounds, clientHookRounds, type NextHooks } from '../hooks/advance-client-hooks.ts';
import { advanceHooks, type HookHold } from '../hooks/advance-hooks.ts';
import { mayStart, rampAfterHalt, speedNow } from '../domain/speed.ts';
import { dispatchJobs, type LeaderContext } from '../context.ts';
import { decideCampaign } from '../domain/decide-campaign.ts';
import { nextMoment } from '../domain/next-moment.ts';
import { earliest, type NextLook, whenChanged } from './agenda.ts';
import { campaignRound } from './campaign-round.ts';
import { cancelSlices } from './cancel-slices.ts';
import { classOpening, type OpenClasses, rememberingOpenClasses } from './open-classes.ts';
import { type AllTurns, type Claim, shareServers } from './share-servers.ts';
import type { Round } from './repeat.ts';
import type { HealthWatch } from './watch-health.ts';
import { wakeApproved } from './wake-approved.ts';
import { wakeLimited } from './wake-limited.ts';

/**
 * Runs the campaigns: each running campaign is evaluated on its counters (next wave, pause, end),
 * then its free slots are filled. A round may come late or twice.
 * @param health is informed of each campaign, because its gate may ask for the health of clients
 */
export function runCampaigns(health?: Pick<HealthWatch, 'note'>): Round {
  const openClasses = rememberingOpenClasses();
  const cancelling = cancelSlices();
  const wake = wakeApproved();
  const wakeWaiting = wakeLimited();
  const clientHooks = clientHookRounds();
  const turns: AllTurns = new Map();
  let claims: Claim[] = [];
  return campaignRound({
    name: 'campaigns',
    statuses: ['running'],
    look: async (context, record) => {
      const {
        record: present,
        counters,
        ...looked
      } = await runCampaign(context, record, openClasses, clientHooks, claims);
      const { campaign } = present;
      const woken = counters === null ? {} : await wakeWaiting(context, present, counters);
      const next = sooner(looked.next, woken);
      health?.note(campaign);
      if (isFinishingCampaign(campaign)) return { ...next, inMs: await cancelling.run(context, campaign) };
      cancelling.forget(campaign);
      return campaign.approvals === undefined ? next : sooner(next, await wake(context, campaign));
    },
    afterAll: async (context) => {
      const made = claims;
      claims = [];
      if (made.length > 0) await shareServers(context, made, turns);
    },
  });
}

/** The same look, at the latest after the real time that the other asks for. */
function sooner(next: NextLook, { inMs }: Pick<NextLook, 'inMs'>): NextLook {
  if (inMs === undefined) return next;
  return { ...next, inMs: Math.min(next.inMs ?? Infinity, inMs) };
}

interface Looked extends Evaluated {
  readonly next: NextLook;
}

async function runCampaign(
  context: LeaderContext,
  record: CampaignRecord,
  openClasses: OpenClasses,
  clientHooks: ClientHookRounds,
  claims: Claim[],
): Promise<Looked> {
  const { store, clock } = context;
  const { held, known } = await hooksOf(context, record.campaign);
  const { record: evaluated, counters } = await evaluateCampaign(context, record, held.holdsEnd, known);
  const { campaign } = evaluated;
  if (campaign.state.status !== 'running') return { record: evaluated, counters, next: whenChanged };
  const hooks: NextHooks =
    counters === null ? { at: null } : await clientHooks.advance(context, campaign, counters);
  await store.shareBudget(evaluated, openClasses(campaign.definition, clock.now()));
  const claimed = claims.length;
  const admission = { openClasses, heldFrom: held.fromWave, claims, counters };
  const { opensAt, isFull } = await admitClients(context, campaign, admission);
  return {
    record: evaluated,
    counters,
    next: {
      at: earliest([opensAt, held.againAt, hooks.at, nextMoment(campaign, counters ?? {}, clock.now())]),
      ...(hooks.inMs === undefined ? {} : { inMs: hooks.inMs }),
      // A client that waits may be claimed by another campaign.
      afterAnyChange: !isFull && isAnyClientWaiting(campaign.state, counters ?? {}),
      // All campaigns that want slots of one logon server are asked together.
      isSharing: claims.length > claimed,
    },
  };
}

const isAnyClientWaiting = ({ openWaves }: Running, counters: Counters): boolean =>
  Object.keys(counters).some((name) => {
    const [kind, wave, , bucket] = name.split('|');
    return kind === 'state' && bucket === 'waiting' && Number(wave) < openWaves;
  });

interface Evaluated {
  readonly record: CampaignRecord;
  /** Null = they were not read: clients of the campaign are changing. */
  readonly counters: Counters | null;
}

/** What its hooks hold back, and the counters that say so. Without hooks nothing is read. */
async function hooksOf(
  context: LeaderContext,
  campaign: Campaign,
): Promise<{ readonly held: HookHold; readonly known: Counters | null }> {
  const { definition } = campaign;
  const known = definition.hooks === undefined ? null : await context.store.counters(definition.campaign);
  return { held: await advanceHooks(context, campaign, known ?? {}), known };
}

/**
 * Evaluates a campaign on its counters and commits what follows: the next wave opens, the campaign
 * pauses, or it ends.
 * @param holdsEnd a hook has to run before the campaign ends
 * @param known its counters, where this look has read them already
 * @returns the record as it is then, and the counters
 */
export async function evaluateCampaign(
  context: LeaderContext,
  record: CampaignRecord,
  holdsEnd = false,
  known: Counters | null = null,
): Promise<Evaluated> {
  const { store, clock, log } = context;
  const { campaign, version } = record;
  const name = campaign.definition.campaign;
  const { memberChange } = campaign;
  if (isMoveLeftOver(campaign, clock.now()))
    return { record: (await finishMove(context, 'orchestrator', name)) ?? record, counters: null };
  if (memberChange !== undefined && isLeftOver(memberChange, clock.now()))
    return { record: (await store.endMemberChange(name)) ?? record, counters: null };
  const counters = known ?? (await store.counters(name));
  const at = clock.now();
  if (hasRamp(campaign)) {
    const again = rampAfterHalt(campaign, counters, (await store.readHalt()).version);
    if (again !== null) {
      const because = 'everything was halted: the ramp of its speed begins again';
      const audit = campaignAudit(again, 'running', 'running', { at, who: 'orchestrator', because });
      return { record: (await store.commitCampaign(again, version, audit)) ?? record, counters };
    }
  }
  const stops = await readStopFacts(store, campaign, at);
  const decision = decideCampaign(campaign, { type: 'CountersRead', counters, ...stops }, at);
  if (decision.kind !== 'changed') return { record, counters };
  if (stops.facts !== undefined) await haltByRule(context, campaign, stops.facts, at);
  const { status } = decision.campaign.state;
  // The hook after the last client runs before the campaign ends.
  if (status === 'ended' && (holdsEnd || openHooks(counters) > 0)) return { record, counters };
  log.info({ campaign: name, because: decision.because }, status);
  const why = { at, who: 'orchestrator', because: decision.because };
  const audit = campaignAudit(campaign, campaign.state.status, status, why);
  // A person may have paused it in this moment. Their change stands, and the next round evaluates
  // again.
  return { record: (await store.commitCampaign(decision.campaign, version, audit)) ?? record, counters };
}

interface Admission {
  /** When the window opens, or the speed allows a start, for the first clients that wait for it. */
  readonly opensAt: number | null;
  /** Every slot of the campaign is taken. */
  readonly isFull: boolean;
}

interface AdmissionRules {
  readonly openClasses?: OpenClasses;
  /** Hooks hold this wave and the later ones. */
  readonly heldFrom?: number;
  /**
   * Gets what the campaign wants of logon servers that several campaigns share, instead of
   * admitting it. Left out = such clients are admitted as well.
   */
  readonly claims?: Claim[];
  /** The counters of the campaign, where this look has read them already. */
  readonly counters?: Counters | null;
}

/**
 * Fills the free slots of a campaign: parked clients first, then waiting ones. The choice is a pure
 * function. The store compares and sets, so a choice made on old numbers cannot break a budget. The
 * job of each admitted client is added last; a worker runs it.
 */
export async function admitClients(
  context: LeaderContext,
  campaign: Campaign,
  {
    openClasses = rememberingOpenClasses(),
    heldFrom = Number.POSITIVE_INFINITY,
    claims,
    counters = null,
  }: AdmissionRules = {},
): Promise<Admission> {
  const { store, clock, log } = context;
  const { definition } = campaign;
  const name = definition.campaign;
  const inUse = await store.slotsInUse(name);
  const free = definition.budgets.active - inUse.active;
  if (free <= 0) return { opensAt: null, isFull: true };
  const isOpen = openClasses(definition, clock.now());
  const closed = new Set<string>();
  const noting: IsOpen = (queue) => {
    if (isOpen(queue)) return true;
    closed.add(queue);
    return false;
  };
  const queued = await store.queued(name, free, isOpen === everywhere ? everywhere : noting);
  const { pace, starts } = await startsOf(context, campaign, counters);
  // After the end of a campaign no further client begins.
  const able = isFinishingCampaign(campaign) ? [] : queued.waiting.filter(({ wave }) => wave < heldFrom);
  const waiting = able.slice(0, starts);
  const chosen = chooseAdmissions(definition.budgets, inUse, [...queued.parked, ...waiting]);
  const left = claims === undefined ? undefined : queued.shared;
  const own = left === undefined ? chosen : chosen.filter(({ logonServer }) => !left.has(logonServer));
  if (left !== undefined && own.length < chosen.length) {
    const candidates = chosen.filter(({ logonServer }) => left.has(logonServer));
    claims?.push({ definition, inUse, pace, candidates, left });
  }
  const admitted = own.length === 0 ? [] : await store.admit(name, own, clock.now(), undefined, pace);
  if (admitted.length > 0) log.debug({ campaign: name, admitted: admitted.length }, 'admitted');
  await dispatchJobs(context, admitted);
  const openings = [...closed].map((queue) => classOpening(definition, queue, clock.now()));
  // Starts are counted by the second.
  const startsAt = able.length > waiting.length ? clock.now() + 1_000 : null;
  return { opensAt: earliest([...openings, startsAt]), isFull: admitted.length >= free };
}

const hasRamp = ({ definition: { speed } }: Campaign): boolean => speed !== undefined && 'ramp' in speed;

/** How many waiting clients the speed of a campaign lets start now; without one nothing is read. */
async function startsOf(
  { store, clock }: LeaderContext,
  campaign: Campaign,
  counters: Counters | null,
): Promise<{ readonly pace?: Pace; readonly starts: number }> {
  const { campaign: name } = campaign.definition;
  const speed = speedNow(campaign, hasRamp(campaign) ? (counters ?? (await store.counters(name))) : {});
  if (speed === null) return { starts: Infinity };
  const { perMinute } = speed;
  return { pace: { perMinute }, starts: mayStart(await store.recentStarts(name), perMinute, clock.now()) };
}
