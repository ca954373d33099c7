import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignStatus } from '../../../orchestrator/views/status.ts';
import { type CampaignLab, openCampaignLab, smallFiles } from '../../fixtures/campaign-lab.ts';
import { until } from '../../fixtures/until.ts';
import { type LabInstallation, urlOf } from '../installation.ts';
import type { Entry, Operator } from '../operator.ts';
import { patienceMs } from '../../environment/patience.ts';

export interface StormOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  /** The folder of this run. */
  readonly folder: string;
  /** Laptops, each of which checks in once. */
  readonly laptops: number;
  /** Clients of a second campaign, which starts when the first laptop checks in. */
  readonly others: number;
  /** Connections at once. */
  readonly atOnce: number;
  readonly say?: (line: string) => void;
}

export interface StormFigures {
  /** Check-ins by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Laptops that were promised a look. */
  readonly promised: number;
  /** Of these, laptops that were not looked at since. */
  readonly lost: readonly string[];
  /** Real seconds until the last answer, and until the last promised look. */
  readonly answeredIn: number;
  readonly lookedIn: number;
  /** Real milliseconds for an answer. */
  readonly p50: number;
  readonly p99: number;
  /** Real seconds until each of the other clients was looked at. */
  readonly othersIn: number;
  /** How many of the others had their first look before the last of the promised had theirs. */
  readonly othersBetween: number;
  /** The same orchestrator led all the time. */
  readonly keptLeading: boolean;
}

interface CheckedIn {
  readonly client: string;
  readonly status: number;
  readonly text: string;
  /** Real time when it was sent. */
  readonly at: number;
  readonly tookMs: number;
}

/**
 * As much HTTP as from real laptops, one connection each, against a running orchestrator, worker
 * and lab fleet. Every laptop was looked at once before and then waits for hours. The audit says
 * which laptops were looked at afterwards.
 */
export async function storm(options: StormOptions): Promise<StormFigures> {
  const { folder, laptops, others, say = () => undefined } = options;
  const [laptopNames, otherNames] = [namesOf('laptop', laptops), namesOf('desk', others)];
  await using lab = await openLab(options, [...laptopNames, ...otherNames]);
  const { operator } = lab;
  await lab.startWorker();
  await operator.createCampaign(campaign('laptops'));
  await operator.createCampaign(campaign('desks'));
  await operator.ask('POST', '/v1/campaigns/laptops/start');
  await until('the laptops wait', async () => isAtRest(await statusOf(operator, 'laptops')), 100);
  say(`${laptops} laptops have been looked at once and wait`);

  const tokens = await tokensOf(folder, urlOf(lab.orchestrator));
  const door = readFileSync(join(folder, 'checkin-url'), 'utf8').trim();
  const leader = await operator.ask('GET', '/v1/leader');
  const begun = Date.now();
  await operator.ask('POST', '/v1/campaigns/desks/start');
  const othersDone = until(
    'the others wait',
    async () => isAtRest(await statusOf(operator, 'desks')),
    100,
  ).then(() => Date.now());
  const heard = await checkAllIn(door, laptopNames, tokens, options.atOnce);
  const answeredIn = (Date.now() - begun) / 1_000;
  say(`all have their answers after ${answeredIn.toFixed(1)} s`);
  const promised = heard.filter(({ status, text }) => status === 200 && text.includes('will be looked at'));
  const lost = await awaitLooks(operator, promised);
  const lookedIn = (Date.now() - begun) / 1_000;
  const othersIn = ((await othersDone) - begun) / 1_000;
  const othersBetween = lookedBetween(await operator.exportAudit(), begun, promised, otherNames);
  const after = await operator.ask('GET', '/v1/leader');
  const took = heard.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const share = (part: number): number => Math.round(took[Math.floor(took.length * part)] ?? 0);
  return {
    statuses: Object.fromEntries(
      [...Map.groupBy(heard, ({ status }) => status)].map(([status, all]) => [status, all.length]),
    ),
    promised: promised.length,
    lost,
    answeredIn,
    lookedIn,
    p50: share(0.5),
    p99: share(0.99),
    othersIn,
    othersBetween,
    keptLeading: fenceOf(leader) === fenceOf(after),
  };
}

