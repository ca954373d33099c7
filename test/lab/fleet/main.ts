import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type ClockAnchor, labClock, systemClock } from '../../../shared/clock.ts';
import type { Result } from '../../../shared/errors.ts';
import { agentOf } from '../../../orchestrator/simulation/machines/agent.ts';
import { readStagedRelease } from './read-release.ts';
import { readFleetOptions } from './options.ts';
import { readProfile } from './read-profile.ts';
import { readRows } from './read-rows.ts';
import { startFleet } from './start-fleet.ts';

/**
 * The lab fleet as a process of its own, which outlives workers and orchestrators; `--help` names
 * its options. `--faults`: see faults.ts. `--traits`: see traits.ts. Lab time comes from
 * SERVPACK_LAB_CLOCK (a ClockAnchor as JSON; without it: real time).
 */
const options = readFleetOptions(process.argv.slice(2));

const anchorSchema = z.strictObject({ labAt: z.number(), realAt: z.number(), speed: z.number().positive() });
const text = process.env['SERVPACK_LAB_CLOCK'];
const anchor: ClockAnchor | null = (text ?? '') === '' ? null : anchorSchema.parse(JSON.parse(text ?? ''));

function orExit<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  console.error(`fleet: ${result.error.message}`);
  process.exit(2);
}

const { checkinUrl, checkinTokenFile, profile, readyFile } = options;
const token = checkinTokenFile === undefined ? '' : readFileSync(checkinTokenFile, 'utf8').trim();

const release = orExit(readStagedRelease(options.release, options.components));
const agent =
  profile === undefined ? null : orExit(agentOf(orExit(readProfile(profile)), [...release.files.keys()]));

const fleet = await startFleet({
  rows: orExit(readRows(options.fleet)),
  seed: options.seed,
  traits: options.traits ?? (agent === null ? 'usual' : 'product'),
  ...(agent === null ? {} : { agent }),
  release,
  host: options.host,
  port: options.port,
  latencyMs: options.latencyMs,
  faultRate: options.faults,
  clock: anchor === null ? systemClock : labClock(anchor),
  ...(anchor === null ? {} : { startedAt: anchor.labAt }),
  ...(checkinUrl === undefined ? {} : { checkIn: { url: checkinUrl, token } }),
});

const ready = JSON.stringify({ fleet: 'ready', port: fleet.port, pid: process.pid });
if (readyFile !== undefined) {
  // A process that waits for the file must never read half of it.
  writeFileSync(`${readyFile}.new`, `${ready}\n`);
  renameSync(`${readyFile}.new`, readyFile);
}
console.log(ready);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fleet.close());
