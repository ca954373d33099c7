/** A series of a scrape: its name, its labels, its value. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scraped {
  readonly text: string;
  readonly series: readonly Series[];
  /**
   * Names of metrics as alerts use them: of a histogram also those with `_bucket`, `_sum`,
   * `_count`.
   */
  readonly names: ReadonlySet<string>;
  /** The sum of the series of this name that have these labels; undefined = there is none. */
  readonly sum: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
}

const line =
  /^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>.*)\})? (?<value>[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf|NaN))$/i;
const label = /(?:^|, ?)([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"/gy;

/**
 * Reads the text format of Prometheus (version 0.0.4) as strictly as Prometheus does.
 * @throws for a line that is none, a series that comes twice, and a metric in two places
 */
export function readMetrics(text: string): Scraped {
  const types = new Map<string, string>();
  const series = new Map<string, Series>();
  const ended = new Set<string>();
  let family = '';
  const enter = (name: string, row: string): void => {
    if (name === family) return;
    ended.add(family);
    if (ended.has(name)) throw new Error(`${name} stands in two places: ${row}`);
    family = name;
  };
  for (const row of text.split('\n')) {
    const comment = /^# (HELP|TYPE) (\w+) (.*)$/.exec(row);
    if (row === '') continue;
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      enter(name, row);
      if (kind === 'TYPE') types.set(name, rest);
      continue;
    }
    const found = line.exec(row)?.groups;
    if (found === undefined) throw new Error(`no line of the text format: ${row}`);
    const { name = '', labels = '', value = '' } = found;
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    enter(['histogram', 'summary'].includes(types.get(base) ?? '') ? base : name, row);
    if (!types.has(family)) throw new Error(`no type: ${row}`);
    const key = `${name}{${labels}}`;
    if (series.has(key)) throw new Error(`comes twice: ${row}`);
    series.set(key, { name, labels: labelsIn(labels, row), value: Number(value) });
  }
  const all = [...series.values()];
  return {
    text,
    series: all,
    names: new Set([...types.keys(), ...all.map(({ name }) => name)]),
    sum: (name, labels = {}) => {
      const values = all.filter(
        (each) => each.name === name && Object.entries(labels).every(([of, is]) => each.labels[of] === is),
      );
      return values.length === 0 ? undefined : values.reduce((total, each) => total + each.value, 0);
    },
  };
}

function labelsIn(text: string, row: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const found of text.matchAll(label)) {
    labels[found[1] ?? ''] = (found[2] ?? '').replaceAll(/\\([\\n"])/g, (_, of) =>
      of === 'n' ? '\n' : String(of),
    );
    end = found.index + found[0].length;
  }
  if (end !== text.length) throw new Error(`labels are not understood: ${row}`);
  return labels;
}

/** Scrapes an address. */
export async function scrape(url: string): Promise<Scraped> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  const type = answer.headers.get('content-type');
  if (type !== 'text/plain; version=0.0.4; charset=utf-8') throw new Error(`${url} is ${type}`);
  return readMetrics(await answer.text());
}
