import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { deferralClasses } from '../../shared/domain/rules/policy.ts';
import { windowsPatienceMs } from '../environment/patience.ts';
import { testRedis } from '../environment/redis.ts';
import { type Installation, startOrchestrator, startSshWorker, urlOf } from '../lab/installation.ts';
import { Operator, type StagedTree } from '../lab/operator.ts';
import type { LabProcess } from '../lab/process.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { fleetCsv } from '../lab/windows/fleet-file.ts';
import { type LabOptions, startWindowsLab, type WindowsLab } from '../lab/windows/lab.ts';
import type { LogonServer } from '../lab/windows/logon-server.ts';

/** What of a campaign's report these tests read. */
export interface Report {
  readonly status: string;
  readonly clients: readonly {
    readonly client: string;
    readonly end: string | null;
    readonly relocation: string;
    readonly servicePath: string | null;
    readonly deferrals: Readonly<Record<string, number>>;
  }[];
}

/** A lab of Windows clients, and the processes of a servpack that reaches them over SSH. */
export interface WindowsServpack extends AsyncDisposable {
  readonly lab: WindowsLab;
  readonly operator: Operator;
  startWorker(name: string): Promise<LabProcess>;
  importFleet(): Promise<void>;
  /** Stages what lies in a tree; left out, service pack 4 as `test-release`. */
  stage(tree?: string, staged?: StagedTree): Promise<void>;
  /** Creates and starts a campaign. */
  begin(text: string): Promise<void>;
  /** Throws when a worker has ended by itself. */
  report(campaign: string): Promise<Report>;
  abort(campaign: string): Promise<void>;
  /** Throws when a worker has ended by itself. */
  readonly assertRuns: () => void;
  /** What `servpack client why` says of all clients. */
  readonly why: () => Promise<string>;
}

export interface WindowsServpackOptions extends LabOptions {
  /** Product profiles of its own, as texts by their name. */
  readonly profiles?: Readonly<Record<string, string>>;
  /** How long a call on a client may take; as long as a test waits unless told. */
  readonly callSeconds?: number;
}

