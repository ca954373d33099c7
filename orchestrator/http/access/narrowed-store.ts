import { reachesCampaign, reachesEntry, reachesSite } from '../../domain/narrowing.ts';
import type { Narrowing } from '../../../shared/domain/campaign/narrowing.ts';
import type { OperatorStore } from '../../../shared/store/store.ts';
import {
  drawnOfSeen,
  namesIn,
  onlyThose,
  type Reach,
  seenClient,
  seenRecord,
  sizeOfSeen,
  slotsOfSeen,
  withoutSentences,
  withoutServers,
} from './narrowed-reads.ts';
import type { MemberFound } from '../../../shared/store/upgrade-store.ts';

/** What a narrowed token asks for is beyond what it reaches. */
export class BeyondNarrowing extends Error {}

type Rules = {
  readonly [Method in keyof OperatorStore]:
    | 'same'
    | 'closed'
    | ((store: OperatorStore, may: Reach) => OperatorStore[Method]);
};

/**
 * The records as a narrowed token sees them: reading what it does not reach finds nothing, or
 * throws `BeyondNarrowing`, and nothing can be written.
 */
export function narrowedStore(store: OperatorStore, narrowing: Narrowing): OperatorStore {
  const may: Reach = {
    campaign: (name) => reachesCampaign(narrowing, name),
    site: (logonServer) => reachesSite(narrowing, logonServer),
    allSites: narrowing.sites.length === 0,
    entry: (entry) => reachesEntry(narrowing, entry),
  };
  const methods = Object.entries(rules).map(([name, rule]) => [
    name,
    rule === 'closed'
      ? closed
      : rule === 'same'
        ? Reflect.get(store, name)
        : (rule as (store: OperatorStore, may: Reach) => unknown)(store, may),
  ]);
  return Object.fromEntries(methods) as OperatorStore;
}

const closed = (): never => {
  throw new BeyondNarrowing('a narrowed token cannot ask for this');
};

/** Reads about one campaign, which comes first among the arguments. */
const ofCampaign =
  <Method extends keyof OperatorStore>(method: Method) =>
  (store: OperatorStore, may: Reach): OperatorStore[Method] => {
    const read = store[method] as unknown as (campaign: string, ...rest: readonly unknown[]) => unknown;
    const narrowed = (campaign: string, ...rest: readonly unknown[]): unknown =>
      may.campaign(campaign) ? read(campaign, ...rest) : closed();
    return narrowed as unknown as OperatorStore[Method];
  };

/**
 * Every method of the port. One that is missing here does not compile: say what a narrowed token
 * may see of it. What changes something is closed, and so is what nobody needs with such a token.
 */
