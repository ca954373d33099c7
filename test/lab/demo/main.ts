import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import { messageOf } from '../../../shared/errors.ts';
import { guardRun } from '../../environment/run-guard.ts';
import { type Policy, verdict } from '../expected.ts';
import { connectFleetControl } from '../fleet/control-client.ts';
import {
  fromMondayEvening,
  type LabInstallation,
  portOf,
  startFleetProcess,
  startOrchestrator,
  startWorker,
  urlOf,
} from '../installation.ts';
import { Cli } from './cli.ts';
import { labPrefix, openLabRedis } from './lab-redis.ts';
import { holdLab } from './lab-lock.ts';
import { passedOn, readOptions, type DemoOptions } from './options.ts';
import { prepareSample, type Sample } from './sample.ts';

/**
 * Real time that import, staging and planning usually take. The lab begins after this time, and not
 * before they are done.
 */
const preparationMs = 5_000;

/** The ladder of examples/campaign.yaml, in the terms of the lab. */
const policy: Policy = { relocation: true, workaround: false };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const head = (line: string): void => say(`\n${styleText('bold', line)}`);

/** Shows the main job: every line that begins with $ is a real command against real processes. */
async function run(options: DemoOptions, stack: AsyncDisposableStack): Promise<void> {
  mkdirSync(options.dataDir, { recursive: true });
  const free = holdLab(options.dataDir);
  stack.defer(free);
  const redis = await openLabRedis(options.dataDir, say);
  if (!redis.ok) throw new Error(redis.error.message);
  stack.defer(() => redis.value.stop());
  say(`Redis: ${redis.value.how}; everything of the lab lies under the prefix ${labPrefix}`);
  say('This lab accepts that Redis may lose its records (SERVPACK_ACCEPT_LOSS=yes): no machine is real.');

  rmSync(join(options.dataDir, 'logs'), { recursive: true, force: true });
  removeAudit(options.dataDir);
  const sample = prepareSample(options.dataDir, options.clients);
  const clock = fromMondayEvening(options.speed, preparationMs);
  const installation: LabInstallation = {
    redisUrl: redis.value.url,
    prefix: labPrefix,
    dataDir: options.dataDir,
    clock,
    // Any Redis will do, also one without an append-only file.
    settings: { SERVPACK_ACCEPT_LOSS: 'yes', ...passedOn(process.env) },
  };
  const orchestrator = await startOrchestrator(installation);
  stack.defer(() => orchestrator.stop());
  const url = urlOf(orchestrator);
  say(`orchestrator: process ${orchestrator.pid}, ${url}`);

  const cli = new Cli({ url, dataDir: options.dataDir, say });
  const campaign = await prepareCampaign(cli, sample);
  await delay(Math.max(0, clock.realAt - Date.now()));
  const tokenFile = join(options.dataDir, 'token');
  const fleet = await startFleetProcess(installation, {
    fleetCsv: sample.fleetCsv,
    seed: options.seed,
    tree: sample.tree,
    checkIn: { url, tokenFile },
  });
  stack.defer(() => fleet.stop());
  say(
    `\nlab fleet: process ${fleet.pid}, ${options.clients} simulated NT clients, seed ${options.seed}, ${options.speed} times real time`,
  );
  const worker = await startWorker(installation, portOf(fleet));
  stack.defer(() => worker.stop());
  say(`worker: process ${worker.pid}; logs in ${join(options.dataDir, 'logs')}`);

  head('The page');
  await cli.run(['open']);

  head('The campaign');
  await cli.run(['campaign', 'start', campaign, '--yes']);
  await watchToTheEnd(cli, campaign);
  head('The report');
  await cli.run(['campaign', 'report', campaign]);
  isRight = await judge(cli, campaign, portOf(fleet));
  if (options.keep) await stayOpen(options, campaign);
}

/**
 * Each run of the lab has an audit of its own. Redis has been emptied, and files of an earlier run
 * beside it would say that records are lost.
 */
function removeAudit(dataDir: string): void {
  const folder = join(dataDir, 'audit');
  for (const file of existsSync(folder) ? readdirSync(folder) : [])
    if (file.startsWith(`${labPrefix}-`)) rmSync(join(folder, file));
}

