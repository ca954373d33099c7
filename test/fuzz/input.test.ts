import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import type { Result } from '../../shared/errors.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { type InputFault, lineAt, printFaults } from '../../shared/input/input-fault.ts';
import { decodeInput, yamlBytesAtMost } from '../../orchestrator/input-file.ts';
import { parseRelease } from '../../orchestrator/input/release-file.ts';
import { parseProfile } from '../../shared/products/profile.ts';
import { assertAll, type Share } from './cases.ts';
import { Stopwatch } from './stopwatch.ts';
import { hostile } from './texts.ts';
import { expectUnharmed } from './unharmed.ts';

const root = join(import.meta.dirname, '../..');
const sample = (path: string): string => readFileSync(join(root, path), 'utf8');

const campaigns = [
  sample('examples/campaign.yaml'),
  'campaign: sp4\nrelease: sms-sp4\nwaves:\n  - { name: canary, count: 2 }\n  - { name: rest, rest: true }\n',
  sample('test/input/golden/bad-campaign.yaml'),
  'campaign: &a c\nrelease: *a\n<<: *a\n',
  `a: &a [x]\n${'abcdefgh'.replaceAll(/./g, (key) => `${key}${key}: &${key}${key} [*a, *a, *a, *a, *a, *a]\n`)}`,
];
const releases = [sample('examples/release/release.yaml')];
const profiles = [sample('shared/products/sms-1.2.yaml'), sample('test/products/golden/bad-profile.yaml')];
const fleets = [
  sample('examples/fleet.csv').split('\n').slice(0, 12).join('\n'),
  sample('test/input/golden/bad-fleet.csv'),
  'client,host,logonServer,zone,role,labels\npc-1,NT-1,__proto__,UTC,workstation,constructor\nconstructor,,LS,,,\n',
  'logonServer,client\n"LS ""1""",pc-1\n"LS,2",pc-2\n',
];

/** No terminal obeys what a fault quotes from a file. */
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** A value, or faults: each with a line of the file, on one line of its own, and not long. */
function expectAnswer(text: string, result: Result<unknown, InputFault[]>): void {
  expectUnharmed();
  if (result.ok) return;
  if (result.error.length === 0) throw new Error('refused without a fault');
  const lines = text.split(/\r\n|\n|\r/).length;
  for (const { line } of result.error)
    if (!(Number.isInteger(line) && line >= 1 && line <= lines)) throw new Error(`line ${line} of ${lines}`);
  for (const said of printFaults(result.error)) {
    if (obeyed.test(said)) throw new Error(`a terminal would obey ${JSON.stringify(said)}`);
    if (said.length > 1_000) throw new Error(`a fault of ${said.length} characters`);
  }
}

type Parser = (text: string, file: string) => Result<unknown, InputFault[]>;

/** Microseconds per character. The library behind YAML needs up to 8, rows of the fleet up to 1. */
const watches = { yaml: new Stopwatch(30), csv: new Stopwatch(3) };
afterAll(() => console.log(`YAML: ${watches.yaml.toString()}; CSV: ${watches.csv.toString()}`));

function assertAnswers(name: Share, parse: Parser, samples: readonly string[], watch: Stopwatch): void {
  assertAll(
    name,
    fc.property(hostile(samples, 100_000), (text) => {
      const first = watch.time(text.length, () => parse(text, 'f'));
      expectAnswer(text, first);
    }),
  );
}

test('campaignFile: any text is a campaign or faults with lines', () => {
  assertAnswers('campaignFile', parseCampaign, campaigns, watches.yaml);
});

test('releaseFile: any text is a release or faults with lines', () => {
  assertAnswers('releaseFile', parseRelease, releases, watches.yaml);
});

test('profileFile: any text is a profile or faults with lines', () => {
  assertAnswers('profileFile', parseProfile, profiles, watches.yaml);
});

test('fleetFile: any text is clients without duplicates, or faults with lines', () => {
  assertAll(
    'fleetFile',
    fc.property(hostile(fleets, 500_000), (text) => {
      const fleet = watches.csv.time(text.length, () => parseFleet(text, 'f'));
      expectAnswer(text, fleet);
      const names = fleet.ok ? fleet.value.map(({ client }) => client.toLowerCase()) : [];
      if (new Set(names).size !== names.length) throw new Error('a client twice');
    }),
  );
});

test('bytes: any bytes are text or one fault with a line', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    hostile(campaigns, 10_000).map((text) => new Uint8Array(Buffer.from(text, 'utf16le'))),
    fc
      .tuple(hostile(fleets, 10_000), fc.uint8Array({ maxLength: 4 }), fc.nat())
      .map(([text, broken, place]) => {
        const all = Buffer.from(text);
        return new Uint8Array(Buffer.concat([all.subarray(0, place % (all.length + 1)), broken, all]));
      }),
  );
  assertAll(
    'bytes',
    fc.property(bytes, (given) => {
      const decoded = decodeInput(given, 'f', yamlBytesAtMost);
      const lossy = new TextDecoder('utf-8', { ignoreBOM: true }).decode(given);
      if (decoded.ok && decoded.value !== lossy) throw new Error('another text than the bytes say');
      const lines = lineAt(lossy, lossy.length);
      for (const { line } of decoded.ok ? [] : decoded.error)
        if (line < 1 || line > lines) throw new Error(`line ${line} of ${lines}`);
    }),
  );
});
