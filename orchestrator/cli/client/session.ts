import type { Command } from 'commander';
import type { Result } from '../../../shared/errors.ts';
import { printFaults } from '../../../shared/input/input-fault.ts';
import { refusalOf } from '../../http/refusal-response.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from './api-client.ts';
import { connect, type GlobalOptions } from './connection.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { safe, type View, viewOf } from '../render/view.ts';

/** What a command has to say: a value for `--json`, and how a person reads it. */
export interface Shown {
  readonly value: unknown;
  readonly lines: (view: View) => readonly string[];
}

type Body = (api: ApiClient) => Promise<Result<Shown, Refusal>>;

/** Runs a command against the API and shows its answer: on stdout, one JSON document with `--json`, or the refusal. */
export async function withApi(command: Command, body: Body): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const api = await connect(options, process.env);
  const answered = api.ok ? await body(api.value) : api;
  if (!answered.ok) return showRefusal(answered.error, options.json === true);
  const { value, lines } = answered.value;
  print(options.json === true ? [JSON.stringify(value, null, 2)] : lines(viewOf(process.stdout)));
}

/** A value and its lines, as a command body returns them. */
export const shown = <T>(
  answer: Result<T, Refusal>,
  lines: (view: View, value: T) => readonly string[],
): Result<Shown, Refusal> =>
  answer.ok
    ? { ok: true, value: { value: answer.value, lines: (view) => lines(view, answer.value) } }
    : answer;

/** The sentence on stderr, with the faults of the file below it; with `--json` the refusal as JSON on stdout. */
export function showRefusal(refusal: Refusal, json: boolean): void {
  process.exitCode = exitCodeOf(refusal);
  if (json) return print([JSON.stringify(refusalOf(refusal), null, 2)]);
  const lines = [`servpack: ${refusal.message}`, ...printFaults(refusal.faults ?? [])];
  process.stderr.write(`${lines.map(safe).join('\n')}\n`);
}

export const print = (lines: readonly string[]): void => {
  process.stdout.write(`${lines.join('\n')}\n`);
};
