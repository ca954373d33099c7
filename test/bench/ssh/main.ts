import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../shared/evidence.ts';
import { machineOf, runBench, say, writeResult } from '../run-bench.ts';
import { tableOf } from '../table.ts';
import { cpuOf } from '../usage.ts';
import { ansibleVersion, runPlaybook } from './ansible.ts';
import type { Round, RoundTold } from './bare-process.ts';
import { type Child, startChild } from './child.ts';
import { figuresOf, type RoundOfAll } from './figures.ts';
import { layGround } from './ground.ts';
import { readOptions, type SshBenchOptions } from './options.ts';
import { openServpack, sample } from './servpack.ts';
import type { Asked, Report, Told } from './servers-process.ts';
import type { Go, Ground, Lines } from './side.ts';

async function measure(options: SshBenchOptions, stack: AsyncDisposableStack): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spb-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const ansible = options.ansible ? ansibleVersion() : null;
  if (options.ansible && ansible === null)
    say('Ansible is not there (Debian: apt-get install ansible-core) and is left out');
  const loadBefore = loadavg()[0];
  const field = await openField(options, folder, stack);
  const rounds: RoundOfAll[] = [];
  // One more than counts: the first finds every process cold.
  for (let round = 0; round <= options.rounds; round += 1) {
    const taken = await takeRound(field, ansible !== null && round > 0);
    say(`${round === 0 ? 'warm-up' : `round ${round}`}: ${wordsOf(taken)}`);
    if (round > 0) rounds.push(taken);
  }
  const figures = figuresOf(rounds, options.clients);
  process.stdout.write(`${tableOf(figures)}\n`);
  const { clients, concurrency } = options;
  writeResult(options.json, {
    machine: { ...machineOf(), loadBefore },
    settings: { clients, concurrency, rounds: options.rounds, ansible },
    figures,
  });
}

interface Field {
  readonly ground: Ground;
  readonly servers: Child<Asked, Told>;
  readonly bare: Child<Round, RoundTold>;
  readonly rollOut: () => Promise<Go>;
}

async function openField(
  { clients, concurrency, workerOptions, bareOptions, serverOptions }: SshBenchOptions,
  folder: string,
  stack: AsyncDisposableStack,
): Promise<Field> {
  const args = [String(clients), sample.tree, sample.components];
  const servers = startChild<Asked, Told>('servers-process.ts', args, serverOptions);
  stack.defer(() => servers.stop());
  const told = await servers.next();
  if (!('ready' in told)) throw new Error('the servers did not say that they are ready');
  const bare = startChild<Round, RoundTold>('bare-process.ts', [], bareOptions);
  stack.defer(() => bare.stop());
  await bare.next();
  const ground = layGround(told.ready, folder, concurrency);
  const servpack = await openServpack(ground, workerOptions, stack);
  return { ground, servers, bare, rollOut: () => servpack.rollOut() };
}

/**
 * Runs every side once, each on clients in their first state. Servpack goes first: the others send
 * what it sent.
 */
async function takeRound(field: Field, withAnsible: boolean): Promise<RoundOfAll> {
  const servpack = await taken(field, 'servpack', field.rollOut);
  const lines: Lines = new Map(servpack.report.clients.map(({ client, lines: sent }) => [client, sent]));
  const first: Lines = new Map([...lines].map(([client, sent]) => [client, sent.slice(0, 1)]));
  const bare = await taken(field, 'the bare loop', () => loop(field, lines));
  const single = await taken(field, null, () => loop(field, first));
  const ansible = withAnsible
    ? await taken(field, 'Ansible', () => runPlaybook(field.ground, lines, releaseHashes()))
    : null;
  return { servpack, bare, single, ansible };
}

/** @param upgrades upgrades every client with it; null = no upgrade */
async function taken(
  { servers }: Field,
  upgrades: string | null,
  go: () => Promise<Go>,
): Promise<RoundOfAll['servpack']> {
  await servers.ask('reset');
  const before = cpuOf(servers.pid);
  const { ms, cpu } = await go();
  const used = cpuOf(servers.pid) - before;
  const endedAt = Date.now();
  const told = await servers.ask('report');
  if (!('report' in told)) throw new Error('the servers did not report');
  const { report } = told;
  if (upgrades !== null) assertUpgraded(report, upgrades);
  return { ms, sinceFirstMs: endedAt - (report.firstAt ?? NaN), cpu: { ...cpu, servers: used }, report };
}

/** Judged by the clients' disks, whatever any program reported. */
function assertUpgraded({ clients }: Report, who: string): void {
  const left = clients.filter(({ isUpgraded }) => !isUpgraded).map(({ client }) => client);
  if (left.length > 0)
    throw new Error(
      `${who} left ${left.length} of ${clients.length} clients without the release: ${left.slice(0, 5).join(', ')}`,
    );
}

async function loop({ ground, bare }: Field, lines: Lines): Promise<Go> {
  const before = cpuOf(bare.pid);
  const told = await bare.ask({
    ...ground,
    clients: ground.clients.map(({ client, address, port }) => ({
      address,
      port,
      lines: lines.get(client) ?? [],
    })),
  });
  if (!('ms' in told)) throw new Error(`the bare loop: ${'error' in told ? told.error : 'said nothing'}`);
  return { ms: told.ms, cpu: { 'bare loop': cpuOf(bare.pid) - before } };
}

function releaseHashes(): readonly string[] {
  const folder = join(sample.tree, sample.components);
  return readdirSync(folder).map((name) => sha256(readFileSync(join(folder, name))));
}

function wordsOf(round: RoundOfAll): string {
  const rate = (side: RoundOfAll['servpack'] | null, ms = side?.ms ?? NaN): string =>
    side === null ? '-' : ((side.report.clients.length / ms) * 1_000).toFixed(1);
  return [
    `servpack ${rate(round.servpack)}/s`,
    `bare ${rate(round.bare)}/s`,
    `bare with one exec ${rate(round.single)}/s`,
    `Ansible ${rate(round.ansible, round.ansible?.sinceFirstMs)}/s`,
  ].join(', ');
}

const options = readOptions(process.argv.slice(2));
await runBench('bench:ssh', (stack) => measure(options, stack));
