import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { fault } from '../../shared/errors.ts';
import { inFileOrder, type InputFault, keyText, show } from '../../shared/input/input-fault.ts';
import { nearest } from '../../shared/input/nearest.ts';
import { columnKeys, columnOf, keyOfLabel } from '../../shared/domain/campaign/where.ts';
import type { CampaignFile } from '../input/campaign-file.ts';
import { type NameInFile, namesIn } from '../input/campaign-names.ts';
import { faultsAtMost } from '../input/faults-at-most.ts';
import type { Refusal } from '../refusal.ts';

/**
 * Refuses a file that names what the fleet does not have: each name with its place in the file.
 * @param known names that are right although no client has them
 */
export function refuseUnknownNames(
  file: string,
  { input, document }: CampaignFile,
  fleet: readonly Client[],
  known: readonly Pick<NameInFile, 'of' | 'name'>[] = [],
): Refusal | null {
  const right = new Set(known.map(comparableName));
  const named = namesIn(input).filter((each) => !right.has(comparableName(each)));
  const unknown = unknownNames(named, fleet);
  if (unknown.length === 0) return null;
  const what = unknown.slice(0, 5).map((each) => each.what);
  const more = unknown.length > 5 ? `, and ${unknown.length - 5} more` : '';
  const faults = unknown.slice(0, faultsAtMost).map(({ path, at, wrong, expected }): InputFault => ({
    file,
    ...(at === null ? { line: document.lineOf(path) } : document.placeIn(path, at)),
    key: keyText(path),
    wrong,
    expected,
  }));
  const says = `the campaign names what the fleet does not have: ${what.join(', ')}${more}`;
  return { ...fault('campaign.unknownNames', says), faults: inFileOrder(faults) };
}

/**
 * Warns of limits for logon servers that no client has: a sentence each. They are no fault, because
 * a laptop may go to such a server later.
 */
export function idleLimits({ budgets }: CampaignDefinition, fleet: readonly Client[]): readonly string[] {
  const names = Object.keys(budgets.maxDownloads?.at ?? {}).map((name): NameInFile => ({
    of: 'logonServer',
    name,
    path: [],
    at: null,
  }));
  return unknownNames(names, fleet).map(
    ({ wrong }) => `budgets.logonServers ${wrong}; this limit has no effect now`,
  );
}

/** A name that the fleet does not have, in the words of a fault. */
interface UnknownName extends NameInFile {
  /** What the file names: `label "ofice"`. */
  readonly what: string;
  readonly wrong: string;
  readonly expected: string;
}

/**
 * The names that the fleet does not have, in the same order. A misspelled name would leave clients
 * out in silence, and in an exclusion it would let them in.
 */
function unknownNames(names: readonly NameInFile[], fleet: readonly Client[]): readonly UnknownName[] {
  const missing = missingIn(names, fleet);
  const isMissing = ({ of, name }: Pick<NameInFile, 'of' | 'name'>): boolean =>
    missing.get(of)?.has(comparable(of, name)) === true;
  // Where no client has the key of a label, its values are no further fault.
  const isTold = ({ of, name }: NameInFile): boolean =>
    of === 'labels' && isMissing({ of: 'labelKey', name: keyOfLabel(name) });
  const unknown = names.filter((each) => isMissing(each) && !isTold(each));
  const hints = new Hints(fleet);
  return unknown.map((each, index) => inWords(each, index < hintsAtMost ? hints.for(each) : null));
}

/** By kind, the comparable forms of the names that no client has. */
function missingIn(
  names: readonly NameInFile[],
  fleet: readonly Client[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const missing = new Map<string, Set<string>>();
  for (const { of, name } of names) missing.set(of, (missing.get(of) ?? new Set()).add(comparable(of, name)));
  for (const [of, wanted] of missing) {
    for (const name of always(of)) wanted.delete(comparable(of, name));
    for (const client of fleet) {
      if (wanted.size === 0) break;
      for (const name of namesOf(of, client)) wanted.delete(comparable(of, name));
    }
  }
  return missing;
}

const comparable = (of: string, name: string): string => columnOf(of)?.comparable(name) ?? name.toLowerCase();

const comparableName = ({ of, name }: Pick<NameInFile, 'of' | 'name'>): string =>
  `${of} ${comparable(of, name)}`;

const namesOf = (of: string, client: Client): readonly string[] =>
  columnOf(of)?.valuesOf(client) ?? client.labels.map(keyOfLabel);

/** Names that are right also where no client has them. */
const always = (of: string): readonly string[] => (of === 'role' ? ['workstation', 'server'] : []);

/** A search in a million names takes a second, so only the first faults get a near name. */
const hintsAtMost = 5;

/** Finds what was probably meant. The names of the fleet are gathered once. */
class Hints {
  readonly #fleet: readonly Client[];
  readonly #names = new Map<string, readonly string[]>();

  constructor(fleet: readonly Client[]) {
    this.#fleet = fleet;
  }

  for({ of, name }: NameInFile): string | null {
    const known = this.#names.get(of) ?? this.#gather(of);
    this.#names.set(of, known);
    return nearest(name, known);
  }

  #gather(of: string): readonly string[] {
    const columns = of === 'labelKey' ? columnKeys : always(of);
    const found = new Set(columns);
    for (const client of this.#fleet) for (const name of namesOf(of, client)) found.add(name);
    return [...found];
  }
}

const nouns: Readonly<Record<string, string>> = {
  logonServer: 'logon server',
  zone: 'time zone',
  labels: 'label',
  labelKey: 'label',
  hostKey: 'host key',
};

function inWords(named: NameInFile, near: string | null): UnknownName {
  const noun = nouns[named.of] ?? named.of;
  const what = `${noun} ${show(named.name)}`;
  const hint = near === null ? '' : ` (did you mean ${near}?)`;
  const columns = named.of === 'labelKey' ? `, or one of ${columnKeys.join(', ')}` : '';
  return {
    ...named,
    what,
    wrong: `names the ${what}, which the fleet does not have${hint}`,
    expected: `a ${noun} of the fleet${columns}`,
  };
}
