import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type ClockAnchor, labClock, systemClock } from '../../../shared/clock.ts';
import type { Result } from '../../../shared/errors.ts';
import { defaultComponents, readStagedRelease } from './logon-server.ts';
import { readRows } from './read-rows.ts';
import { startFleet } from './start-fleet.ts';
import { traitSets } from './traits.ts';

/**
 * The lab fleet as a process of its own, which outlives workers and orchestrators: `node
 * test/lab/fleet/main.ts --fleet fleet.csv --seed S --port P --release DIR --ready-file F`. It
 * listens on loopback unless --host says otherwise. `--faults 0.01`: every hundredth call fails in
 * some way (faults.ts). `--traits all`: a third of the clients has one of the rarer troubles
 * (traits.ts). Lab time comes from SERVPACK_LAB_CLOCK (a ClockAnchor as JSON; without it: real
 * time).
 */
const { values } = parseArgs({
  options: {
    fleet: { type: 'string' },
    seed: { type: 'string', default: 'lab' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    release: { type: 'string' },
    components: { type: 'string', default: defaultComponents },
    'ready-file': { type: 'string' },
    'checkin-url': { type: 'string' },
    'checkin-token-file': { type: 'string' },
    traits: { type: 'string', default: 'usual' },
    faults: { type: 'string', default: '0' },
    'latency-ms': { type: 'string', default: '0' },
  },
});

const anchorSchema = z.strictObject({ labAt: z.number(), realAt: z.number(), speed: z.number().positive() });
const text = process.env['SERVPACK_LAB_CLOCK'];
const anchor: ClockAnchor | null = (text ?? '') === '' ? null : anchorSchema.parse(JSON.parse(text ?? ''));

function orExit<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  console.error(`fleet: ${result.error.message}`);
  process.exit(2);
}

const checkInUrl = values['checkin-url'];
const tokenFile = values['checkin-token-file'];
const token = tokenFile === undefined ? '' : readFileSync(tokenFile, 'utf8').trim();

const fleet = await startFleet({
  rows: orExit(readRows(values.fleet ?? 'fleet.csv')),
  seed: values.seed,
  traits: z.enum(traitSets).parse(values.traits),
  release: orExit(readStagedRelease(values.release ?? '.', values.components)),
  host: values.host,
  port: Number(values.port),
  latencyMs: Number(values['latency-ms']),
  faultRate: Number(values.faults),
  clock: anchor === null ? systemClock : labClock(anchor),
  ...(anchor === null ? {} : { startedAt: anchor.labAt }),
  ...(checkInUrl === undefined ? {} : { checkIn: { url: checkInUrl, token } }),
});

const ready = JSON.stringify({ fleet: 'ready', port: fleet.port, pid: process.pid });
const readyFile = values['ready-file'];
if (readyFile !== undefined) {
  // A process that waits for the file must never read half of it.
  writeFileSync(`${readyFile}.new`, `${ready}\n`);
  renameSync(`${readyFile}.new`, readyFile);
}
console.log(ready);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fleet.close());
