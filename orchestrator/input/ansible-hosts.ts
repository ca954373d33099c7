import type { CsvRecord } from './csv-records.ts';
import { type ColumnMapping, fleetColumns } from './fleet-columns.ts';

/** Variables by name. A later value takes the place of an earlier one. */
export type Variables = Readonly<Record<string, string>>;

/** What an inventory says of hosts and groups, collected while it is read. */
export class Inventory {
  readonly #hosts = new Map<string, { readonly line: number; variables: Variables }>();
  /** By host: its groups, by group: the groups of which it is a child. */
  readonly #groupsOf = new Map<string, Set<string>>();
  readonly #parentsOf = new Map<string, Set<string>>();
  readonly #variablesOf = new Map<string, Variables>();
  readonly #depths = new Map<string, number>();

  get size(): number {
    return this.#hosts.size;
  }

  addHost(host: string, group: string, line: number, variables: Variables = {}): void {
    const known = this.#hosts.get(host);
    this.#hosts.set(host, {
      line: known?.line ?? line,
      variables: { ...known?.variables, ...variables },
    });
    add(this.#groupsOf, host, group);
  }

  addChild(parent: string, child: string): void {
    add(this.#parentsOf, child, parent);
  }

  addVariables(group: string, variables: Variables): void {
    this.#variablesOf.set(group, { ...this.#variablesOf.get(group), ...variables });
  }

  /**
   * A header and a row for each host. The client is the first part of the host's name, the labels
   * are its groups. Other variables are columns where servpack, or the mapping, has one of that
   * name.
   */
  records(mappings: readonly ColumnMapping[]): readonly CsvRecord[] {
    const hosts = [...this.#hosts].map(([host, { line, variables }]) => ({
      line,
      values: this.#valuesOf(host, variables),
    }));
    const own = new Set(
      [...fleetColumns, ...mappings.map(({ from }) => from)].map((name) => name.toLowerCase()),
    );
    const mapped = new Set<string>(mappings.map(({ to }) => to).filter((to) => to !== null));
    const names = new Set(hosts.flatMap(({ values }) => Object.keys(values)));
    const columns = [...names].filter((name) => own.has(name.toLowerCase()) && !mapped.has(name));
    const rows = hosts.map(({ line, values }) => ({
      line,
      cells: columns.map((name) => values[name] ?? ''),
    }));
    return [{ line: 1, cells: columns }, ...rows];
  }

  #valuesOf(host: string, variables: Variables): Variables {
    const groups = this.#ancestors(this.#groupsOf.get(host) ?? new Set());
    const found = { ...this.#inherited(groups), ...variables };
    const { ansible_host: address, ansible_port: port, labels = '' } = found;
    const named = groups.filter((group) => group !== 'all' && group !== 'ungrouped');
    return {
      client: isAddress.test(host) ? host : (host.split('.')[0] ?? host),
      host: address ?? host,
      ...(port === undefined ? {} : { port }),
      ...found,
      labels: [...named.toReversed(), labels].join(' ').trim(),
    };
  }

  /** Variables of a child group outweigh those of its parents. */
  #inherited(groups: readonly string[]): Variables {
    return Object.assign(
      {},
      this.#variablesOf.get('all'),
      ...groups.map((group) => this.#variablesOf.get(group)),
    );
  }

  /**
   * The groups with all groups above them, parents first and by name, as Ansible ranks their
   * variables.
   */
  #ancestors(groups: ReadonlySet<string>): readonly string[] {
    const found = new Set<string>();
    const visit = (group: string): void => {
      if (found.has(group)) return;
      found.add(group);
      for (const parent of this.#parentsOf.get(group) ?? []) visit(parent);
    };
    for (const group of groups) visit(group);
    const depthOf = (group: string): number => this.#depthOf(group);
    return [...found].sort((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1));
  }

  /** How many groups stand above a group; each is computed once. A group above itself counts 0. */
  #depthOf(group: string): number {
    const known = this.#depths.get(group);
    if (known !== undefined) return known;
    this.#depths.set(group, 0);
    const above = [...(this.#parentsOf.get(group) ?? [])].map((parent) => this.#depthOf(parent) + 1);
    const depth = Math.max(0, ...above);
    this.#depths.set(group, depth);
    return depth;
  }
}

const isAddress = /^[\d.]+$|:/;

const add = (all: Map<string, Set<string>>, key: string, value: string): void => {
  all.set(key, (all.get(key) ?? new Set()).add(value));
};

/** More hosts than any fleet has. */
const hostsAtMost = 1_000_000;

/**
 * The hosts of a pattern: `www[01:50].example.com` and `db-[a:f].example.com`, with the step of
 * `[01:50:2]`, as Ansible expands them; null when there are too many, or the range is none.
 */
export function hostsIn(pattern: string): readonly string[] | null {
  const found = /^([^[]*)\[([^\]:]+):([^\]:]+)(?::(\d+))?\](.*)$/.exec(pattern);
  if (found === null) return pattern.includes('[') ? null : [pattern];
  const [, before = '', from = '', to = '', step = '1', after = ''] = found;
  const own = rangeOf(from, to, Number(step));
  const rest = own === null ? null : hostsIn(after);
  if (own === null || rest === null || own.length * rest.length > hostsAtMost) return null;
  return own.flatMap((each) => rest.map((end) => `${before}${each}${end}`));
}

function rangeOf(from: string, to: string, step: number): readonly string[] | null {
  const [isNumber, isLetter] = [/^\d+$/, /^[A-Za-z]$/].map((form) => form.test(from) && form.test(to));
  if (!isNumber && !isLetter) return null;
  const [first, last] = isNumber ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  if (step < 1 || last < first || last - first > hostsAtMost) return null;
  const width = isNumber && from.startsWith('0') ? from.length : 0;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, at) => first + at * step).map(
    (value) => (isNumber ? String(value).padStart(width, '0') : String.fromCharCode(value)),
  );
}