async function prepareCampaign(cli: Cli, sample: Sample): Promise<string> {
  head('Fleet, release, campaign');
  await cli.run(['fleet', 'import', sample.fleetCsv]);
  await cli.run(['release', 'stage', sample.releaseYaml]);
  await cli.run(['campaign', 'plan', sample.campaignYaml]);
  await cli.run(['campaign', 'create', sample.campaignYaml]);
  const name = /^campaign:\s*(\S+)/m.exec(readFileSync(sample.campaignYaml, 'utf8'))?.[1];
  if (name === undefined) throw new Error(`${sample.campaignYaml} names no campaign`);
  return name;
}

interface Paused {
  readonly status: string;
  readonly paused: { readonly by: string; readonly byGate: boolean } | null;
}

/**
 * Watches the campaign and resumes it when a gate pauses it: in a small fleet a few failures are
 * soon too many. An operator would read the reason and decide. The lab goes on, because it proves
 * where every client ends. The pause of a person stays until a person ends it.
 */
async function watchToTheEnd(cli: Cli, campaign: string): Promise<void> {
  for (;;) {
    await cli.watch(['campaign', 'watch', campaign, '--until-paused']);
    const { paused } = await statusOf(cli, campaign);
    if (paused === null) return;
    if (paused.byGate) {
      say('The gate has paused the campaign. The lab accepts what went wrong so far and goes on.');
      await cli.run(['campaign', 'resume', campaign, '--yes']);
    } else {
      say(`${paused.by} has paused the campaign. The lab waits for: servpack campaign resume ${campaign}`);
      await resumedByPerson(cli, campaign);
    }
  }
}

const statusOf = async (cli: Cli, campaign: string): Promise<Paused> =>
  (await cli.json(['campaign', 'status', campaign])) as Paused;

async function resumedByPerson(cli: Cli, campaign: string): Promise<void> {
  while ((await statusOf(cli, campaign)).paused?.byGate === false) await delay(1_000);
}

/**
 * Compares the report with the true state of the machines, and with what their traits and the
 * policy demand.
 */
async function judge(cli: Cli, campaign: string, fleetPort: number): Promise<boolean> {
  head('The proof');
  const report = (await cli.json(['campaign', 'report', campaign])) as {
    clients: { client: string; end: string | null }[];
  };
  const control = connectFleetControl({ port: fleetPort });
  const truth = await control.truth();
  await control.close();
  const mismatches = verdict(truth, report.clients as never, policy);
  for (const mismatch of mismatches.slice(0, 20)) say(styleText('red', `  ${mismatch}`));
  if (mismatches.length > 20) say(`  … and ${mismatches.length - 20} more`);
  say(
    mismatches.length === 0
      ? styleText(
          'green',
          `Every one of ${truth.clients.length} clients ended where its traits and the policy say it must.`,
        )
      : styleText('red', `${mismatches.length} things are not as traits and policy say they must be.`),
  );
  return mismatches.length === 0;
}

async function stayOpen({ dataDir }: DemoOptions, campaign: string): Promise<void> {
  say(`\nEverything keeps running. Have all commands reach this lab, in every folder:`);
  say(`  ./servpack context add lab --data ${dataDir} --use`);
  say('Or try, in another terminal:');
  say(`  ./servpack --data ${dataDir} campaign status ${campaign}`);
  say(`  ./servpack --data ${dataDir} client why pc-0001`);
  say(`Or look at the page; this prints a link that signs in once:`);
  say(`  ./servpack --data ${dataDir} open`);
  say('Ctrl-C ends it.');
  await interrupted;
}

/** Ctrl-C ends the run and everything that was started, also Redis and the fleet. */
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

const started = Date.now();
/** The verdict; null until there is one. */
let isRight: boolean | null = null;
const options = readOptions(process.argv.slice(2));
const guarded = await guardRun({ keeps: [options.dataDir] });
try {
  await using stack = new AsyncDisposableStack();
  await Promise.race([run(options, stack), interrupted]);
  say(isRight === null ? 'Interrupted: stopping what was started.' : 'Stopping what was started.');
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
}
say(`Took ${Math.round((Date.now() - started) / 1000)} s.`);
// A process that was being started when the run was interrupted ends too.
await guarded.end();
process.exit(isRight === true ? 0 : 1);
