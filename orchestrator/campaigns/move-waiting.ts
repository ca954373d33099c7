import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { editionStep } from '../../shared/domain/campaign/edition.ts';
import { isLeftOver } from '../../shared/domain/campaign/member-change.ts';
import { sizeOf, statesBy } from '../../shared/domain/outcome/states.ts';
import type { MemberStep } from '../../shared/store/member-changes.ts';
import { queueName } from '../../shared/store/queued.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { AuditEntry, CampaignRecord, WaitingClient } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { hasNotBegun } from '../domain/edit-campaign.ts';
import { namesOf, spelledBy, spellingsIn } from '../domain/logon-server-names.ts';
import { placeWaiting } from '../domain/place-waiting.ts';
import { planWaves } from '../domain/plan-waves.ts';
import { waitingIn } from '../domain/waiting-client.ts';
import { campaignAudit } from './audit.ts';

/** Where the waiting clients of a campaign come to stand under a definition. */
export interface Move {
  readonly steps: readonly MemberStep[];
  /** Selected clients, and how many of them no wave has room for. */
  readonly selected: number;
  readonly left: number;
  /** By wave of the definition: all its clients afterwards. */
  readonly sizes: readonly number[];
  /** By wave of the present definition: clients on which something was done. */
  readonly done: readonly number[];
}

/**
 * Finds the steps that bring the waiting clients to the waves of a definition. Before the start
 * the selection decides again which clients belong to the campaign. Later only clients in waves
 * that are not open yet change their wave.
 */
export async function moveTo(
  { store }: OrchestratorContext,
  campaign: Campaign,
  definition: CampaignDefinition,
): Promise<Move> {
  const { campaign: name } = campaign.definition;
  const waiting = new Map<string, WaitingClient>();
  for await (const pick of store.waiting(name)) waiting.set(pick.client, pick);
  const done = doneIn(await store.counters(name), campaign.waveSizes.length);
  const targets = hasNotBegun(campaign)
    ? await targetsBefore(store, definition)
    : await targetsAfter(store, campaign, definition, { waiting, done });
  const because = `edition ${(campaign.edition ?? 0) + 1} of the campaign`;
  const sizes = definition.waves.map((_, wave) => done[wave] ?? 0);
  for (const { wave } of targets.picks.values()) sizes[wave] = (sizes[wave] ?? 0) + 1;
  return {
    steps: stepsBetween(waiting, targets.picks, because),
    selected: targets.picks.size + targets.left,
    left: targets.left,
    sizes,
    done,
  };
}

interface Targets {
  readonly picks: ReadonlyMap<string, WaitingClient>;
  readonly left: number;
}

function doneIn(counters: Parameters<typeof statesBy>[0], waves: number): readonly number[] {
  const states = statesBy(counters, 'wave');
  return Array.from(
    { length: Math.max(waves, ...[...states.keys()].map((wave) => Number(wave) + 1)) },
    (_, wave) => {
      const found = states.get(String(wave));
      return found === undefined ? 0 : sizeOf(found) - found.waiting;
    },
  );
}

async function targetsBefore(store: OperatorStore, definition: CampaignDefinition): Promise<Targets> {
  const stored = await Array.fromAsync(store.fleet());
  const names = namesOf(await spellingsIn(stored));
  const fleet = stored.map((client) => spelledBy(names, client));
  const { waves, left } = planWaves(definition, fleet);
  const picks = waves.flatMap(({ clients }, wave) =>
    clients.map((client) => [client.client, waitingIn(definition, client, wave)] as const),
  );
  return { picks: new Map(picks), left };
}

interface Standing {
  readonly waiting: ReadonlyMap<string, WaitingClient>;
  readonly done: readonly number[];
}

async function targetsAfter(
  store: OperatorStore,
  { state }: Campaign,
  definition: CampaignDefinition,
  { waiting, done }: Standing,
): Promise<Targets> {
  const openWaves = 'openWaves' in state ? state.openWaves : 0;
  const known = new Map<string, Client>();
  for await (const client of store.fleet()) if (waiting.has(client.client)) known.set(client.client, client);
  const picks = new Map<string, WaitingClient>();
  const put = (client: Client, wave: number): unknown =>
    picks.set(client.client, waitingIn(definition, client, wave));
  const movable: Client[] = [];
  for (const pick of waiting.values()) {
    const client = clientOf(pick, known.get(pick.client));
    if (pick.wave < openWaves) put(client, pick.wave);
    else movable.push(client);
  }
  const total = waiting.size + done.reduce((sum, clients) => sum + clients, 0);
  const { waves, left } = placeWaiting(definition, movable, { openWaves, total, done });
  waves.forEach((clients, wave) => clients.forEach((client) => put(client, wave)));
  return { picks, left };
}

/** A waiting client stays on the logon server where it waits. */
const clientOf = ({ client, logonServer, zone = '' }: WaitingClient, known: Client | undefined): Client => ({
  client,
  host: client,
  zone,
  role: 'workstation',
  labels: [],
  ...known,
  logonServer,
});

function stepsBetween(
  waiting: ReadonlyMap<string, WaitingClient>,
  targets: ReadonlyMap<string, WaitingClient>,
  because: string,
): readonly MemberStep[] {
  const placed = [...targets.values()].flatMap((to): readonly MemberStep[] => {
    const from = waiting.get(to.client) ?? null;
    return from !== null && isSamePlace(from, to) ? [] : [{ from, to, because }];
  });
  const gone = [...waiting.values()]
    .filter(({ client }) => !targets.has(client))
    .map((from) => ({ from, to: null, because }));
  return [...placed, ...gone];
}

const isSamePlace = (a: WaitingClient, b: WaitingClient): boolean =>
  a.wave === b.wave && queueName(a) === queueName(b);

/** Has a process died that moved the clients of a campaign to the waves of its last edition? */
export const isMoveLeftOver = ({ movingTo, memberChange }: Campaign, now: number): boolean =>
  movingTo !== undefined && (memberChange === undefined || isLeftOver(memberChange, now));

/**
 * Brings the clients of a campaign to the waves of its last edition, wherever an edit broke off,
 * and ends the edit. Safe to repeat, and by several processes at once.
 * @returns the record as it is then; null = the campaign is gone
 */
export async function finishMove(
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<CampaignRecord | null> {
  const { store, clock } = context;
  let isMoved = false;
  for (;;) {
    const record = await store.readCampaign(name);
    if (record?.campaign.movingTo === undefined) return record;
    if (record.campaign.memberChange !== undefined) {
      await store.endMemberChange(name);
      continue;
    }
    const { movingTo, ...there } = record.campaign;
    const { steps } = await moveTo(context, record.campaign, record.campaign.definition);
    const audit = moveAudit(record.campaign, movingTo, who, clock.now());
    if (steps.length > 0 && !isMoved) {
      const moved = await store.changeMembers(record.campaign, record.version, audit, steps);
      // What is passed over now stands where it belongs, or belongs to another campaign.
      isMoved = moved?.changed.length === 0;
      continue;
    }
    const done = await store.commitCampaign(there, record.version, audit);
    if (done !== null) return done;
  }
}

const moveAudit = (campaign: Campaign, edition: number, who: string, at: number): AuditEntry =>
  campaignAudit(campaign, editionStep(edition), editionStep(edition), {
    at,
    who,
    because: `its clients are in the waves of edition ${edition}`,
  });
