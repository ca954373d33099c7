import { type InputFault, show, wholeFile } from '../../shared/input/input-fault.ts';
import { readYaml, type YamlDocument } from '../../shared/input/yaml-document.ts';
import { hostsIn, Inventory, type Variables } from './ansible-hosts.ts';
import type { CsvRecord } from './csv-records.ts';
import type { ColumnMapping } from './fleet-columns.ts';

/** The rows of a file that is no table, and how a person calls its form. */
export interface FleetRows {
  readonly form: string;
  readonly records: readonly CsvRecord[];
  readonly faults: readonly InputFault[];
}

/** YAML is read slowly; such a file has some hundred thousand clients at most. */
const charactersAtMost = 16 * 1024 * 1024;

/**
 * A list of clients in YAML or JSON, or an inventory of Ansible in YAML (also as
 * `ansible-inventory --list` prints it). JSON is YAML.
 */
export function readFleetObjects(text: string, file: string, mappings: readonly ColumnMapping[]): FleetRows {
  const fault = (wrong: string, expected: string, line = 1): FleetRows => ({
    form: 'a list',
    records: [],
    faults: [{ file, line, key: wholeFile, wrong, expected }],
  });
  if (text.length > charactersAtMost)
    return fault(`has ${text.length} characters`, `at most ${charactersAtMost}, or the fleet as CSV`);
  const { document, faults } = readYaml(text, file);
  if (document === null) return { form: 'a list', records: [], faults };
  const { value } = document;
  if (Array.isArray(value)) return listed(value, file, document, []);
  const named = (value as Record<string, unknown>)['clients'];
  if (Array.isArray(named)) return listed(named, file, document, ['clients']);
  const inventory = inventoryOf(value as Record<string, unknown>, document);
  if (inventory === null || inventory.size === 0)
    return fault('has no list of clients', 'a list, clients: with a list, or an inventory of Ansible');
  return { form: 'an Ansible inventory', records: inventory.records(mappings), faults };
}

function listed(
  entries: readonly unknown[],
  file: string,
  document: YamlDocument,
  path: readonly string[],
): FleetRows {
  const faults: InputFault[] = [];
  const rows = entries.flatMap((entry, at): readonly { line: number; values: Variables }[] => {
    const line = document.lineOf([...path, at]);
    const values = valuesOf(typeof entry === 'string' ? { client: entry } : entry);
    if (values === null)
      faults.push({
        file,
        line,
        key: `[${at}]`,
        wrong: `is ${show(entry)}`,
        expected: 'columns and their values',
      });
    return values === null ? [] : [{ line, values }];
  });
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const records = rows.map(({ line, values }) => ({
    line,
    cells: columns.map((name) => values[name] ?? ''),
  }));
  return { form: 'a list', records: [{ line: 1, cells: columns }, ...records], faults };
}

/** Null when a value is no plain value and no list of plain values. */
function valuesOf(entry: unknown): Variables | null {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return null;
  const pairs = Object.entries(entry).map(([name, value]) => [name, textOf(value)] as const);
  return pairs.some(([, value]) => value === null) ? null : (Object.fromEntries(pairs) as Variables);
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) {
    const words = value.map(textOf);
    return words.includes(null) ? null : words.join(' ');
  }
  return typeof value === 'object' ? null : String(value as string | number | boolean);
}

type Groups = Readonly<Record<string, unknown>>;

/** Null when the file has other keys than groups have. */
function inventoryOf(groups: Groups, document: YamlDocument): Inventory | null {
  const inventory = new Inventory();
  const { _meta: meta, ...named } = groups as { readonly _meta?: { readonly hostvars?: Groups } } & Groups;
  const isRead = Object.entries(named).every(([name, group]) =>
    addGroup(inventory, name, group, { document, path: [name], hostvars: meta?.hostvars ?? {} }),
  );
  return isRead ? inventory : null;
}

interface Place {
  readonly document: YamlDocument;
  readonly path: readonly (string | number)[];
  /** Variables of each host, as `ansible-inventory --list` prints them. */
  readonly hostvars: Groups;
}

function addGroup(inventory: Inventory, name: string, group: unknown, place: Place): boolean {
  if (group === null) return true;
  if (typeof group !== 'object' || Array.isArray(group)) return false;
  const { hosts = {}, vars = {}, children = {}, ...others } = group as Groups;
  if (Object.keys(others).length > 0) return false;
  inventory.addVariables(name, plainOf(vars));
  for (const [at, [pattern, own]] of entriesOf(hosts).entries()) {
    const line = place.document.lineOf([...place.path, 'hosts', Array.isArray(hosts) ? at : pattern]);
    for (const host of hostsIn(pattern) ?? [pattern])
      inventory.addHost(host, name, line, plainOf(own ?? place.hostvars[host]));
  }
  return entriesOf(children).every(([child, below]) => {
    inventory.addChild(name, child);
    return addGroup(inventory, child, below, { ...place, path: [...place.path, 'children', child] });
  });
}

/** Names with what stands below them; a list of names has nothing below. */
const entriesOf = (named: unknown): readonly (readonly [string, unknown])[] =>
  Array.isArray(named) ? named.map((name) => [String(name), null] as const) : Object.entries(named ?? {});

/** Variables with a plain value; Ansible has others, too. */
function plainOf(variables: unknown): Variables {
  if (typeof variables !== 'object' || variables === null) return {};
  const pairs = Object.entries(variables).map(([name, value]) => [name, textOf(value)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== null)) as Variables;
}
