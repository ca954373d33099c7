import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { clientReport } from '../../http/schemas/campaign-clients.ts';
import type { z } from 'zod';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from './api-client.ts';
import { brokenOff } from './broken-off.ts';
import { stateWord } from '../../views/state-words.ts';
import { localTimes } from '../render/local-times.ts';
import { type Column, GrowingTable } from '../render/table.ts';
import { many, number, safe, type View, viewOf } from '../render/view.ts';
import { textOf } from '../render/wrap.ts';
import { jsonListHead } from '../json-document.ts';
import { visibleJson } from '../../../shared/visible-text.ts';

export interface Listing {
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly form: 'text' | 'json' | 'csv';
  /** The name of the list in the JSON document; default: `clients`. */
  readonly list?: string;
  /** What a person is shown of each entry. Default: a client of a campaign. */
  readonly shown?: ShownEntries;
}

/** What a person is shown of the entries of a list. */
export interface ShownEntries {
  readonly columns: readonly ShownColumn[];
  /** The texts of an entry, which is a line of JSON; '' = nothing. */
  readonly textsOf: (line: string) => readonly string[];
}

interface ShownColumn extends Column {
  /** Its head stands before its text where the columns find no room side by side. */
  readonly isNamed?: true;
}

/** The form that the options ask for. Fault: both at once. */
export const formOf = (csv: boolean, json: boolean): Result<Listing['form'], Refusal> =>
  csv && json
    ? err(fault('input.form', 'give either --csv or --json, not both'))
    : ok(csv ? 'csv' : json ? 'json' : 'text');

/** Rows that are aligned together: a list begins to be shown before all of it has come. */
const rowsAtOnce = 200;

/** Writes entries while they arrive, for any number: aligned rows, one JSON document, or CSV. */
export async function listTo(
  output: NodeJS.WritableStream,
  api: ApiClient,
  path: string,
  { query, form, list = 'clients', shown = shownClients }: Listing,
): Promise<Result<void, Refusal>> {
  const lines = await api.stream(path, { ...query, format: form === 'csv' ? 'csv' : 'jsonl' });
  if (!lines.ok) return lines;
  const view = viewOf(process.stdout);
  const times = view.isTerminal ? localTimes() : null;
  const textsOf = (line: string): readonly string[] => {
    const texts = shown.textsOf(line);
    return times === null ? texts : times.in(texts);
  };
  const read = Readable.from(lines.value);
  const rows = { columns: shown.columns, textsOf };
  try {
    for await (const text of form === 'text' ? inRows(read, view, rows) : inForm(read, form, list)) {
      // The reader may be slower than the orchestrator.
      if (!output.write(text)) await once(output, 'drain');
    }
    for (const line of times?.zoneLines() ?? []) output.write(`${line}\n`);
    return ok(undefined);
  } catch (error) {
    return err(brokenOff('the list is incomplete', error));
  }
}

async function* inForm(
  bytes: Readable,
  form: 'json' | 'csv',
  list: string,
): AsyncGenerator<string | Uint8Array> {
  if (form === 'csv') {
    yield* bytes as AsyncIterable<Uint8Array>;
    return;
  }
  let count = 0;
  yield jsonListHead(list);
  for await (const line of createInterface({ input: bytes })) {
    yield `${count === 0 ? '' : ','}\n${visibleJson(line)}`;
    count += 1;
  }
  yield '\n]}\n';
}

/** Rows with aligned columns; where these find no room side by side, an entry a line. */
async function* inRows(
  bytes: Readable,
  view: View,
  { columns, textsOf }: ShownEntries,
): AsyncGenerator<string> {
  const aligned = new GrowingTable(view, columns);
  let count = 0;
  let waiting: (readonly string[])[] = [];
  let isAligned = true;
  const written = (): string => {
    const last = columns.length - 1;
    const rows = waiting.map((texts) =>
      texts.map((text, index) => ({ text: text === '' && index < last ? '·' : text })),
    );
    isAligned &&= aligned.fits(rows);
    const lines = isAligned ? aligned.lines(rows) : waiting.map((texts) => lineOf(columns, texts));
    waiting = [];
    return textOf(view, lines);
  };
  try {
    for await (const line of createInterface({ input: bytes })) {
      waiting.push(textsOf(line));
      count += 1;
      if (waiting.length === rowsAtOnce) yield written();
    }
  } finally {
    // What came before a broken connection is shown, too.
    if (waiting.length > 0) yield written();
  }
  yield `${many(count, 'client')}\n`;
}

const lineOf = (columns: readonly ShownColumn[], texts: readonly string[]): string =>
  safe(
    texts
      .map((text, index) =>
        text !== '' && columns[index]?.isNamed === true ? `${columns[index].head} ${text}` : text,
      )
      .filter((text) => text !== '')
      .join('  '),
  );

const shownClients: ShownEntries = {
  columns: [
    { head: 'client' },
    { head: 'wave' },
    { head: 'logon server' },
    { head: 'state' },
    { head: 'since', isNamed: true },
    { head: 'next', isNamed: true },
    { head: 'tries', align: 'right', isNamed: true },
    { head: 'why' },
  ],
  textsOf: (line) => {
    const report = clientReport.parse(JSON.parse(line));
    const { client, wave, logonServer, state, end, since, next, tries } = report;
    return [
      client,
      wave,
      logonServer,
      stateWord(end ?? state),
      since ?? '',
      next ?? '',
      tries === null ? '' : number(tries),
      whyOf(report),
    ];
  },
};

/** Who holds its logon server, whether it is still marked, and its reason or cause. */
const whyOf = ({ held, stillMarked, reason, cause }: z.infer<typeof clientReport>): string =>
  [held === null ? '' : `held ${held}`, stillMarked ? 'STILL MARKED' : '', reason ?? cause ?? '']
    .filter((text) => text !== '')
    .join('; ');