const rules: Rules = {
  // The records themselves, and what says nothing of a campaign or a client.
  checkRecords: 'same',
  checkWritable: 'same',
  readTime: 'same',
  leader: 'same',
  workers: 'same',
  sinceDismissalMs: 'same',
  shards: 'same',
  starts: 'same',
  removals: 'same',
  fleetChanges: 'same',
  readHalt: 'same',
  releases: 'same',
  readRelease: 'same',
  readCopies: (store, may) => async (release) =>
    (await store.readCopies(release)).filter(({ logonServer }) => may.site(logonServer)),
  // Campaigns.
  hasCampaign: (store, may) => async (name) => may.campaign(name) && (await store.hasCampaign(name)),
  campaignNames: (store, may) => async () => (await store.campaignNames()).filter(may.campaign),
  campaigns: (store, may) => async (statuses) =>
    (await store.campaigns(statuses))
      .filter(({ campaign }) => may.campaign(campaign.definition.campaign))
      .map((record) => seenRecord(record, may)),
  readCampaign: (store, may) => async (name) => {
    const record = may.campaign(name) ? await store.readCampaign(name) : closed();
    return record === null ? null : seenRecord(record, may);
  },
  editions: ofCampaign('editions'),
  // What an edit changed may name any logon server: a part of the history, which is refused.
  editionHeads: (store, may) => async (campaign, only) => {
    if (!may.campaign(campaign)) return closed();
    const heads = await store.editionHeads(campaign, only);
    return may.allSites ? heads : heads.map(withoutSentences);
  },
  // Numbers of a campaign are of the whole; other logon servers have no name in them.
  counters: (store, may) => async (campaign) =>
    may.campaign(campaign) ? withoutServers(await store.counters(campaign), may) : closed(),
  countFacts: ofCampaign('countFacts'),
  recentStarts: ofCampaign('recentStarts'),
  // Why a client of the campaign waits: another campaign, named only where the token may read it.
  overlapWith: (store, may) => async (campaign, clients) =>
    may.campaign(campaign)
      ? (await store.overlapWith(campaign, clients)).map((each) =>
          may.campaign(each.campaign) ? each : { ...each, campaign: '' },
        )
      : closed(),
  slotsInUse: ofCampaign('slotsInUse'),
  // Their words name logon servers.
  readForecasts: (store, may) => async (campaign) => {
    if (!may.campaign(campaign)) return closed();
    return may.allSites ? store.readForecasts(campaign) : null;
  },
  hookRuns: ofCampaign('hookRuns'),
  restarts: ofCampaign('restarts'),
  formerLife: ofCampaign('formerLife'),
  roundFailures: (store, may) => async () =>
    (await store.roundFailures()).filter(({ campaign }) => may.campaign(campaign)),
  schedules: (store, may) => async () =>
    (await store.schedules()).filter(({ schedule }) => may.campaign(schedule.schedule)),
  readSchedule: ofCampaign('readSchedule'),
  // A release is of no campaign: what is asked about it is not seen.
  requests: (store, may) => async () =>
    (await store.requests()).filter(
      ({ request: { command, subject } }) => command !== 'withdraw' && may.campaign(subject),
    ),
  readRequest: 'closed',
  readServerLimits: (store, may) => async () => {
    const { version, limits } = await store.readServerLimits();
    return {
      version,
      limits: limits.filter(({ logonServer }) => logonServer === null || may.site(logonServer)),
    };
  },
  slotsInAll: (store, may) => () => slotsOfSeen(store, may),
  // Clients.
  fleet: (store, may) => () => onlyThose(store.fleet(), ({ logonServer }) => may.site(logonServer)),
  fleetNames: (store, may) => () => namesIn(store, may),
  fleetSize: (store, may) => () => sizeOfSeen(store, may),
  fleetByName: (store, may) => async (range) => {
    const page = await store.fleetByName(range);
    return { ...page, clients: page.clients.filter(({ logonServer }) => may.site(logonServer)) };
  },
  fleetServers: (store, may) => async () =>
    store.fleetServers([...(await store.logonServers()).keys()].filter(may.site)),
  drawNames: (store, may) => (draws) => drawnOfSeen(store, may, draws),
  readClient: (store, may) => async (client) => seenClient(await store.readClient(client), may),
  readClients: (store, may) => async (clients) =>
    (await store.readClients(clients)).map((client) => seenClient(client, may)),
  logonServers: (store, may) => async () =>
    new Map([...(await store.logonServers())].filter(([logonServer]) => may.site(logonServer))),
  spellings: 'same',
  waiting: (store, may) => (campaign) =>
    may.campaign(campaign)
      ? onlyThose(store.waiting(campaign), ({ logonServer }) => may.site(logonServer))
      : closed(),
  upgrades: (store, may) => (campaign) =>
    may.campaign(campaign)
      ? onlyThose(store.upgrades(campaign), ({ upgrade }) => may.site(upgrade.logonServer))
      : closed(),
  membersByName: (store, may) => async (campaign, range, only) => {
    if (!may.campaign(campaign)) return closed();
    const page = await store.membersByName(campaign, range, only);
    const isSeen = (found: MemberFound): boolean =>
      may.site(found.kind === 'waiting' ? found.pick.logonServer : found.stored.upgrade.logonServer);
    return { ...page, members: page.members.filter(isSeen) };
  },
  readUpgrade: (store, may) => async (key) => {
    const found = may.campaign(key.campaign) ? await store.readUpgrade(key) : null;
    return found !== null && may.site(found.upgrade.logonServer) ? found : null;
  },
  readWaiting: (store, may) => async (key) => {
    const found = may.campaign(key.campaign) ? await store.readWaiting(key) : null;
    return found !== null && may.site(found.logonServer) ? found : null;
  },
  claimOf: (store, may) => async (client) => {
    const campaign = await store.claimOf(client);
    return campaign !== null && may.campaign(campaign) ? campaign : null;
  },
  formerCampaigns: (store, may) => async (client) =>
    (await store.formerCampaigns(client)).filter(may.campaign),
  // The entries of a client, which was checked before, without those that the token may not read.
  audit: (store, may) => async (limit, filter) =>
    filter?.client === undefined ? closed() : (await store.audit(limit, filter)).filter(may.entry),
  // Asked with the hash that an entry or a look of a seen client names.
  readEvidence: 'same',
  lookEvidence: 'same',
  lastLooks: 'same',
  freeTimes: 'same',
  leastGeneration: 'same',
  refusedAddress: 'same',
  members: 'closed',
  refusedAddresses: 'closed',
  tokenGenerations: 'closed',
  twinsOf: 'closed',
  keptClients: 'closed',
  formerNames: 'closed',
  overlap: 'closed',
  forecasts: 'closed',
  readSeal: 'closed',
  auditAfter: 'closed',
  auditBefore: 'closed',
  surveys: 'closed',
  readSurvey: 'closed',
  openSurveys: 'closed',
  surveyLooks: 'closed',
  askedLooks: 'closed',
  readAskedLook: 'closed',
  readHookAsks: 'closed',
  noticesBegin: 'closed',
  campaignEntries: 'closed',
  readNoticeMemory: 'closed',
  noticeLines: 'closed',
  readNotice: 'closed',
  deliveries: 'closed',
  disabledDestinations: 'closed',
  nextChanges: 'closed',
  accessVersion: 'closed',
  readAccess: 'closed',
  // What changes something.
  addToken: 'closed',
  removeToken: 'closed',
  addSession: 'closed',
  replaceSession: 'closed',
  removeSession: 'closed',
  noteUse: 'closed',
  keepLink: 'closed',
  takeLink: 'closed',
  claimAnswer: 'closed',
  renewClaim: 'closed',
  keepAnswer: 'closed',
  giveAnswerBack: 'closed',
  removeCampaign: 'closed',
  createCampaign: 'closed',
  commitCampaign: 'closed',
  changeMembers: 'closed',
  endMemberChange: 'closed',
  repairReplicas: 'closed',
  commitHalt: 'closed',
  commitServerLimits: 'closed',
  wakeLeader: 'closed',
  raiseGeneration: 'closed',
  moveClient: 'closed',
  refuseAddress: 'closed',
  acceptAddress: 'closed',
  askHooks: 'closed',
  forgetHookAsks: 'closed',
  importFleet: 'closed',
  importUnique: 'closed',
  keepForecasts: 'closed',
  putBackFreeTimes: 'closed',
  commitHookRun: 'closed',
  commitNotices: 'closed',
  endDelivery: 'closed',
  redeliver: 'closed',
  disableDestination: 'closed',
  stageRelease: 'closed',
  writeCopies: 'closed',
  removeClients: 'closed',
  commitRequest: 'closed',
  takeRequestNumber: 'closed',
  commitSchedule: 'closed',
  createSurvey: 'closed',
  askLooks: 'closed',
  putLook: 'closed',
  endSurvey: 'closed',
  begin: 'closed',
  commit: 'closed',
  commitIdle: 'closed',
  renew: 'closed',
  deliver: 'closed',
  announceWorker: 'closed',
  dismissWorker: 'closed',
};
