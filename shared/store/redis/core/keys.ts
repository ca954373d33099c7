/**
 * Every key of the store in Redis, in one place: `{prefix:shard}:name[:part…]`. The braces are a
 * Cluster hash tag: all keys of a shard lie in one slot, so that one script may change all of them.
 * Campaign and client ids hold no dot and no colon, so `campaign.client` and `campaign:logonServer`
 * cannot be mistaken for another pair.
 */
export const keyNames = {
  /** hash per `campaign.client`: the record of an upgrade; `record.ts` names its fields */
  upgrade: 'upgrade',
  /**
   * list per `campaign.client`: messages that are not consumed yet; exists only while there are
   * any
   */
  inbox: 'inbox',
  /** zset of `campaign.client` by due time (policy time) */
  due: 'due',
  /** zset of `campaign.client` by the end of the lease (real time) */
  driven: 'driven',
  /** zset per campaign and logon server: clients by the time they were parked */
  parked: 'parked',
  /** zset per campaign: logon servers with parked clients, by the time of their oldest one */
  parkedServers: 'parkedServers',
  /** like `parked`, of the parked clients that may go on while their campaign does not run */
  finishing: 'finishing',
  /** like `parkedServers`, of the same clients */
  finishingServers: 'finishingServers',
  /**
   * zset per campaign, wave and queue: waiting clients by their position in the campaign. A queue
   * is a logon server, or `server|class` in a campaign with windows or blackouts (`queued.ts`)
   */
  waiting: 'waiting',
  /** hash per campaign: every client -> `wave|queue` while it waits, empty once it has a record */
  members: 'members',
  /**
   * hash per campaign: its clients in the order of their names, in parts (`name-parts.lua`); `#`
   * is how many there are. Missing where an earlier version made the campaign: the first list
   * makes it.
   */
  memberNames: 'memberNames',
  /** zset per campaign, ordered by its members: the first name of each part of `memberNames` */
  memberNameParts: 'memberNameParts',
  /** hash: client -> campaign of its unsettled upgrade */
  claims: 'claims',
  /**
   * hash per campaign. In shard 0 the head: version, and the campaign as JSON. In every shard what
   * its scripts check: version, status, perServer, openWaves, release, downloads, held (logon
   * servers), and quota, the shard's part of the budget; also `grant` (the newest round of grants
   * that reached the shard), `served` (the newest one that raised its quota) and, in shard 0,
   * `grants` (the newest of all). In the other shards also `reservation` and `waves`, for a
   * creation that breaks off. In shard 0 of a campaign with a speed also `started`: how many
   * clients started in each second of the last minute, and with a limit of remediations
   * `remediations:N`: how many have begun in wave N, and with limits of restarts `restartTerms`:
   * the limits of the newest edition as JSON. `base`: the activations of its upgrades are above
   * this number.
   * `memberSteps`: how often clients have joined or left in this shard.
   * `edition`: how often its definition was changed, `stepAnswers`: how often an answer about a
   * step changed the rules; missing = never. `factsMs`: the longest window of its stop rules. In
   * shard 0 `edition:N`: the edition as JSON, where N is 0 with the campaign file, and
   * `editionFile:N`: the file of a later one.
   */
  campaign: 'campaign',
  /** zset in shard 0 per campaign that limits remediations: those that have begun, by time */
  remediations: 'remediations',
  /**
   * hash in shard 0 per campaign that limits restarts: client -> its places, and whether it holds
   * their slots or waits for them, as JSON (`restarts.lua`)
   */
  restarts: 'restarts',
  /** hash in shard 0 per campaign: place of restarts -> slots in use */
  restartSlots: 'restartSlots',
  /** zset in shard 0 per campaign: clients that wait for a slot of a restart, by their turn */
  restartLine: 'restartLine',
  /** hash in shard 0: name of a removed campaign -> how many were removed, hash of the last file */
  lives: 'lives',
  /** set of campaign names */
  campaigns: 'campaigns',
  /** set per campaign: its queues of waiting clients at creation, as in `waiting` */
  servers: 'servers',
  /** hash per campaign: counter -> amount */
  counters: 'counters',
  /** hash per campaign: logon server -> slots in use; `*` is the whole campaign */
  slots: 'slots',
  /** set: campaigns whose slots count on a logon server with a limit over all campaigns */
  slotHolders: 'slotHolders',
  /** hash: client -> the rest of its fleet entry as a JSON array */
  fleet: 'fleet',
  /**
   * hash in shard 0: the fleet in the order of its names, in parts (`name-parts.lua`); `#` is how
   * many there are, `#servers` how many of them are servers, with a logon server behind it how many
   * of that one, and `#serversAt` the number of the import up to which servers are counted
   */
  fleetNames: 'fleetNames',
  /** zset in shard 0, ordered by its members: the first name of each part of `fleetNames` */
  fleetNameParts: 'fleetNameParts',
  /** string in shard 0: the number of the import up to which `fleetNames` knows the whole fleet */
  fleetNamesAt: 'fleetNamesAt',
  /**
   * zset in shard 0, ordered by its members: which clients have a name or a machine that their id
   * does not tell (`machine-index.ts`)
   */
  machines: 'machines',
  /** string in shard 0: the number of the import up to which `machines` knows the whole fleet */
  machinesAt: 'machinesAt',
  /** hash in shard 0: spelling of a logon server -> how many clients of the fleet have it */
  logonServers: 'logonServers',
  /**
   * string in shard 0: the number of the import up to which `logonServers` knows the whole fleet
   */
  serversAt: 'serversAt',
  /** string in shard 0: how often a check-in has changed an address */
  moves: 'moves',
  /** string in shard 0 that expires: a large import copies the fleet */
  importing: 'importing',
  /** string in shard 0: how often clients were removed from the fleet */
  removals: 'removals',
  /**
   * hash in shard 0: name in lower case -> JSON of the removed clients of this name and their home
   * shards
   */
  formerHomes: 'formerHomes',
  /** hash: client that was removed -> the campaigns that know it, separated by spaces */
  former: 'former',
  /** hash in shard 0: client -> the address of its check-in that was not taken, as JSON */
  refusedAddresses: 'refusedAddresses',
  /** hash: release -> JSON */
  releases: 'releases',
  /**
   * hash per release, in every shard: logon server -> 1 when its copy is verified; `*` = the
   * manifest that copies are compared with
   */
  copies: 'copies',
  /** hash per release, in shard 0: logon server -> what is known of its copy, as JSON */
  copyStatus: 'copyStatus',
  /** stream of audit entries; also the list of changes that the leader waits for */
  audit: 'audit',
  /** stream of campaigns whose rounds are to be woken after a change without an audit entry */
  wakes: 'wakes',
  /** hash: client, or * for all -> the lowest generation of check-in tokens that is good */
  tokens: 'tokens',
  /** zset: name of a worker process by when it counts as gone (real time) */
  workers: 'workers',
  /**
   * hash: name of a worker process -> when it last reported, its clock's lead, its facts as JSON
   */
  workerFacts: 'workerFacts',
  /** string: when the last worker was dismissed (real time) */
  workerDismissed: 'workerDismissed',
  /** string per SHA-256; a text with an expiry stands in a file of the audit */
  evidence: 'evidence',
  /**
   * hash: the head of the audit's chain (number, head, after, last, header), and the number of the
   * block that was written last
   */
  seal: 'seal',
  /** hash in shard 0: shard -> how far its audit was forwarded, and how far it may have been */
  forwarded: 'forwarded',
  /** the counter of fences */
  fence: 'fence',
  /**
   * hash: owner, counter and until (end of the lease, real time) of the leader; beyond shard 0 only
   * the highest counter that the shard has seen
   */
  leader: 'leader',
  /** string in shard 0 per fence, with an expiry: the leader of the term, while the term lasts */
  lease: 'lease',
  /** hash in shard 0: `campaign|round` -> why a round of the leader fails for it, as JSON */
  roundFailures: 'roundFailures',
  /** how often a campaign was set running for the first time */
  starts: 'starts',
  /**
   * hash: version, `on` (1 = every campaign is halted); in shard 0 also who and why as JSON. Also
   * the limits of logon servers over all campaigns: limitsVersion, limits; in shard 0 limitsJson
   */
  halt: 'halt',
  /** string in shard 0: the number of shards, fixed when the store is first opened */
  shards: 'shards',
  /** string in shard 0: the format of the records; see `recordsFormat` */
  format: 'format',
  /** string: random, fixed when the shard is first opened; a Redis that was emptied loses it */
  identity: 'identity',
  /** string in shard 0 per key of a request, with an expiry: the request and its answer, as JSON */
  answer: 'answer',
  /** hash in shard 0: name of a token of the API in lower case -> its record with its SHA-256 */
  apiTokens: 'apiTokens',
  /** hash in shard 0: session of a person who has signed in -> its record with its SHA-256 */
  sessions: 'sessions',
  /** hash in shard 0: id of a token or a session -> when it was used last (real time) */
  accessUses: 'accessUses',
  /** string in shard 0: how often a token or a session was added or removed */
  accessVersion: 'accessVersion',
  /** string in shard 0 per SHA-256 of a code, with an expiry: whom the code signs in */
  signInLink: 'signInLink',
  /** string that expires: a trial whether the server takes writes */
  trial: 'trial',
  /** string in shard 0: how many fleet imports there were */
  imports: 'imports',
  /** string in shard 0 per campaign that is being created over several shards: its reservation */
  reserved: 'reserved',
  /** hash: client -> its last look (`look-text.ts`) */
  looks: 'looks',
  /** hash: client -> when looks have found it free (`free-time.ts`), over all campaigns */
  freeTimes: 'freeTimes',
  /** zset in shard 0: surveys by the time of the request */
  surveys: 'surveys',
  /** list in shard 0 per product and step: the newest durations, in milliseconds */
  stepTimes: 'stepTimes',
  /**
   * zset per campaign and kind of fact: client by the newest policy time; kinds `causes` and
   * `failures`: `client|cause`. Only where a campaign has stop rules, and not longer than the
   * longest window.
   */
  facts: 'facts',
  /** hash in shard 0 per campaign: hook -> its version, and how it stands as JSON */
  hooks: 'hooks',
  /**
   * zset per campaign whose clients have hooks: client by the policy time from which on its hook
   * may run; a hint, the record of the upgrade is the truth
   */
  clientHooks: 'clientHooks',
  /** hash in shard 0: command on its subject -> version, and the request for it as JSON */
  requests: 'requests',
  /** string in shard 0: the highest number that a request has ever had */
  requestNumber: 'requestNumber',
  /** hash in shard 0: schedule -> its version, and the schedule as JSON */
  schedules: 'schedules',
  /** hash in shard 0: campaign -> its forecasts as JSON */
  forecasts: 'forecasts',
  /** hash in shard 0: version and memory of the maker of messages */
  notices: 'notices',
  /** hash in shard 0: message -> its destinations, and its text as JSON */
  noticeTexts: 'noticeTexts',
  /** list in shard 0: the messages that are kept, newest first */
  noticeOrder: 'noticeOrder',
  /** hash in shard 0: message -> in how many lines it waits; only while it waits */
  noticeOpen: 'noticeOpen',
  /** list in shard 0 per destination: the messages that it has not got, oldest first */
  noticeLine: 'noticeLine',
  /** hash in shard 0: destination -> the head of its line, and when it is tried, as JSON */
  noticeHeads: 'noticeHeads',
  /** list in shard 0: the newest tries to deliver a message, as JSON, newest first */
  deliveries: 'deliveries',
  /** hash in shard 0: destination that wants no more messages -> why */
  noticesDisabled: 'noticesDisabled',
  /** set in shard 0: surveys that the leading round still has to complete */
  surveysOpen: 'surveysOpen',
  /** hash in shard 0 per survey: json, and `end` once it has ended */
  survey: 'survey',
  /** list per survey: targets that wait, `name` or `name|client as JSON` */
  surveyWaiting: 'surveyWaiting',
  /**
   * hash per survey: target that a worker was asked for -> client as JSON, or empty (fleet client)
   */
  surveyAsked: 'surveyAsked',
  /** hash per survey: counter -> amount */
  surveyCounts: 'surveyCounts',
  /** list per survey, in the order of the answers: `client`, or `name|look` outside the fleet */
  surveyFound: 'surveyFound',
  /** string per SHA-256: the raw text of a look, with an expiry; no text of the audit */
  lookEvidence: 'lookEvidence',
  /**
   * what is written in pieces and not visible yet, by random token; expires when its writer dies
   */
  staging: 'staging',
} as const;

export type KeyName = keyof typeof keyNames;

export interface Keys {
  /** KEYS[1] of every script, which derives the keys it needs with `luaKeys`. */
  readonly base: string;
  of(name: KeyName, ...parts: readonly (string | number)[]): string;
}

export function keysOf(prefix: string, shard: number): Keys {
  const base = `{${prefix}:${shard}}`;
  return { base, of: (name, ...parts) => [base, keyNames[name], ...parts].join(':') };
}

/** The same scheme in Lua: `key('parked', campaign, server)`. */
export const luaKeys = `
local base = KEYS[1]
local stem = base .. ':'
-- One concatenation makes one new string: Redis's Lua hashes every string that it makes.
local function key(name, a, b, c)
  if c then return stem .. name .. ':' .. a .. ':' .. b .. ':' .. c end
  if b then return stem .. name .. ':' .. a .. ':' .. b end
  if a then return stem .. name .. ':' .. a end
  return stem .. name
end
`;
