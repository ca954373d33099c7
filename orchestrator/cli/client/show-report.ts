import type { Command } from 'commander';
import { basename } from 'node:path';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { blockersAnswer, reportAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, campaignPath } from './api-client.ts';
import { intoFile, ontoStdout, writtenFile } from './save.ts';
import { connect, type GlobalOptions, outputOf, showRefusal, withApi } from './session.ts';
import { reportLines } from '../render/report.ts';
import { many, safe } from '../render/view.ts';
import { listedAtMost } from '../../report/tally.ts';

export interface ReportOptions {
  readonly archived?: boolean;
  readonly html?: string;
  readonly sqlite?: string;
  readonly markdown?: boolean;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
}

/** Shows or saves the report of a campaign as the options say. */
export async function showReport(name: string, options: ReportOptions, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<GlobalOptions>();
  const wrong = whyTooMany(options, command.args.slice(1)) ?? whyNotTogether(options, json);
  if (wrong !== null) return showRefusal(fault('input.form', wrong), json);
  const { html, sqlite, archived = false } = options;
  if (html !== undefined)
    return withApi(command, async (api) =>
      outputOf(await saveHtml(api, name, html, archived), (_view, { files }) =>
        files.map((file) => safe(`written: ${file}`)),
      ),
    );
  if (sqlite !== undefined)
    return withApi(command, async (api) =>
      outputOf(await saveSqlite(api, name, sqlite), (_view, { file, clients }) => [
        safe(`written: ${file}, ${many(clients, 'client')}`),
      ]),
    );
  if (options.markdown === true || options.csv === true || options.jsonl === true)
    return printText(name, options, command);
  await withApi(command, async (api) =>
    outputOf(await api.get(reportAnswer, campaignPath(name, '/report'), { archived }), reportLines),
  );
}

/** A file behind an option that prints is taken for a second campaign. */
function whyTooMany({ markdown, csv, jsonl }: ReportOptions, more: readonly string[]): string | null {
  if (more.length === 0) return null;
  const form = markdown === true ? 'markdown' : csv === true ? 'csv' : jsonl === true ? 'jsonl' : null;
  return form === null
    ? 'expected one campaign'
    : `expected one campaign; --${form} prints: servpack campaign report CAMPAIGN --${form} > FILE`;
}

/** Why these options do not go together; null = they do. */
function whyNotTogether(options: ReportOptions, json: boolean): string | null {
  const { html, sqlite, markdown, csv, jsonl, archived } = options;
  const printed = [markdown === true, csv === true, jsonl === true, json];
  const forms = [html !== undefined, sqlite !== undefined, ...printed.slice(0, 3)].filter(Boolean).length;
  if (forms > 1) return 'give one of --html, --sqlite, --markdown, --csv and --jsonl';
  if (printed.filter(Boolean).length > 1) return 'give --json or another form, not both';
  return archived === true && sqlite !== undefined
    ? 'an archived campaign is written as text, --json, --jsonl, --csv, --html or --markdown'
    : null;
}

/**
 * Writes the report, and beside it the list of the clients where they are too many for it. The
 * report names the list by its hash.
 */
async function saveHtml(
  api: ApiClient,
  name: string,
  path: string,
  archived: boolean,
): Promise<Result<{ readonly files: readonly string[] }, Refusal>> {
  const status = archived ? null : await api.get(statusAnswer, campaignPath(name));
  const isLarge = status?.ok === true && status.value.size > listedAtMost;
  const list = isLarge ? await saveList(api, name, `${path}.clients.csv`) : ok(null);
  if (!list.ok) return list;
  const named = list.value === null ? {} : { file: basename(list.value.file), sha256: list.value.sha256 };
  const html = await api.stream(campaignPath(name, '/report/html'), { archived, ...named });
  const written = html.ok ? await intoFile(path, html.value) : html;
  if (!written.ok) return written;
  return ok({ files: [path, ...(list.value === null ? [] : [list.value.file])] });
}

async function saveList(api: ApiClient, name: string, path: string) {
  const lines = await api.stream(campaignPath(name, '/clients'), { format: 'csv' });
  return lines.ok ? intoFile(path, lines.value) : lines;
}

async function saveSqlite(
  api: ApiClient,
  name: string,
  path: string,
): Promise<Result<{ readonly file: string; readonly clients: number }, Refusal>> {
  const status = await api.get(statusAnswer, campaignPath(name));
  if (!status.ok) return status;
  const blockers = await api.get(blockersAnswer, '/v1/blockers', { campaign: status.value.campaign });
  if (!blockers.ok) return blockers;
  const lines = await api.stream(campaignPath(name, '/clients'), { format: 'jsonl' });
  if (!lines.ok) return lines;
  const { writeDatabase } = await import('./save-sqlite.ts');
  return writtenFile(path, async (draft) => {
    const clients = await writeDatabase(draft, status.value, blockers.value.blockers, lines.value);
    return { file: path, clients };
  });
}

async function printText(name: string, options: ReportOptions, command: Command): Promise<void> {
  const api = await connect(command.optsWithGlobals<GlobalOptions>(), process.env);
  if (!api.ok) return showRefusal(api.error, false);
  const { path, query } = textAsked(options);
  const text = await api.value.stream(campaignPath(name, path), query);
  const printed = text.ok ? await ontoStdout(text.value) : err(text.error);
  if (!printed.ok) showRefusal(printed.error, false);
}

function textAsked({ markdown, csv, archived = false }: ReportOptions) {
  const format = csv === true ? 'csv' : 'jsonl';
  if (markdown === true) return { path: '/report/markdown', query: { archived } };
  // A token that is narrowed to logon servers reads its own clients, and no report.
  return archived
    ? { path: '/report', query: { archived, format } }
    : { path: '/clients', query: { format } };
}
