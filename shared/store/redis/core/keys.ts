/**
 * Every key of the store in Redis, in one place: `{prefix:shard}:name[:part…]`. The braces are a Cluster hash
 * tag: all keys of a shard lie in one slot, so that one script may change all of them. Campaign and client
 * ids hold no dot and no colon, so `campaign.client` and `campaign:logonServer` cannot be mistaken for
 * another pair.
 */
export const keyNames = {
  /** hash per `campaign.client`: the record of an upgrade; its fields are in record.ts */
  upgrade: 'upgrade',
  /** list per `campaign.client`: messages not consumed yet; exists only while there are any */
  inbox: 'inbox',
  /** zset of `campaign.client` by due time (policy time) */
  due: 'due',
  /** zset of `campaign.client` by the end of the lease (real time) */
  driven: 'driven',
  /** zset per campaign and logon server: clients by the time they were parked */
  parked: 'parked',
  /** zset per campaign: logon servers with parked clients, by the time of their oldest one */
  parkedServers: 'parkedServers',
  /** of the parked ones those that may go on while their campaign does not run, in the same way */
  finishing: 'finishing',
  finishingServers: 'finishingServers',
  /**
   * zset per campaign, wave and logon server, in a campaign with a window also per time zone (`server|zone`): waiting clients by their
   * place in the campaign's order
   */
  waiting: 'waiting',
  /** hash per campaign: every client -> `wave|queue` while it waits, empty once it has a record */
  members: 'members',
  /** hash: client -> campaign of its unsettled upgrade */
  claims: 'claims',
  /**
   * hash per campaign. In shard 0 the head: version and the campaign as JSON. In every shard what its scripts check:
   * version, status, perServer, openWaves, release, downloads, and quota, the shard's part of the budget; beside it `grant` (the last round
   * of grants that came here), `served` (the last one that raised it) and, in shard 0, `grants` (the last one of all).
   * In the other shards also `reservation` and `waves`, for a creation that breaks off.
   */
  campaign: 'campaign',
  /** set of campaign names */
  campaigns: 'campaigns',
  /** set per campaign: its queues of waiting clients at creation, by logon server or `server|zone` */
  servers: 'servers',
  /** hash per campaign: counter -> amount */
  counters: 'counters',
  /** hash per campaign: logon server -> slots in use; `*` is the whole campaign */
  slots: 'slots',
  /** hash: client -> the rest of its fleet entry as a JSON array */
  fleet: 'fleet',
  /** hash: release -> JSON */
  releases: 'releases',
  /** hash per release, in every shard: logon server -> 1 when its copy is verified; `*` = the manifest they are held against */
  copies: 'copies',
  /** hash per release, in shard 0: logon server -> what is known of its copy, as JSON */
  copyStatus: 'copyStatus',
  /** stream of audit entries */
  audit: 'audit',
  /** hash: client, or * for all -> the lowest generation of check-in tokens that is good */
  tokens: 'tokens',
  /** zset: name of a worker process by when it is taken for gone (real time) */
  workers: 'workers',
  /** hash: name of a worker process -> when it was heard of, by how much its clock was ahead, and its facts as JSON */
  workerFacts: 'workerFacts',
  /** string per SHA-256; one that expires stands in a file */
  evidence: 'evidence',
  /** hash: the head of the audit's chain (number, head, after, last, header), and the number of the block written last */
  seal: 'seal',
  /** the counter of fences */
  fence: 'fence',
  /** hash: owner, counter and until (end of the lease, real time) of the leader; beyond shard 0 the highest counter seen */
  leader: 'leader',
  /** how often a campaign was set running for the first time */
  starts: 'starts',
  /** hash: version, `on` (1 = every campaign is held); in shard 0 also who and why as JSON */
  halt: 'halt',
  /** string in shard 0: the number of shards, fixed when the store is first opened */
  shards: 'shards',
  /** string in shard 0: how many fleet imports there were */
  imports: 'imports',
  /** string in shard 0 per campaign that is being created over several shards: the number of that creation */
  reserved: 'reserved',
  /** hash: client -> its last look (look-text.ts) */
  looks: 'looks',
  /** zset in shard 0: surveys by the time they were asked for */
  surveys: 'surveys',
  /** set in shard 0: those that the leading round has to see to */
  surveysOpen: 'surveysOpen',
  /** hash in shard 0 per survey: json, and `end` once it has ended */
  survey: 'survey',
  /** list per survey: targets that wait, `name` or `name|client as JSON` */
  surveyWaiting: 'surveyWaiting',
  /** hash per survey: target that a worker was asked for -> `since|tries|client as JSON` */
  surveyAsked: 'surveyAsked',
  /** hash per survey: counter -> amount */
  surveyCounts: 'surveyCounts',
  /** list per survey: who was looked at, in that order, `client` or, for a machine of no fleet, `name|look` */
  surveyFound: 'surveyFound',
  /** string per SHA-256: the raw text of a look, with an expiry; no text of the audit */
  lookEvidence: 'lookEvidence',
  /** what is written in pieces and not visible yet, by random token; expires when its writer dies */
  staging: 'staging',
} as const;

export type KeyName = keyof typeof keyNames;

export interface Keys {
  /** What every script gets as KEYS[1]; it derives the keys it needs with `luaKeys`. */
  readonly base: string;
  of(name: KeyName, ...parts: readonly (string | number)[]): string;
}

export function keysOf(prefix: string, shard: number): Keys {
  const base = `{${prefix}:${shard}}`;
  return { base, of: (name, ...parts) => [base, keyNames[name], ...parts].join(':') };
}

/** The same scheme for scripts: `key('parked', campaign, server)`. */
export const luaKeys = `
local base = KEYS[1]
local stem = base .. ':'
-- One concatenation and so one new string each time: Redis' Lua hashes every string that it makes.
local function key(name, a, b, c)
  if c then return stem .. name .. ':' .. a .. ':' .. b .. ':' .. c end
  if b then return stem .. name .. ':' .. a .. ':' .. b end
  if a then return stem .. name .. ':' .. a end
  return stem .. name
end
`;
