import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import { clientReport } from '../../http/schemas/campaign-clients.ts';
import type { z } from 'zod';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from './api-client.ts';
import { stateWord } from '../../views/state-words.ts';
import { localTimes } from '../render/local-times.ts';
import { many, safe, viewOf } from '../render/view.ts';
import { textOf } from '../render/wrap.ts';
import { jsonListHead } from '../json-document.ts';
import { visibleJson } from '../../../shared/visible-text.ts';

export interface Listing {
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly form: 'text' | 'json' | 'csv';
  /** The name of the list in the JSON document; default: `clients`. */
  readonly list?: string;
  /** Formats a line for a person. Default: a client of a campaign. */
  readonly inWords?: (line: string) => string;
}

/** The form that the options ask for. Fault: both at once. */
export const formOf = (csv: boolean, json: boolean): Result<Listing['form'], Refusal> =>
  csv && json
    ? err(fault('input.form', 'give either --csv or --json, not both'))
    : ok(csv ? 'csv' : json ? 'json' : 'text');

/** Writes clients while they arrive, for any number: a line each, one JSON document, or CSV. */
export async function listTo(
  output: NodeJS.WritableStream,
  api: ApiClient,
  path: string,
  { query, form, list = 'clients', inWords = clientInWords }: Listing,
): Promise<Result<void, Refusal>> {
  const lines = await api.stream(path, { ...query, format: form === 'csv' ? 'csv' : 'jsonl' });
  if (!lines.ok) return lines;
  const view = viewOf(process.stdout);
  const times = view.isTerminal ? localTimes() : null;
  const local = (line: string): string =>
    textOf(view, [times === null ? inWords(line) : times.in(inWords(line))]);
  try {
    for await (const text of formatted(Readable.from(lines.value), { form, list }, local)) {
      // The reader may be slower than the orchestrator.
      if (!output.write(text)) await once(output, 'drain');
    }
    for (const line of times?.zoneLines() ?? []) output.write(`${line}\n`);
    return ok(undefined);
  } catch (error) {
    const because = `the list is incomplete, because the connection to the orchestrator broke: ${reasonOf(error)}`;
    return err(fault('unreachable.brokenOff', because));
  }
}

async function* formatted(
  bytes: Readable,
  { form, list }: { readonly form: Listing['form']; readonly list: string },
  inWords: (line: string) => string,
): AsyncGenerator<string | Uint8Array> {
  if (form === 'csv') {
    yield* bytes as AsyncIterable<Uint8Array>;
    return;
  }
  let count = 0;
  if (form === 'json') yield jsonListHead(list);
  for await (const line of createInterface({ input: bytes })) {
    yield form === 'json' ? `${count === 0 ? '' : ','}\n${visibleJson(line)}` : inWords(line);
    count += 1;
  }
  yield form === 'json' ? '\n]}\n' : `${many(count, 'client')}\n`;
}

function clientInWords(line: string): string {
  const report = clientReport.parse(JSON.parse(line));
  const { client, wave, logonServer, state, end, reason, cause } = report;
  const words = [
    client,
    wave,
    logonServer,
    stateWord(end ?? state),
    ...timesOf(report),
    reason ?? cause ?? '',
  ];
  return safe(words.join('  ').trimEnd());
}

/**
 * Since when the client waits, when something happens next, how often it was tried, and who holds
 * its logon server.
 */
function timesOf({ since, next, tries, held, stillMarked }: z.infer<typeof clientReport>): readonly string[] {
  return [
    ...(since === null ? [] : [`since ${since}`]),
    ...(next === null ? [] : [`next ${next}`]),
    ...(tries === null ? [] : [many(tries, 'try', 'tries')]),
    ...(held === null ? [] : [`held ${held}`]),
    ...(stillMarked ? ['STILL MARKED'] : []),
  ];
}