const namesOf = (what: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${what}-${n}`);

const campaign = (name: string): string =>
  [
    `campaign: ${name}`,
    'release: test-release',
    `select: { labels: [${name}] }`,
    'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]',
    'budgets: { active: 200, perLogonServer: 200 }',
    // No client is restarted or relocated: after a look a client waits.
    'restart: { allowed: never }',
    'ladder: [wait]',
    '',
  ].join('\n');

async function openLab(
  { redisUrl, prefix, folder }: StormOptions,
  names: readonly string[],
): Promise<CampaignLab> {
  const installation: LabInstallation = {
    redisUrl,
    prefix,
    dataDir: folder,
    clock: { labAt: Date.now(), realAt: Date.now(), speed: 1 },
    settings: { SERVPACK_CHECKIN_PORT: '0', SERVPACK_LOG_LEVEL: 'warn' },
  };
  const clients = names.map((client, n) => ({
    client,
    logonServer: `LS-${n % 8}`,
    label: client.replace(/-.*/, 's'),
  }));
  const files = await smallFiles(folder, clients);
  return openCampaignLab(installation, { files, seed: 'storm' });
}

const statusOf = async (operator: Operator, name: string): Promise<CampaignStatus> =>
  (await operator.ask('GET', `/v1/campaigns/${name}`)) as CampaignStatus;

const isAtRest = ({ states }: CampaignStatus): boolean => states.waiting === 0 && states.active === 0;

const fenceOf = (answer: unknown): number | undefined =>
  (answer as { leader: { fence: number } | null }).leader?.fence;

async function tokensOf(folder: string, url: string): Promise<ReadonlyMap<string, string>> {
  const headers = { authorization: `Bearer ${readFileSync(join(folder, 'token'), 'utf8').trim()}` };
  const csv = await (await fetch(`${url}/v1/fleet/tokens?format=csv`, { headers })).text();
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  return new Map(rows.map(([client = '', , , token = '']) => [client, token]));
}

async function checkAllIn(
  door: string,
  clients: readonly string[],
  tokens: ReadonlyMap<string, string>,
  atOnce: number,
): Promise<readonly CheckedIn[]> {
  const left = [...clients];
  const heard: CheckedIn[] = [];
  const work = async (): Promise<void> => {
    for (let client = left.pop(); client !== undefined; client = left.pop())
      heard.push(await checkIn(door, client, tokens.get(client) ?? ''));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return heard;
}

/** Like curl: one connection per request, closed afterwards. */
function checkIn(door: string, client: string, token: string): Promise<CheckedIn> {
  const { promise, resolve, reject } = Promise.withResolvers<CheckedIn>();
  const [at, started] = [Date.now(), performance.now()];
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' };
  const sent = request(`${door}/checkin/${client}`, { method: 'POST', headers, agent: false }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ client, status: answer.statusCode ?? 0, text, at, tookMs: performance.now() - started });
    });
    answer.on('error', reject);
  });
  sent.on('error', reject);
  sent.end(`Reading configuration...\r\nClient executable active: PCMWIN32.EXE\r\n(${client})\r\n`);
  return promise;
}

/**
 * Waits until a worker has written an audit entry about each client since its check-in. Returns the
 * clients without one.
 */
async function awaitLooks(operator: Operator, promised: readonly CheckedIn[]): Promise<readonly string[]> {
  const missing = new Map(promised.map(({ client, at }) => [client, at]));
  const deadline = Date.now() + patienceMs;
  while (missing.size > 0 && Date.now() < deadline) {
    for (const { client, id, who } of await operator.exportAudit())
      if (client !== null && who.startsWith('worker') && msOf(id) >= (missing.get(client) ?? Infinity))
        missing.delete(client);
    if (missing.size > 0) await delay(500);
  }
  return [...missing.keys()];
}

/**
 * Counts the others whom a worker has looked at before it looked at the last of the promised, both
 * by the audit.
 */
function lookedBetween(
  audit: readonly Entry[],
  begun: number,
  promised: readonly CheckedIn[],
  others: readonly string[],
): number {
  const looks = audit
    .filter(({ who }) => who.startsWith('worker'))
    .toSorted((a, b) => msOf(a.id) - msOf(b.id));
  const looksAt = Map.groupBy(looks, ({ client }) => client);
  const firstSince = (client: string, at: number): number => {
    const look = looksAt.get(client)?.find(({ id }) => msOf(id) >= at);
    return look === undefined ? Infinity : msOf(look.id);
  };
  const last = Math.max(...promised.map(({ client, at }) => firstSince(client, at)).filter(Number.isFinite));
  return others.filter((client) => firstSince(client, begun) < last).length;
}

/** When an entry was written, to the millisecond; its own time is in whole seconds. */
const msOf = (id: string): number => Number.parseInt(id, 10);
