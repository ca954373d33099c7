import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { knownProducts, loadProfile, type Profile, rulesOf } from '../../shared/products/profile.ts';
import { type CampaignFile, readCampaignFile } from '../input/campaign-file.ts';
import { isPer, perForm } from '../input/campaign-prove.ts';
import { momentForm, readMoment } from '../input/parse-timestamp.ts';
import { badFile, type Refusal } from '../refusal.ts';
import { defaultStart } from './default-start.ts';
import { type Proof, prove, type Question, usualProperties } from './prove.ts';
import { proofDocument, type ProofDocument } from './proof-document.ts';
import type { Asked } from './asked.ts';

/** The campaign file and its calendar files, as they are on the disk. */
interface FileText {
  readonly file: string;
  readonly text: string;
  readonly calendars?: Readonly<Record<string, string>>;
}

/** What the operator says besides the file; null = the file or the default says it. */
export interface ProveOptions {
  readonly neverDown: number | null;
  readonly per: string | null;
  /** Also where the policy restarts logged-on users on purpose. */
  readonly loggedOn: boolean;
  readonly product: string | null;
  /** A moment by the clock of a place, as in a campaign file. */
  readonly starts: string | null;
  readonly events: number;
  readonly states: number;
  readonly timeLimitMs: number;
  /** The folder of the operator's own product profiles. */
  readonly profiles: string;
}

/** Faults of one story: two of them meet in most real troubles, three seldom. */
const faultsAtMost = 2;

/**
 * Proves a campaign file on this machine, without an orchestrator and without Redis. This file
 * reads the product profile and the clock; everything else of a proof is pure.
 */
export function proveFile(input: FileText, options: ProveOptions): Result<ProofDocument, Refusal> {
  const calendars = input.calendars === undefined ? {} : { calendars: input.calendars };
  const startsAt = options.starts === null ? null : readMoment(options.starts);
  if (startsAt === undefined) return err(fault('input.starts', `--starts: expected ${momentForm}`));
  if (options.per !== null && !isPer(options.per))
    return err(fault('input.per', `--per: expected ${perForm}`));
  const read = readCampaignFile(input.text, input.file, { now: startsAt ?? Date.now(), ...calendars });
  if (!read.ok) return err(badFile(input.file, read.error));
  const { definition, input: asks } = read.value;
  if (options.per !== null && options.neverDown === null && asks.prove?.neverDown === undefined)
    return err(
      fault('input.per', '--per says of which part --never-down speaks, and there is no --never-down'),
    );
  const product = options.product ?? productOf(definition, options.profiles);
  if (product === null)
    return err(
      fault(
        'input.product',
        `the name of release ${definition.release} does not begin with a product; name the product: --product`,
      ),
    );
  const profile = loadProfile(product, options.profiles);
  if (!profile.ok) return err(fault(`input.${profile.error.code}`, profile.error.message));
  const asked = askedOf(read.value, options);
  const bounds = { startsAt: startsAt ?? defaultStart(definition), faults: faultsAtMost };
  const proof = proofOf(definition, profile.value, { asked, ...bounds }, options);
  return ok(proofDocument(read.value, proof, { asked, product, events: options.events, ...bounds }));
}

function proofOf(
  definition: CampaignDefinition,
  profile: Profile,
  given: Pick<Question, 'asked' | 'startsAt' | 'faults'>,
  { events: depth, states, timeLimitMs }: ProveOptions,
): Proof {
  const begun = performance.now();
  const leftMs = (): number => timeLimitMs - (performance.now() - begun);
  const [one = 'a.exe', other = 'b.exe'] = profile.executables.map((name) => name.toLowerCase());
  const program = profile.userPrograms[0] ?? 'a program';
  return prove({
    ...given,
    definition,
    equipment: {
      product: rulesOf(profile),
      files: { [one]: 'release', [other]: 'release' },
      program: program.toLowerCase(),
    },
    depth,
    states,
    leftMs,
    isOver: () => leftMs() <= 0,
  });
}

/** The longest known product with which the name of the release begins. */
function productOf({ release }: CampaignDefinition, folder: string): string | null {
  const found = knownProducts(folder).filter((product) => release.startsWith(product));
  return found.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

function askedOf({ definition, input }: CampaignFile, { neverDown, per, loggedOn }: ProveOptions): Asked {
  const ofFile = input.prove?.neverDown;
  const most = neverDown ?? ofFile?.most ?? null;
  const usual = usualProperties(definition);
  const isAsked = loggedOn || input.prove?.loggedOn === true;
  const names = isAsked && !usual.includes('loggedOn') ? (['loggedOn', ...usual] as const) : usual;
  const chosen =
    input.prove?.loggedOn === false && !loggedOn ? names.filter((name) => name !== 'loggedOn') : names;
  if (most === null) return { names: chosen, neverDown: null };
  return { names: ['neverDown', ...chosen], neverDown: { most, per: per ?? ofFile?.per ?? 'logonServer' } };
}

export type { ProofDocument } from './proof-document.ts';