export async function openWindowsServpack(options: WindowsServpackOptions): Promise<WindowsServpack> {
  await using stack = new AsyncDisposableStack();
  const lab = await startWindowsLab(options);
  stack.defer(() => lab.close());
  const servpack = await openServpackOn(lab, options);
  stack.use(servpack);
  const moved = stack.move();
  return { ...servpack, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** A servpack on a lab that runs. Each has a Redis and a folder of its own, like a stranger. */
export async function openServpackOn(
  lab: WindowsLab,
  {
    profiles = {},
    callSeconds = windowsPatienceMs / 1000,
    name = 'servpack',
  }: Pick<WindowsServpackOptions, 'profiles' | 'callSeconds'> & { readonly name?: string },
): Promise<WindowsServpack> {
  await using stack = new AsyncDisposableStack();
  // The guard of the lab's folder ends these processes too when the tests are killed.
  const folder = join(lab.folder, name);
  const products = join(folder, 'products');
  mkdirSync(products, { recursive: true });
  for (const [name, text] of Object.entries(profiles)) writeFileSync(join(products, `${name}.yaml`), text);
  const redis = testRedis();
  const sshConfig = join(folder, 'ssh.yaml');
  // A busy machine is no reason to take a client for one that is gone.
  const timeouts = '{ connect: 60, handshake: 120, keepalive: 120, idle: 30 }';
  writeFileSync(sshConfig, `user: root\nkeyFile: ${lab.userKey}\ntimeouts: ${timeouts}\n`);
  const installation: Installation = {
    redisUrl: redis.url,
    prefix: redis.prefix,
    dataDir: folder,
    settings: {
      HOME: folder,
      SERVPACK_PRODUCTS: products,
      SERVPACK_CALL_SECONDS: String(callSeconds),
      SERVPACK_SSH_CONFIG: sshConfig,
    },
  };
  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const operator = new Operator(urlOf(orchestrator), folder);
  const moved = stack.move();
  /**
   * Workers that ended by themselves: what is waited for never comes then. A signal is the test's
   * own.
   */
  const lost: string[] = [];
  const assertRuns = (): void => {
    if (lost.length > 0) throw new Error(lost.join('; '));
  };
  return {
    lab,
    operator,
    startWorker: async (name) => {
      const worker = await startSshWorker(installation, sshConfig, name);
      void worker.ended.then(({ code }) => {
        if (code !== null && code !== 0) lost.push(`the worker ${name} ended with exit code ${code}`);
      });
      moved.defer(() => worker.stop());
      return worker;
    },
    importFleet: async () => void (await operator.importFleet('fleet.csv', fleetCsv(lab.clients))),
    stage: async (tree = serverOf(lab).share, staged) =>
      void (await operator.stageTree(folder, tree, staged)),
    begin: async (text) => {
      await operator.createCampaign(text);
      await operator.ask('POST', `/v1/campaigns/${/^campaign: (\S+)$/m.exec(text)?.[1] ?? ''}/start`);
    },
    abort: async (campaign) =>
      void (await operator.ask('POST', `/v1/campaigns/${campaign}/abort`, { reason: 'the test is over' })),
    report: async (campaign) => {
      assertRuns();
      return (await operator.ask('GET', `/v1/campaigns/${campaign}/report`)) as Report;
    },
    assertRuns,
    why: async () => {
      const answers = lab.clients.map(({ id }) => operator.ask('GET', `/v1/clients/${id}/why`));
      return (await Promise.allSettled(answers)).map((each) => JSON.stringify(each)).join('\n');
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

export function serverOf({ servers }: WindowsLab): LogonServer {
  const [server] = servers;
  if (server === undefined) throw new Error('the lab has no logon server');
  return server;
}

/**
 * The profile of SMS 1.2 for a client that was installed elsewhere: another drive is another
 * profile.
 */
export const smsProfileIn = (name: string, directory: string): string =>
  readFileSync(join(import.meta.dirname, '../../shared/products/sms-1.2.yaml'), 'utf8')
    .replace('product: sms-1.2', `product: ${name}`)
    .replaceAll(String.raw`C:\MS\SMS`, directory);

export interface CampaignChoice {
  readonly campaign: string;
  readonly clients: readonly WindowsClient[];
  readonly ladder: string;
  readonly release?: string;
  readonly structural?: 'atOnce' | 'whenPersisting';
  readonly restart?: 'never' | 'nobodyLoggedOn' | 'always';
  /** From one look to the next at a client that waits: each costs a client some forty processes. */
  readonly patience?: string;
}

/** Patience in seconds, where a campaign of the real world has minutes and hours. */
export const campaignText = ({
  campaign,
  clients,
  ladder,
  release = 'test-release',
  structural = 'whenPersisting',
  restart = 'nobodyLoggedOn',
  patience = '8s',
}: CampaignChoice): string =>
  [
    `campaign: ${campaign}`,
    `release: ${release}`,
    `select: { clients: [${clients.map(({ id }) => id).join(', ')}] }`,
    'waves: [{ name: all, rest: true, gate: { failures: 100 % } }]',
    `ladder: [${ladder}]`,
    `structural: ${structural}`,
    'persistence: { looks: 2, after: 1h, restarts: 9, minGap: 1s }',
    `restart: { allowed: ${restart}, deadline: 2h, lookEvery: 5s }`,
    'notice: 1s',
    'deferrals:',
    ...deferralClasses.map(
      (name) => `  ${name}: { first: ${patience}, factor: 1, max: ${patience}, budget: 500 }`,
    ),
    '',
  ].join('\n');

/** Waits until it is so; fails with what is known then. A test's own time-out is beyond this. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  known: () => string | Promise<string> = () => '',
): Promise<void> {
  for (const end = Date.now() + windowsPatienceMs; Date.now() < end; await pause(250))
    if (await isSo()) return;
  throw new Error(`not within ${windowsPatienceMs / 1000} s: ${what}; ${await known()}`);
}
